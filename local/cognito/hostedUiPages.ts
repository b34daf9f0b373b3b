/** A page of the hosted UI, with a form that posts back to where the page came from. */
function page(title: string, problem: string | undefined, fields: string, button: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; background: #f3f4f6; color: #111827; }
main { max-width: 22rem; margin: 10vh auto; padding: 2rem; background: #fff; border-radius: .5rem; }
h1 { font-size: 1.25rem; margin-top: 0; }
label { display: block; margin-bottom: 1rem; }
input, button { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
button { border: 0; border-radius: .25rem; background: #1d4ed8; color: #fff; }
[role=alert] { color: #b91c1c; }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${problem === undefined ? "" : `<p role="alert">${escape(problem)}</p>`}
<form method="post">
${fields}
<button type="submit" name="signInSubmitButton">${button}</button>
</form>
</main>
</body>
</html>
`;
}

const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escape(value)}">`;

/** The form's fields are named as on Cognito's own page. */
export function signInPage(csrf: string, username = "", problem?: string): string {
  const fields = `${hidden("_csrf", csrf)}
<label>Username <input name="username" value="${escape(username)}" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>`;
  return page("Sign in", problem, fields, "Sign in");
}

/** For a user who signed in with a temporary password. */
export function newPasswordPage(csrf: string, session: string, problem?: string): string {
  const fields = `${hidden("_csrf", csrf)}${hidden("session", session)}
<label>New password <input name="new_password" type="password" autocomplete="new-password" required autofocus></label>`;
  return page("Choose a new password", problem, fields, "Go on");
}

const codeField = `<label>Code <input name="authentication_code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>`;

/** For a user who has an authenticator app. */
export function softwareTokenPage(csrf: string, session: string, problem?: string): string {
  const fields = `${hidden("_csrf", csrf)}${hidden("session", session)}
${codeField}`;
  return page("Enter the code of your authenticator app", problem, fields, "Sign in");
}

/** For a user who needs an authenticator app and has none. */
export function setupPage(csrf: string, session: string, secret: string, problem?: string): string {
  const fields = `${hidden("_csrf", csrf)}${hidden("session", session)}
<p>Enter this key in your authenticator app, and then the code that it shows:</p>
<p><code style="word-break: break-all">${escape(secret)}</code></p>
${codeField}`;
  return page("Set up an authenticator app", problem, fields, "Sign in");
}

export function errorPage(problem: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Error</title></head>
<body><main><h1>An error was encountered with the requested page.</h1><p role="alert">${escape(problem)}</p></main></body></html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

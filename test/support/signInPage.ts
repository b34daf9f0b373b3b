import { password as usual } from "./userPool";

/** A browser at a hosted UI: it keeps cookies, fills forms in, and stops where the app takes over. */
export class SignInPage {
  private readonly cookies = new Map<string, string>();

  /** Follows redirects within the hosted UI. @returns the page, or the address of the app that it leads to */
  async open(address: URL | string, form?: Record<string, string>): Promise<URL | Response> {
    const url = new URL(address);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = "", rest = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(set) ?? [];
      if (rest.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) return response;
    const next = new URL(location, url);
    return next.origin === url.origin ? this.open(next) : next;
  }

  /**
   * Signs in, with whatever else the pages ask for; a wrong password can be followed by a right one.
   * @returns the address of the app, with its code or error
   */
  async signIn(
    address: URL | string,
    { username, password = usual }: { username: string; password?: string },
    ...answers: Record<string, string>[]
  ): Promise<URL> {
    let at = await this.open(address);
    for (const answer of [{ username, password }, ...answers]) {
      if (at instanceof URL) return at;
      const html = await at.text();
      const hidden = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
      const fields = Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value]));
      at = await this.open(at.url, { ...fields, ...answer });
    }
    if (at instanceof URL) return at;
    throw new Error(`The hosted UI stays at ${at.url}: ${await at.text()}`);
  }
}

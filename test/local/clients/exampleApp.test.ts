import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { Session } from "../../../local/session";
import { root } from "../../../programs/programs";
import { createUser } from "../../../scripts/cognito/admin";
import { type AuthStack, openPool, startAuthStack } from "../../support/authStack";
import { openChromium } from "../../support/chromium";

/** oidc-client-ts with its defaults, in a browser, from an origin of its own. */
describe("the example app in a browser", () => {
  const here = "http://localhost:15173/";
  const [username, password, email] = ["ann", "Correct-horse-1", "ann@example.com"];
  let session: Session;
  let auth: AuthStack;
  let browser: Browser;
  let page: Page;

  before(async function () {
    browser = await openChromium(this);
    session = new Session();
    auth = await startAuthStack(session, {
      "auth:callbackUrls": JSON.stringify([here]),
      "auth:logoutUrls": JSON.stringify([here]),
    });
    const pool = await openPool(session, auth.target(path.join(session.dir, ".env")));
    await createUser(pool, { username, password, temporary: false, attributes: { email } });
    const outputs = path.join(session.dir, "outputs.json");
    writeFileSync(outputs, JSON.stringify(auth.outputs));
    const script = path.join(root, "examples/sign-in/serve.js");
    const env = { ...process.env, PORT: "15173" };
    const server = session.spawn(process.execPath, [script, outputs], { env, stdio: "ignore" });
    session.onClose(async () => {
      if (server.kill("SIGKILL")) await once(server, "exit");
    });
    page = await browser.newPage();
    for (let tries = 0; !(await fetch(here).catch(() => undefined)); tries++) {
      if (tries > 100) throw new Error("The example's server doesn't answer");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  after(async () => {
    await browser?.close();
    await session?.close();
  });

  const says = (id: string, text: string) => page.waitForSelector(`#${id}:text-is("${text}")`);

  it("signs in, knows its user, calls the API, refreshes, and signs out for good", async () => {
    await page.goto(here);
    await says("user", "Nobody is signed in.");
    await page.click("#in");
    await page.fill('[name="username"]', username);
    await page.fill('[name="password"]', password);
    await page.click('[type="submit"]');
    await says("user", `You are ${email}.`);
    await says("answer", "The API says 200: Authorized!!!");
    expect(page.url()).to.equal(here);
    const { issuer, hostedUiClientId } = auth.outputs as Record<string, string>;
    const refreshed = await page.evaluate(`(async () => {
      const settings = { authority: "${issuer}", client_id: "${hostedUiClientId}", redirect_uri: "${here}" };
      const manager = new oidc.UserManager(settings);
      const before = await manager.getUser();
      const after = await manager.signinSilent();
      return [before.profile.sub === after.profile.sub, before.access_token !== after.access_token];
    })()`);
    expect(refreshed).to.deep.equal([true, true]);
    await page.click("#out");
    await says("user", "Nobody is signed in.");
    await page.click("#in");
    await page.waitForSelector('[name="password"]');
  });
});

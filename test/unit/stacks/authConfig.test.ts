import { expect } from "chai";
import * as z from "zod";
import { authConfig } from "../../../infra/auth/authConfig";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

describe("the config of auth", () => {
  for (const [key, values] of Object.entries({
    allowedOrigin: [
      "https://App.example.com",
      "https://a.example:443",
      "https://a.example/",
      "ftp://a.example",
    ],
    callbackUrls: [
      "http://app.example.com/",
      "http://127.0.0.1:5173/",
      "https://a.example/#x",
      "https://*.example/",
      "app.example.com",
      "javascript:alert(1)",
      ...["ftp", "file", "ws", "wss"].map((scheme) => `${scheme}://a.example/`),
    ],
  })) {
    it(`takes no ${key} that AWS or a browser doesn't`, async () => {
      for (const value of values) {
        const text = key === "callbackUrls" ? JSON.stringify([value]) : value;
        expect(await rejection(record("auth", { config: { [`auth:${key}`]: text } })), value).to.contain(key);
      }
    });
  }

  it("names every bad value of its config", async () => {
    const config = {
      "auth:hostedUiDomain": "my-cognito",
      "auth:allowedOrigin": "https://a.example/path",
      "auth:throttlingRate": "0",
      "auth:loginPorts": "[80]",
    };
    const message = await rejection(record("auth", { config }));
    for (const key of Object.keys(config)) expect(message).to.contain(key);
  });

  it("takes as many addresses to come back to as a client of Cognito has", async () => {
    const callbackUrls = (count: number) => ({
      "auth:callbackUrls": JSON.stringify(Array.from({ length: count }, (_, i) => `https://a.example/${i}`)),
      "auth:loginPorts": "[8976,8977]",
    });
    await record("auth", { config: callbackUrls(98) });
    expect(await rejection(record("auth", { config: callbackUrls(99) }))).to.contain("101 addresses");
  });

  it("takes the ports that a program may have without being root, and any origin by a star", () => {
    const taken = (values: object) => z.object(authConfig.keys).safeParse(values).success;
    for (const [port, isTaken] of [
      [1023, false],
      [1024, true],
      [65_535, true],
      [65_536, false],
    ] as const)
      expect(taken({ loginPorts: [port] }), String(port)).to.equal(isTaken);
    expect(taken({ loginPorts: [] })).to.equal(false);
    for (const allowedOrigin of ["*", "https://app.example.com", "http://localhost:5173"])
      expect(taken({ allowedOrigin }), allowedOrigin).to.equal(true);
    expect(taken({ allowedOrigin: "**" })).to.equal(false);
  });
});

import { expect } from "chai";
import { type Route, nameOf, policyNameOf, routes, routesOf } from "../../../../infra/auth/apiRoutes";
import { routesForEveryone } from "../../../../infra/auth/groupAuthorizer";

const route = (path: string, passes: "members" | "everyone"): Route => ({
  ...{ method: "get", path, summary: "", authorizer: { kind: "group", passes } },
});

describe("the group authorizer's routes", () => {
  it("are for members of the group or for every user, as the tutorial has them, and GET /records for every user", () => {
    const passes = routes.flatMap((own) =>
      own.authorizer.kind === "group" ? [[nameOf(own), own.authorizer.passes]] : [],
    );
    expect(passes).to.deep.equal([
      ["GET /admin-only", "members"],
      ["GET /admin-only/all", "everyone"],
      ["GET /records", "everyone"],
    ]);
    expect(routes.flatMap(({ example }) => example ?? [])).to.deep.equal([
      { path: "/records?day=2024-01-31" },
    ]);
  });

  it("are named to everyone as policies name them", () => {
    const open = [
      route("/all", "everyone"),
      route("/items/{id}/parts/{part}", "everyone"),
      route("/own", "members"),
    ];
    expect(routesForEveryone(open)).to.deep.equal(["GET/all", "GET/items/*/parts/*"]);
    expect(policyNameOf(route("/", "everyone"))).to.equal("GET/");
  });

  it("are refused where a parameter of everyone's, whose star stands for slashes too, would open one of the members'", () => {
    // The last two are called as /items/ too: a slash at the end makes no other path, but another name in a policy.
    const opened = ["/items/all", "/items/{id}/secret", "/items/{id}", "/{any}/all", "/items", "/{any}"];
    for (const members of opened) {
      const both = [route("/items/{id}", "everyone"), route(members, "members")];
      expect(() => routesForEveryone(both), members).to.throw(
        `GET /items/{id} would let every user into GET ${members}: give one of them a path that begins otherwise`,
      );
    }
    for (const [open, members] of [
      ["/items", "/items/all"],
      ["/items/{id}/parts", "/items/all"],
      ["/items/{id}", "/other/{id}"],
    ] as const)
      expect(routesForEveryone([route(open, "everyone"), route(members, "members")])).to.have.length(1);
  });

  it("lack those of the database where config says so", () => {
    const paths = (databaseRoutes: boolean) => routesOf({ databaseRoutes }).map(({ path }) => path);
    expect(paths(true)).to.include("/records");
    expect(paths(false)).to.include("/scoped").and.to.not.include("/records");
  });
});

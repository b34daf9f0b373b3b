import { expect } from "chai";
import { type Route, policyNameOf, routesOf } from "../../../../infra/auth/apiRoutes";
import { routesForEveryone } from "../../../../infra/auth/groupAuthorizer";

const route = (path: string, passes: "members" | "everyone"): Route => ({
  ...{ method: "get", path, summary: "", authorizer: { kind: "group", passes } },
});

describe("the group authorizer's routes", () => {
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
    for (const members of ["/items/all", "/items/{id}/secret", "/items/{id}"]) {
      const both = [route("/items/{id}", "everyone"), route(members, "members")];
      expect(() => routesForEveryone(both), members).to.throw(
        `GET /items/{id} would let every user into GET ${members}: give one of them a path that begins otherwise`,
      );
    }
    expect(routesForEveryone([route("/items", "everyone"), route("/items/all", "members")])).to.have.length(
      1,
    );
  });

  it("lack those of the database where config says so", () => {
    const paths = (databaseRoutes: boolean) => routesOf({ databaseRoutes }).map(({ path }) => path);
    expect(paths(true)).to.include("/records");
    expect(paths(false)).to.include("/scoped").and.to.not.include("/records");
  });
});

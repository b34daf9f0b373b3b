import { expect } from "chai";
import { routes } from "../../../../infra/auth/apiRoutes";
import { expectedMatrix, likelyCause } from "../../../../scripts/cognito/matrix";

describe("what the API has to answer", () => {
  // Written down apart from the routes.
  const table: Record<string, readonly number[]> = {
    //             none garb. exp. acc. SRP  refr. end. ID   scop. memb. non-m.
    "GET /": [401, 401, 401, 200, 200, 200, 401, 401, 401, 200, 200],
    "POST /": [401, 401, 401, 401, 401, 401, 401, 200, 401, 401, 401],
    "GET /scoped": [401, 401, 401, 401, 401, 401, 401, 401, 200, 401, 401],
    "GET /admin-only": [401, 401, 401, 403, 403, 403, 401, 401, 403, 200, 403],
    "GET /admin-only/all": [401, 401, 401, 200, 200, 200, 401, 401, 200, 200, 200],
    "GET /records?day=2024-01-31": [401, 401, 401, 200, 200, 200, 401, 401, 200, 200, 200],
    "GET /no-such-route": [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404],
    "HEAD /": [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404],
  };

  it("follows from the routes", () => {
    const rows = expectedMatrix(routes).map(({ method, path, statuses }) => [`${method} ${path}`, statuses]);
    expect(Object.fromEntries(rows)).to.deep.include(table);
  });

  it("has a route that is added, with its example and body", () => {
    const [added] = expectedMatrix([
      {
        ...{ method: "post", path: "/items/{id}", summary: "", authorizer: { kind: "cognito", scopes: [] } },
        example: { path: "/items/7", body: { name: "x" } },
      },
    ]);
    expect(added).to.deep.equal({
      ...{ method: "POST", path: "/items/7", body: { name: "x" } },
      statuses: table["POST /"],
    });
  });

  it("leads to the logs where a function failed, and else to what is deployed", () => {
    const expected = [{ method: "GET", path: "/items/7", statuses: [200] }];
    expect(likelyCause(expected, [[502]], "local")).to.equal(
      "npm run logs -- --stack local says what failed behind /items/7",
    );
    expect(likelyCause(expected, [[404]], "local")).to.include("end npm run local and start it again");
    expect(likelyCause(expected, [[404]], "dev")).to.include("deploy the auth stack");
  });
});

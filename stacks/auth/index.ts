import { nameOf, routesOf } from "../../infra/auth/apiRoutes";
import { authConfig } from "../../infra/auth/authConfig";
import { groupAuthorizer } from "../../infra/auth/groupAuthorizer";
import { HostedUi } from "../../infra/auth/hostedUi";
import { RestApi } from "../../infra/auth/restApi";
import { routeFunctions } from "../../infra/auth/routeFunctions";
import { UserPool } from "../../infra/auth/userPool";
import { readConfig } from "../../infra/config";
import { logGroupsOf } from "../../infra/inlineFunction";
import type { Exports } from "../../infra/outputs";

const config = readConfig(authConfig);
const routes = routesOf(config);

const pool = new UserPool("pool", config);
const hostedUi = new HostedUi("hosted-ui", { ...config, userPoolId: pool.userPoolId });
const authorizer = groupAuthorizer("group-authorizer", {
  ...config,
  routes,
  issuer: pool.issuer,
  clientIds: [pool.clientId, hostedUi.clientId],
});
const functions = routeFunctions(routes, config);
const api = new RestApi("apigateway", {
  ...config,
  routes,
  functions,
  userPoolArn: pool.arn,
  groupAuthorizer: authorizer,
});

const outputs: Exports<"auth"> = {
  userPoolId: pool.userPoolId,
  userPoolClientId: pool.clientId,
  issuer: pool.issuer,
  hostedUiUrl: hostedUi.url,
  hostedUiClientId: hostedUi.clientId,
  loginCallbackUrls: hostedUi.loginCallbackUrls,
  apiUrl: api.url,
  routes: routes.map(nameOf),
  logGroups: logGroupsOf({ "group-authorizer": authorizer, ...functions }),
};
export = outputs;

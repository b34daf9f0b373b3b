import { readConfig, requireRegion } from "../../infra/config";
import { configKeys } from "../../infra/configKeys";
import { groupAuthorizer } from "../../infra/auth/groupAuthorizer";
import { HostedUi } from "../../infra/auth/hostedUi";
import { checkLearnerLab } from "../../infra/learnerLab";
import { RestApi } from "../../infra/auth/restApi";
import { UserPool } from "../../infra/auth/userPool";

const config = readConfig(configKeys.auth);
checkLearnerLab(requireRegion(), []);

const pool = new UserPool("pool", config);
const hostedUi = new HostedUi("hosted-ui", {
  userPoolId: pool.userPoolId,
  domain: config.hostedUiDomain,
  loginPorts: config.loginPorts,
});
const authorizer = groupAuthorizer("group-authorizer", {
  issuer: pool.issuer,
  clientIds: [pool.clientId, hostedUi.clientId],
  logRetentionDays: config.logRetentionDays,
});
const api = new RestApi("apigateway", { ...config, userPoolArn: pool.arn, groupAuthorizer: authorizer });

export const userPoolId = pool.userPoolId;
export const userPoolClientId = pool.clientId;
export const issuer = pool.issuer;
export const hostedUiUrl = hostedUi.url;
export const hostedUiClientId = hostedUi.clientId;
export const loginCallbackUrls = hostedUi.callbackUrls;
export const apiUrl = api.url;

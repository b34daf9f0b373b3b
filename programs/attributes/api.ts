import { type AttributeTable, type ResourceRequest, arn, digest, input } from "./table";

/** API Gateway. */
export const api: AttributeTable = {
  "aws:apigateway/account:Account": (r) => ({
    id: "api-gateway-account",
    throttleSettings: [{ burstLimit: 5000, rateLimit: 10_000 }],
    cloudwatchRoleArn: input(r, "cloudwatchRoleArn"),
  }),
  "aws:apigateway/restApi:RestApi": (r) => {
    input(r, "body");
    const id = digest(r).slice(0, 10);
    return {
      id,
      arn: `arn:aws:apigateway:${r.scope.region}::/restapis/${id}`,
      executionArn: arn(r, "execute-api", id),
      rootResourceId: digest(r).slice(10, 20),
    };
  },
  "aws:apigateway/deployment:Deployment": (r) => {
    input(r, "restApi");
    return { id: digest(r).slice(0, 6) };
  },
  // The environment on this machine replaces the URL by that of its own server.
  "aws:apigateway/stage:Stage": (r) => {
    const [restApi, stageName] = [input(r, "restApi"), input(r, "stageName")];
    input(r, "deployment");
    return {
      id: `ags-${restApi}-${stageName}`,
      arn: `arn:aws:apigateway:${r.scope.region}::/restapis/${restApi}/stages/${stageName}`,
      executionArn: arn(r, "execute-api", `${restApi}/${stageName}`),
      invokeUrl: `https://${restApi}.execute-api.${r.scope.region}.amazonaws.com/${stageName}`,
    };
  },
  "aws:wafv2/webAcl:WebAcl": (r) => {
    const id = digest(r).slice(0, 36);
    return { id, arn: arn(r, "wafv2", `regional/webacl/${input(r, "name")}/${id}`), capacity: 702 };
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": (r) => ({
    id: `${input(r, "webAclArn")},${input(r, "resourceArn")}`,
  }),
  "aws:apigateway/methodSettings:MethodSettings": (r: ResourceRequest) => ({
    id: `${input(r, "restApi")}-${input(r, "stageName")}-${input(r, "methodPath")}`,
  }),
};

import { GroundworkError } from "../../infra/error";
import { awsProblems } from "../../policy/awsInputs";
import { api } from "./api";
import { compute } from "./compute";
import { data } from "./data";
import { glue } from "./glue";
import { identity } from "./identity";
import { machines } from "./machines";
import { network } from "./network";
import type { AttributeTable, Attributes, ResourceRequest, Scope } from "./table";

const table: AttributeTable = { ...network, ...data, ...compute, ...identity, ...machines, ...api, ...glue };

/**
 * What AWS would compute for a resource: ids, ARNs, endpoints.
 *
 * @throws GroundworkError for a type that has no entry: nothing here answers for what it doesn't know. And for inputs
 *   that AWS would refuse.
 */
export function attributesOf(resource: ResourceRequest): Attributes {
  const entry = table[resource.type];
  if (!entry) {
    throw new GroundworkError(
      `Resource type ${resource.type} (${resource.name}) is unknown here: add what AWS computes for it to a table in programs/attributes/`,
    );
  }
  const attributes = entry(resource);
  // Names that Pulumi gives are among the attributes.
  const problems = awsProblems(resource.type, { ...attributes, ...resource.inputs });
  if (problems.length > 0) {
    const { type, name } = resource;
    throw GroundworkError.all(
      "AWS would refuse it",
      problems.map((problem) => `${type} ${name} ${problem}`),
    );
  }
  return attributes;
}

/** What a provider function answers. */
export function answerOf(
  token: string,
  scope: Scope,
  inputs: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { id: scope.region, names: zonesOf(scope, inputs), zoneIds: [] };
    case "aws:ec2/getVpcEndpointService:getVpcEndpointService":
      return { ...inputs, availabilityZones: endpointZonesOf(scope) };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: scope.account, accountId: scope.account };
    case "aws:ec2/getPrefixList:getPrefixList":
      return { id: "pl-63a5400a", name: inputs.name, cidrBlocks: [] };
    case "aws:ssm/getParameter:getParameter":
      return { id: inputs.name, name: inputs.name, insecureValue: "ami-0123456789abcdef0" };
    case "aws:iam/getRoles:getRoles":
      return { id: scope.region, names: [], arns: [] };
    case "aws:iam/getRole:getRole":
      return {
        id: inputs.name,
        name: inputs.name,
        arn: `arn:aws:iam::${scope.account}:role/${String(inputs.name)}`,
        tags: {},
      };
    default:
      throw new GroundworkError(
        `Provider function ${token} is unknown here: add its answer to programs/attributes/index.ts`,
      );
  }
}

/** An account that has opted in to a Local Zone, whose name comes before those of the ordinary zones. */
function zonesOf(scope: Scope, { filters = [] }: Readonly<Record<string, unknown>>): string[] {
  const asked = (filters as { name: string; values: string[] }[]).find(({ name }) => name === "zone-type");
  const kinds = { "local-zone": ["-xxx-1a"], "availability-zone": ["a", "b", "c", "d", "e"] };
  return Object.entries(kinds).flatMap(([kind, zones]) =>
    !asked || asked.values.includes(kind) ? zones.map((zone) => `${scope.region}${zone}`) : [],
  );
}

/** In most regions all; us-east-1 has a zone without. */
function endpointZonesOf(scope: Scope): string[] {
  const ordinary = zonesOf(scope, { filters: [{ name: "zone-type", values: ["availability-zone"] }] });
  return scope.region === "us-east-1" ? ordinary.filter((zone) => !zone.endsWith("e")) : ordinary;
}

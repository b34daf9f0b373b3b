import { type AttributeTable, arn, hexId, input, type ResourceRequest } from "./table";

/** VPC, subnets, security groups, endpoints. */
export const network: AttributeTable = {
  "awsx:ec2:Vpc": (r) => ({
    id: "",
    vpcId: hexId(r, "vpc"),
    publicSubnetIds: subnetIds(r, "Public"),
    privateSubnetIds: subnetIds(r, "Private"),
    isolatedSubnetIds: subnetIds(r, "Isolated"),
    routeTableAssociations: ["Public", "Private", "Isolated"]
      .flatMap((kind) => subnetIds(r, kind))
      .map((subnetId) => ({ subnetId, routeTableId: subnetId.replace("subnet-", "rtb-") })),
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": securityGroup,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
  "aws:ec2/vpcEndpoint:VpcEndpoint": (r) => {
    const id = hexId(r, "vpce");
    return {
      id,
      arn: arn(r, "ec2", `vpc-endpoint/${id}`),
      dnsEntries: [{ dnsName: `${id}.${input(r, "serviceName")}`, hostedZoneId: "Z7HUB22UULQXV" }],
      state: "available",
    };
  },
  "aws:ec2/flowLog:FlowLog": (r) => {
    const id = hexId(r, "fl");
    return { id, arn: arn(r, "ec2", `vpc-flow-log/${id}`) };
  },
};

function securityGroup(r: ResourceRequest) {
  const id = hexId(r, "sg");
  return { id, arn: arn(r, "ec2", `security-group/${id}`), ownerId: r.scope.account };
}

function securityGroupRule(r: ResourceRequest) {
  input(r, "securityGroupId");
  const id = hexId(r, "sgr");
  return { id, arn: arn(r, "ec2", `security-group-rule/${id}`), securityGroupRuleId: id };
}

/** One subnet for each range of the specs of this kind. */
function subnetIds(r: ResourceRequest, type: string): string[] {
  const specs = (r.inputs.subnetSpecs ?? []) as { type: string; name?: string; cidrBlocks?: string[] }[];
  return specs
    .filter((spec) => spec.type === type)
    .flatMap((spec) =>
      (spec.cidrBlocks ?? []).map((range) => hexId({ ...r, name: `${r.name}|${range}` }, "subnet")),
    );
}

import { type AttributeTable, arn, digest, hexId, input, named, pathOf } from "./table";

/** EC2 instances, what belongs to them, and schedules. */
export const machines: AttributeTable = {
  "aws:ec2/instance:Instance": (r) => {
    const id = hexId(r, "i");
    return {
      id,
      arn: arn(r, "ec2", `instance/${id}`),
      instanceState: "running",
      primaryNetworkInterfaceId: hexId(r, "eni"),
      privateIp: "10.0.1.10",
      publicIp: "198.51.100.10",
      publicDns: "ec2-198-51-100-10.compute-1.amazonaws.com",
    };
  },
  "aws:ec2/keyPair:KeyPair": (r) => ({
    id: named(r, "keyName"),
    keyName: named(r, "keyName"),
    keyPairId: hexId(r, "key"),
    arn: arn(r, "ec2", `key-pair/${named(r, "keyName")}`),
  }),
  "aws:ec2/eip:Eip": (r) => {
    const id = hexId(r, "eipalloc");
    return { id, allocationId: id, arn: arn(r, "ec2", `elastic-ip/${id}`), publicIp: "198.51.100.11" };
  },
  "aws:ec2/route:Route": (r) => ({ id: `r-${input(r, "routeTableId")}${digest(r).slice(0, 10)}` }),
  "aws:iam/instanceProfile:InstanceProfile": (r) => ({
    id: named(r),
    name: named(r),
    arn: `arn:aws:iam::${r.scope.account}:instance-profile${pathOf(r)}${named(r)}`,
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (r) => ({
    id: named(r),
    name: named(r),
    arn: arn(r, "cloudwatch", `alarm:${named(r)}`),
  }),
  "aws:scheduler/schedule:Schedule": (r) => ({
    id: `default/${named(r)}`,
    name: named(r),
    arn: arn(r, "scheduler", `schedule/default/${named(r)}`),
  }),
};

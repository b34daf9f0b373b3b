/**
 * Of the resource types that the tests change: the inputs that can't change in place, so that AWS makes a new one.
 *
 * Source: `ForceNew` in the schemas of the Terraform provider that @pulumi/aws is made of
 * (github.com/hashicorp/terraform-provider-aws, internal/service/…, the file named with each type). Pulumi's own
 * package doesn't carry the fact: neither its code nor its doc comments.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  // apigateway/account.go: none
  "aws:apigateway/account:Account": [],
  // apigateway/deployment.go
  "aws:apigateway/deployment:Deployment": ["restApi", "triggers", "variables"],
  // apigateway/method_settings.go
  "aws:apigateway/methodSettings:MethodSettings": ["methodPath", "restApi", "stageName"],
  // apigateway/rest_api.go: none
  "aws:apigateway/restApi:RestApi": [],
  // apigateway/stage.go
  "aws:apigateway/stage:Stage": ["restApi", "stageName"],
  // ec2/ec2_instance.go; userData because ours sets userDataReplaceOnChange
  "aws:ec2/instance:Instance": [
    "ami",
    "associatePublicIpAddress",
    "availabilityZone",
    "keyName",
    "subnetId",
    "userData",
  ],
  // ec2/vpc_flow_log.go
  "aws:ec2/flowLog:FlowLog": ["eniId", "iamRoleArn", "logDestination", "subnetId", "trafficType", "vpcId"],
  // ec2/vpc_route.go
  "aws:ec2/route:Route": ["destinationCidrBlock", "routeTableId"],
  // ec2/ec2_eip.go
  "aws:ec2/eip:Eip": ["address", "domain"],
  // cloudwatch/metric_alarm.go
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  // logs/group.go
  "aws:cloudwatch/logGroup:LogGroup": ["logGroupClass", "name", "namePrefix"],
  // cognitoidp/user_pool.go
  "aws:cognito/userPool:UserPool": ["aliasAttributes", "name", "usernameAttributes", "usernameConfiguration"],
  // cognitoidp/user_pool_client.go
  "aws:cognito/userPoolClient:UserPoolClient": ["generateSecret", "userPoolId"],
  // cognitoidp/resource_server.go
  "aws:cognito/resourceServer:ResourceServer": ["identifier", "userPoolId"],
  // cloudwatch/dashboard.go
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  // glue/connection.go
  "aws:glue/connection:Connection": ["catalogId", "name"],
  // lambda/function_event_invoke_config.go
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["functionName", "qualifier"],
  // ec2/vpc_security_group_egress_rule.go, ec2/vpc_security_group_ingress_rule.go
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["securityGroupId"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["securityGroupId"],
  // glue/job.go
  "aws:glue/job:Job": ["name"],
  // glue/crawler.go
  "aws:glue/crawler:Crawler": ["name"],
  // iam/instance_profile.go, iam/role.go
  "aws:iam/instanceProfile:InstanceProfile": ["name", "namePrefix", "path"],
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  // iam/role_policy.go
  "aws:iam/rolePolicy:RolePolicy": ["name", "namePrefix", "role"],
  // lambda/function.go
  "aws:lambda/function:Function": ["name", "packageType", "tenancyConfig"],
  // lambda/invocation.go; `input` too, as long as lifecycleScope is CREATE_ONLY, which it is unless set
  "aws:lambda/invocation:Invocation": ["functionName", "input", "qualifier", "triggers"],
  // rds/instance.go; since version 5 another identifier renames the instance
  "aws:rds/instance:Instance": [
    "availabilityZone",
    "characterSetName",
    "customIamInstanceProfile",
    "dbName",
    "engine",
    "kmsKeyId",
    "ncharCharacterSetName",
    "restoreToPointInTime",
    "snapshotIdentifier",
    "storageEncrypted",
    "timezone",
    "username",
  ],
  // rds/parameter_group.go
  "aws:rds/parameterGroup:ParameterGroup": ["description", "family", "name", "namePrefix"],
  // s3/bucket.go
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  // s3/object.go
  "aws:s3/bucketObjectv2:BucketObjectv2": ["bucket", "key"],
  // scheduler/schedule.go
  "aws:scheduler/schedule:Schedule": ["groupName", "name", "namePrefix"],
  // secretsmanager/secret.go
  "aws:secretsmanager/secret:Secret": ["name", "namePrefix"],
};

/**
 * Which of the changed inputs make AWS replace the resource.
 *
 * @throws Error for a type that has no entry: to take a change for an update would hide a replacement.
 */
export function replacingInputs(type: string, changed: readonly string[]): string[] {
  const known = replacing[type];
  if (!known) {
    throw new Error(
      `${type} changes (${changed.join(", ")}), and what replaces one isn't known here: add it to test/engine/replacing.ts`,
    );
  }
  return changed.filter((key) => known.includes(key));
}

/** The call of AWS's that makes a resource of a type. */
interface Call {
  /** `service.Operation`, as botocore names them. */
  readonly call: string;
  /** Where in what the call takes the inputs are; default at its top. */
  readonly at?: string;
  /**
   * Inputs whose name isn't that of a member: the member, from the top of the call on, or after a `/` of another call.
   * Null: the provider's own, or of awsx, or a patch that no model describes.
   */
  readonly inputs?: Readonly<Record<string, string | null>>;
}

const rule = (call: string): Call => ({
  call: `ec2.${call}`,
  at: "IpPermissions[]",
  inputs: {
    cidrIpv4: "IpPermissions[].IpRanges[].CidrIp",
    description: "IpPermissions[].IpRanges[].Description",
    referencedSecurityGroupId: "IpPermissions[].UserIdGroupPairs[].GroupId",
    securityGroupId: "GroupId",
    tags: "TagSpecifications[].Tags",
  },
});
const ec2 = (operation: string, inputs: Call["inputs"] = {}): Call => ({
  call: `ec2.${operation}`,
  inputs: { tags: "TagSpecifications[].Tags", ...inputs },
});

/** Of each type of resource that a program makes. */
export const calls: Readonly<Record<string, Call>> = {
  "aws:apigateway/account:Account": { call: "apigateway.UpdateAccount", inputs: { cloudwatchRoleArn: null } },
  "aws:apigateway/deployment:Deployment": {
    call: "apigateway.CreateDeployment",
    inputs: { restApi: "restApiId", triggers: null },
  },
  "aws:apigateway/methodSettings:MethodSettings": {
    call: "apigateway.UpdateStage",
    inputs: { restApi: "restApiId", methodPath: null, settings: null },
  },
  "aws:apigateway/restApi:RestApi": {
    call: "apigateway.CreateRestApi",
    inputs: { body: "apigateway.ImportRestApi/body" },
  },
  "aws:apigateway/stage:Stage": {
    call: "apigateway.CreateStage",
    inputs: {
      restApi: "restApiId",
      deployment: "deploymentId",
      accessLogSettings: null,
      xrayTracingEnabled: "tracingEnabled",
    },
  },
  "aws:cloudwatch/dashboard:Dashboard": { call: "cloudwatch.PutDashboard" },
  "aws:cloudwatch/eventRule:EventRule": { call: "events.PutRule" },
  "aws:cloudwatch/eventTarget:EventTarget": {
    call: "events.PutTargets",
    at: "Targets[]",
    inputs: { rule: "Rule", targetId: "Targets[].Id" },
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    call: "logs.CreateLogGroup",
    inputs: { name: "logGroupName", retentionInDays: "logs.PutRetentionPolicy/retentionInDays" },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    call: "cloudwatch.PutMetricAlarm",
    inputs: { name: "AlarmName" },
  },
  "aws:cognito/resourceServer:ResourceServer": { call: "cognito-idp.CreateResourceServer" },
  "aws:cognito/userGroup:UserGroup": { call: "cognito-idp.CreateGroup", inputs: { name: "GroupName" } },
  "aws:cognito/userPool:UserPool": {
    call: "cognito-idp.CreateUserPool",
    inputs: {
      name: "PoolName",
      passwordPolicy: "Policies.PasswordPolicy",
      softwareTokenMfaConfiguration: "cognito-idp.SetUserPoolMfaConfig/SoftwareTokenMfaConfiguration",
      schemas: "Schema",
      tags: "UserPoolTags",
    },
  },
  "aws:cognito/userPoolClient:UserPoolClient": {
    call: "cognito-idp.CreateUserPoolClient",
    inputs: { name: "ClientName" },
  },
  "aws:cognito/userPoolDomain:UserPoolDomain": { call: "cognito-idp.CreateUserPoolDomain" },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("CreateSecurityGroup"),
  "aws:ec2/eip:Eip": ec2("AllocateAddress", { instance: "ec2.AssociateAddress/InstanceId" }),
  "aws:ec2/flowLog:FlowLog": ec2("CreateFlowLogs", {
    iamRoleArn: "DeliverLogsPermissionArn",
    vpcId: "ResourceIds[]",
  }),
  "aws:ec2/instance:Instance": ec2("RunInstances", {
    ami: "ImageId",
    associatePublicIpAddress: "NetworkInterfaces[].AssociatePublicIpAddress",
    iamInstanceProfile: "IamInstanceProfile.Name",
    rootBlockDevice: "BlockDeviceMappings[].Ebs",
    sourceDestCheck: "ec2.ModifyInstanceAttribute/SourceDestCheck.Value",
    userDataReplaceOnChange: null,
    vpcSecurityGroupIds: "SecurityGroupIds",
  }),
  "aws:ec2/keyPair:KeyPair": ec2("ImportKeyPair", { publicKey: "PublicKeyMaterial" }),
  "aws:ec2/route:Route": ec2("CreateRoute"),
  "aws:ec2/securityGroup:SecurityGroup": ec2("CreateSecurityGroup", { name: "GroupName" }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("CreateVpcEndpoint"),
  "aws:glue/catalogDatabase:CatalogDatabase": {
    call: "glue.CreateDatabase",
    at: "DatabaseInput",
    inputs: { tags: "Tags" },
  },
  "aws:glue/connection:Connection": {
    call: "glue.CreateConnection",
    at: "ConnectionInput",
    inputs: { tags: "Tags" },
  },
  "aws:glue/crawler:Crawler": {
    call: "glue.CreateCrawler",
    inputs: { s3Targets: "Targets.S3Targets", jdbcTargets: "Targets.JdbcTargets" },
  },
  "aws:glue/job:Job": {
    call: "glue.CreateJob",
    inputs: { connections: "Connections.Connections", roleArn: "Role" },
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    call: "iam.CreateInstanceProfile",
    inputs: { name: "InstanceProfileName", role: "iam.AddRoleToInstanceProfile/RoleName" },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    call: "iam.CreateOpenIDConnectProvider",
    inputs: { clientIdLists: "ClientIDList" },
  },
  "aws:iam/policy:Policy": {
    call: "iam.CreatePolicy",
    inputs: { name: "PolicyName", policy: "PolicyDocument" },
  },
  "aws:iam/role:Role": {
    call: "iam.CreateRole",
    inputs: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    call: "iam.PutRolePolicy",
    inputs: { name: "PolicyName", policy: "PolicyDocument", role: "RoleName" },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    call: "iam.AttachRolePolicy",
    inputs: { role: "RoleName" },
  },
  "aws:lambda/function:Function": {
    call: "lambda.CreateFunction",
    inputs: {
      code: null,
      name: "FunctionName",
      reservedConcurrentExecutions: "lambda.PutFunctionConcurrency/ReservedConcurrentExecutions",
    },
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    call: "lambda.PutFunctionEventInvokeConfig",
  },
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": { call: "lambda.PutFunctionRecursionConfig" },
  "aws:lambda/invocation:Invocation": {
    call: "lambda.Invoke",
    inputs: { input: "Payload", triggers: null },
  },
  "aws:lambda/permission:Permission": { call: "lambda.AddPermission", inputs: { function: "FunctionName" } },
  "aws:rds/eventSubscription:EventSubscription": {
    call: "rds.CreateEventSubscription",
    inputs: { name: "SubscriptionName", snsTopic: "SnsTopicArn" },
  },
  "aws:rds/instance:Instance": {
    call: "rds.CreateDBInstance",
    inputs: {
      allowMajorVersionUpgrade: "rds.ModifyDBInstance/AllowMajorVersionUpgrade",
      applyImmediately: "rds.ModifyDBInstance/ApplyImmediately",
      backupWindow: "PreferredBackupWindow",
      enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
      finalSnapshotIdentifier: "rds.DeleteDBInstance/FinalDBSnapshotIdentifier",
      iamDatabaseAuthenticationEnabled: "EnableIAMDatabaseAuthentication",
      identifier: "DBInstanceIdentifier",
      instanceClass: "DBInstanceClass",
      maintenanceWindow: "PreferredMaintenanceWindow",
      parameterGroupName: "DBParameterGroupName",
      performanceInsightsEnabled: "EnablePerformanceInsights",
      skipFinalSnapshot: "rds.DeleteDBInstance/SkipFinalSnapshot",
      username: "MasterUsername",
    },
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    call: "rds.CreateDBParameterGroup",
    inputs: {
      family: "DBParameterGroupFamily",
      name: "DBParameterGroupName",
      parameters: "rds.ModifyDBParameterGroup/Parameters",
      "parameters[].name": "rds.ModifyDBParameterGroup/Parameters[].ParameterName",
      "parameters[].value": "rds.ModifyDBParameterGroup/Parameters[].ParameterValue",
    },
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    call: "rds.CreateDBSubnetGroup",
    inputs: { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" },
  },
  "aws:s3/bucket:Bucket": {
    call: "s3.CreateBucket",
    inputs: { forceDestroy: null, tags: "s3.PutBucketTagging/Tagging.TagSet" },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    call: "s3.PutBucketLifecycleConfiguration",
    at: "LifecycleConfiguration",
    inputs: { bucket: "Bucket" },
  },
  "aws:s3/bucketNotification:BucketNotification": {
    call: "s3.PutBucketNotificationConfiguration",
    inputs: {
      lambdaFunctions: "NotificationConfiguration.LambdaFunctionConfigurations",
    },
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    call: "s3.PutObject",
    inputs: { content: "Body", source: "Body", tags: "s3.PutObjectTagging/Tagging.TagSet" },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    call: "s3.PutBucketOwnershipControls",
    inputs: { rule: "OwnershipControls.Rules[]" },
  },
  "aws:s3/bucketPolicy:BucketPolicy": { call: "s3.PutBucketPolicy" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    call: "s3.PutPublicAccessBlock",
    at: "PublicAccessBlockConfiguration",
    inputs: { bucket: "Bucket" },
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    call: "s3.PutBucketEncryption",
    at: "ServerSideEncryptionConfiguration",
    inputs: { bucket: "Bucket" },
  },
  "aws:s3/bucketVersioning:BucketVersioning": { call: "s3.PutBucketVersioning" },
  "aws:scheduler/schedule:Schedule": { call: "scheduler.CreateSchedule" },
  "aws:secretsmanager/secretRotation:SecretRotation": {
    call: "secretsmanager.RotateSecret",
    inputs: { rotationLambdaArn: "RotationLambdaARN" },
  },
  "aws:secretsmanager/secret:Secret": {
    call: "secretsmanager.CreateSecret",
    inputs: { namePrefix: "Name", recoveryWindowInDays: "secretsmanager.DeleteSecret/RecoveryWindowInDays" },
  },
  "aws:sqs/queue:Queue": {
    call: "sqs.CreateQueue",
    inputs: { name: "QueueName", messageRetentionSeconds: null, sqsManagedSseEnabled: null },
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("AuthorizeSecurityGroupEgress"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("AuthorizeSecurityGroupIngress"),
  "awsx:ec2:Vpc": ec2("CreateVpc", {
    "availabilityZoneNames[]": "ec2.CreateSubnet/AvailabilityZone",
    enableDnsHostnames: "ec2.ModifyVpcAttribute/EnableDnsHostnames.Value",
    natGateways: null,
    subnetSpecs: null,
    "subnetSpecs[].cidrBlocks[]": "ec2.CreateSubnet/CidrBlock",
    subnetStrategy: null,
    vpcEndpointSpecs: null,
    vpcEndpointStrategy: null,
  }),
  "aws:wafv2/webAcl:WebAcl": { call: "wafv2.CreateWebACL" },
  "aws:wafv2/webAclAssociation:WebAclAssociation": {
    call: "wafv2.AssociateWebACL",
    inputs: { webAclArn: "WebACLArn" },
  },
};

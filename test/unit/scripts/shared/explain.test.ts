import { expect } from "chai";
import { explain } from "../../../../scripts/shared/explain";

describe("a failure of the CLI", () => {
  const cases: [said: string, says: string][] = [
    ["error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "pulumi login"],
    ["error: no stack named 'dev' found", "pulumi -C stacks/database stack init dev"],
    ["error: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"],
    [
      'error: unknown stack "organization/networking/dev"',
      "stack organization/networking/dev, which it reads, is not there: deploy it first with npm run deploy -- --stack dev --only networking",
    ],
    [
      "error: Stack networking has no output vpcId: deploy it first with pulumi -C stacks/networking up -s dev",
      "stack networking has no output vpcId: deploy it first with pulumi -C stacks/networking up -s dev",
    ],
    ["Error: The SSO session associated with this profile has expired", "aws sso login"],
    ["InvalidClientTokenId: The security token included in the request is invalid", "aws:region"],
    ["getaddrinfo ENOTFOUND sts.us-moon-1.amazonaws.com", "aws:region in Pulumi.dev.yaml"],
    ["ExpiredToken: The security token included in the request is expired", "aws sso login"],
    ["error: No valid credential sources found", "there are no AWS credentials"],
    ["AWS account ID not allowed: 111111111111", "aws:allowedAccountIds in Pulumi.dev.yaml"],
    ["error: Invalid AWS Region: us-moon-1", "aws:region in Pulumi.dev.yaml"],
    ["ResourceNotReadyException: The function is inactive", "try again"],
    [
      "creating CloudWatch Logs Log Group (/aws/rds/instance/demo-db/upgrade): operation error CloudWatch Logs: CreateLogGroup, ResourceAlreadyExistsException: The specified log group already exists",
      "aws logs delete-log-group --log-group-name /aws/rds/instance/demo-db/upgrade",
    ],
    [
      "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging",
      "auth:manageApiGatewayAccount",
    ],
    ["error: the stack is currently locked by 1 lock(s)", "pulumi -C stacks/database cancel -s dev"],
  ];
  for (const [said, says] of cases) {
    it(`that says "${said}" is told in one line with the fix`, () => {
      const told = explain(said, { project: "database", stack: "dev" });
      expect(told).to.include(says).and.not.include("\n");
    });
  }

  it("of an unknown cause is not explained away", () => {
    expect(explain("error: something new", { project: "database", stack: "dev" })).to.equal(undefined);
  });
});

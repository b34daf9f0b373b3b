import { expect } from "chai";
import { explain } from "../../../../scripts/shared/explain";

describe("a failure of the CLI", () => {
  const cases: [said: string, says: string][] = [
    ["error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "pulumi login"],
    ["error: no stack named 'dev' found", "stack dev of database is not there: npm run init -- --stack dev"],
    ["error: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"],
    [
      'error: unknown stack "organization/networking/dev"',
      "stack organization/networking/dev, which it reads, is not there: deploy it first with npm run deploy -- --stack dev --only networking",
    ],
    [
      "error: Stack networking has no output vpcId: deploy it first with npm run deploy -- --stack dev --only networking",
      "stack networking has no output vpcId: deploy it first with npm run deploy -- --stack dev --only networking",
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
    [
      "error: failed to load checkpoint: EOF",
      "delete .pulumi/stacks/database/dev.json.attrs, a checksum that the CLI makes anew",
    ],
    ["error: the stack is currently locked by 1 lock(s)", "pulumi -C stacks/database cancel --yes -s dev"],
    ["error: [409] Conflict: Another update is currently in progress.", "another run holds the stack"],
    ["error: [401] Unauthorized: No credentials provided or are invalid.", "doesn't take the access token"],
    ["error: Unauthorized: No credentials provided or are invalid.", "doesn't take the access token"],
    [
      "error: [403] Forbidden: stack permission",
      "stack dev of database: [403] Forbidden: stack permission. Ask for",
    ],
    [
      'error: unable to replace resource "urn:pulumi:dev::database::aws:rds/instance:Instance::demo-db"\nas it is currently marked for protection.',
      "demo-db is protected, and what was asked would delete or replace it",
    ],
    [
      "error: resource urn:x violates plan: properties changed: +-[x]",
      "it isn't as it was when the plan was made",
    ],
    // Where a change that was planned to follow another one proved needless.
    [
      "error: expected resource operations for urn:x but none were seen",
      "it isn't as it was when the plan was made",
    ],
    ["error: confirmation declined", "it was declined, and nothing of it was changed"],
    ["error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE", "set PULUMI_CONFIG_PASSPHRASE, or"],
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

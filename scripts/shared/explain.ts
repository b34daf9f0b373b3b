import { deployFirst } from "../../infra/deployFirst";
import { environmentOf } from "../../programs/environments";

/** The first CLI that the programs are tried with, in test/engine. */
export const oldestCli = "3.245";
export const howToInstall = `Groundwork needs ${oldestCli} or later: https://www.pulumi.com/docs/install/ says how to install it`;

/**
 * What Lambda says of a function in a VPC that nobody called for weeks: the call that wakes it up fails, and so do those
 * until it is awake. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
export const sleepingFunction =
  /ResourceNotReadyException|The function is currently in the following state: (Inactive|Pending)|CodeArtifactUserPendingException/;

/** What the CLI says where nobody is logged in. */
export const loggedOut = /PULUMI_ACCESS_TOKEN must be set|not logged in|please run .?pulumi login/i;

/** The stack that something failed for. */
interface FailedStack {
  readonly project: string;
  readonly stack: string;
}

/** What the CLI or AWS say, by what it means and what to do about it. */
const reasons: readonly (readonly [
  said: RegExp,
  meaning: (failed: FailedStack, found: RegExpExecArray) => string,
])[] = [
  [/pulumi: command not found/, () => `There is no pulumi on PATH; ${howToInstall}`],
  [
    loggedOut,
    () =>
      "the Pulumi CLI is not logged in: run pulumi login, or pulumi login file://~ to keep the state here",
  ],
  [
    /no stack named|no previous deployment|stack '[^']*' not found/i,
    ({ project, stack }) =>
      `stack ${stack} of ${project} is not there: npm run init -- --stack ${stack} makes it`,
  ],
  [
    /\[401\]|Unauthorized: No credentials|invalid access token|this command requires logging in/i,
    () =>
      "Pulumi Cloud doesn't take the access token, which may have expired: pulumi login again, or renew PULUMI_ACCESS_TOKEN",
  ],
  [
    /\[403\].*/i,
    ({ project, stack }, [said]) =>
      `Pulumi Cloud doesn't let this access token at stack ${stack} of ${project}: ${said}. Ask for the right, or take another token`,
  ],
  [
    /passphrase must be set/i,
    () =>
      "the secrets of this stack have a passphrase: set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE",
  ],
  [
    /incorrect passphrase/i,
    () => "PULUMI_CONFIG_PASSPHRASE is not the one that this stack was made with: set it and try again",
  ],
  [
    /unknown stack "?([^"\s]+)/i,
    (_, [, name = ""]) => {
      const [stack = "", project = ""] = name.split("/").reverse();
      return `stack ${name}, which it reads, is not there: ${deployFirst(project, stack)}`;
    },
  ],
  [
    // A sentence of the program itself.
    /(?<=Stack )\S+ has no output \S+: deploy it first with .+/,
    (_, [said]) => `stack ${said}`,
  ],
  [
    /ExpiredToken|(?:token|session).* (?:is |has )?expired|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|security token .* is invalid/i,
    ({ stack }) =>
      "the AWS session has expired or is not valid here: sign in again, for instance with aws sso login; " +
      `a region that an account has to enable first (aws:region in Pulumi.${environmentOf(stack)}.yaml) is refused alike`,
  ],
  [
    /No valid credential sources|failed to refresh cached credentials|Unable to locate credentials|Could not load credentials/i,
    () => "there are no AWS credentials: sign in, for instance with aws sso login, or set AWS_PROFILE",
  ],
  [
    /AWS account ID not allowed/i,
    ({ stack }) =>
      `these AWS credentials are of another account than aws:allowedAccountIds in Pulumi.${environmentOf(stack)}.yaml: ` +
      "choose the profile of the right one with AWS_PROFILE",
  ],
  [
    /Invalid AWS Region|(?:EAI_AGAIN|ENOTFOUND).*amazonaws/i,
    ({ stack }) =>
      `aws:region in Pulumi.${environmentOf(stack)}.yaml is not a region of AWS, such as us-east-1, or there is no network: mend it`,
  ],
  [
    sleepingFunction,
    () =>
      "the function slept for weeks, and Lambda wakes it up for this call, which takes a minute: try again",
  ],
  [
    /Log Group \(([^)]+)\)[^\n]*ResourceAlreadyExistsException/i,
    (_, [, group = ""]) =>
      `the log group ${group} is there already, made by AWS itself, which keeps it for ever: take what you want out ` +
      `of it, and delete it with aws logs delete-log-group --log-group-name ${group}`,
  ],
  [
    /CloudWatch Logs role ARN must be set in account settings/i,
    ({ stack }) =>
      "API Gateway has no role for its logs in this account and region: set auth:manageApiGatewayAccount to true in " +
      `Pulumi.${environmentOf(stack)}.yaml`,
  ],
  [
    // A file backend keeps a small file beside each of its own (gocloud.dev: blob/fileblob/attrs.go), and empties it
    // before it writes it.
    /failed to load checkpoint: EOF/,
    ({ project, stack }) =>
      "a run was killed while it wrote the state, and the CLI can't read it: in the folder that pulumi login was told, " +
      `delete .pulumi/stacks/${project}/${environmentOf(stack)}.json.attrs, a checksum that the CLI makes anew`,
  ],
  [
    /the stack is currently locked|another update is currently in progress|\[409\] Conflict/i,
    ({ project, stack }) =>
      `another run holds the stack: wait for it, or, if it died, run pulumi -C ${folderOf(project)} cancel --yes -s ${stack}`,
  ],
  [
    /resource ".*::(.+)"[^]*?(?:cannot be deleted|protected|marked for protection)/i,
    ({ stack }, [, name = ""]) =>
      `${name} is protected, and what was asked would delete or replace it: leave it, or give it up in Pulumi.${environmentOf(stack)}.yaml ` +
      "by its deletionProtection or deleteFilesOnDestroy",
  ],
  [
    /violates plan|not allowed by the plan|no plan for resource|expected resource operations for/i,
    () => "it isn't as it was when the plan was made: make the plan again, and look at it",
  ],
  [/confirmation declined|user declined/i, () => "it was declined, and nothing of it was changed"],
];

/** One line for a failure that has a known cause; undefined where what the CLI said has to do. */
export function explain(output: string, failed: FailedStack): string | undefined {
  for (const [said, meaning] of reasons) {
    const found = said.exec(output);
    if (found) return meaning(failed, found);
  }
  return undefined;
}

/** A project's folder from the root of the checkout. */
function folderOf(project: string): string {
  return project === "groundwork" ? "." : `stacks/${project}`;
}

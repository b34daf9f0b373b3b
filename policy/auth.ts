import { type Note, type Rule, is, must, outsideProduction, untilRetired } from "./rule";

const userPool = ["aws:cognito/userPool:UserPool"];
const stage = ["aws:apigateway/stage:Stage"];
const methodSettings = ["aws:apigateway/methodSettings:MethodSettings"];

const webAcl = ["aws:wafv2/webAcl:WebAcl"];

const setting = (settings: unknown, key: string): unknown =>
  (settings as Readonly<Record<string, unknown>> | undefined)?.[key];

export const authRules: readonly (Rule | Note)[] = [
  {
    controls: ["APIGateway.1"],
    asks: "REST APIs log what they do",
    of: methodSettings,
    reads: ["settings"],
    refuses: must(
      (settings) => ["ERROR", "INFO"].includes(String(setting(settings, "loggingLevel"))),
      "logs nothing: set settings.loggingLevel to ERROR or INFO",
    ),
  },
  {
    controls: ["APIGateway.2"],
    asks: "stages of REST APIs show a certificate to what they call",
    of: stage,
    status: "not met",
    why: "They call functions alone, through IAM, and an authorizer in the same way.",
  },
  {
    controls: ["APIGateway.3"],
    asks: "stages of REST APIs are traced by X-Ray",
    of: stage,
    reads: ["xrayTracingEnabled"],
    refuses: must(is(true), "leaves no traces: set xrayTracingEnabled to true"),
  },
  {
    controls: ["APIGateway.4"],
    asks: "stages of REST APIs have a web ACL of WAF",
    of: stage,
    reads: [],
    refuses: (_, { declared }) =>
      declared.some(({ type }) => type === "aws:wafv2/webAclAssociation:WebAclAssociation")
        ? undefined
        : "has no web ACL: set auth:webAcl to true",
    except: [
      {
        covers: ({ declared }) => !declared.some(({ type }) => webAcl.includes(type)),
        reason:
          "It is config, auth:webAcl, off as committed: $7 a month before routes that all ask for a token; throttling bounds what a flood costs.",
      },
    ],
  },
  {
    controls: ["WAF.10"],
    asks: "web ACLs have a rule",
    of: webAcl,
    reads: ["rules"],
    refuses: must((rules) => Array.isArray(rules) && rules.length > 0, "refuses nothing: give it rules"),
  },
  {
    controls: ["WAF.12"],
    asks: "rules of web ACLs have metrics",
    of: webAcl,
    reads: ["rules"],
    refuses: must(
      (rules) =>
        (rules as readonly unknown[]).every(
          (rule) => setting(setting(rule, "visibilityConfig"), "cloudwatchMetricsEnabled") === true,
        ),
      "has rules that nobody sees at work: set visibilityConfig.cloudwatchMetricsEnabled to true",
    ),
  },
  {
    controls: ["APIGateway.5"],
    asks: "what REST APIs cache is encrypted",
    of: methodSettings,
    reads: ["settings"],
    refuses: must(
      (settings) =>
        setting(settings, "cachingEnabled") !== true || setting(settings, "cacheDataEncrypted") === true,
      "keeps answers in clear: set settings.cacheDataEncrypted to true",
    ),
  },
  {
    controls: ["Cognito.1", "Cognito.4"],
    asks: "user pools have threat protection, enforced",
    of: userPool,
    reads: ["userPoolAddOns"],
    refuses: must(
      (addOns) =>
        setting(addOns, "advancedSecurityMode") === "ENFORCED" &&
        setting(setting(addOns, "advancedSecurityAdditionalFlows"), "customAuthMode") === "ENFORCED",
      "lets stolen passwords in: set auth:threatProtection to enforced",
    ),
    except: [
      {
        covers: () => true,
        reason:
          "It is config, auth:threatProtection, off as committed: Cognito's tier Plus is $0.02 an active user and month from the first one on.",
      },
    ],
  },
  {
    controls: ["Cognito.3"],
    asks: "user pools ask for strong passwords",
    of: userPool,
    reads: ["passwordPolicy"],
    refuses: must((policy) => {
      const needed = ["requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"];
      return (
        Number(setting(policy, "minimumLength")) >= 8 &&
        Number(setting(policy, "temporaryPasswordValidityDays")) <= 7 &&
        needed.every((key) => setting(policy, key) === true)
      );
    }, "takes weak passwords: ask for 8 characters of all four kinds at least, and 7 days at most for a first one"),
  },
  {
    controls: ["Cognito.5"],
    asks: "user pools ask for a second factor",
    of: userPool,
    reads: ["mfaConfiguration"],
    refuses: must(
      (mfa) => mfa === "ON" || mfa === "OPTIONAL",
      "takes a password alone: set auth:mfa to optional or on",
    ),
    except: [
      outsideProduction(
        "Outside production it is config, auth:mfa: sign-in by name and password alone is what the tutorial has.",
      ),
    ],
  },
  {
    controls: ["Cognito.6"],
    asks: "user pools have deletion protection",
    of: userPool,
    reads: ["deletionProtection"],
    refuses: must(is("ACTIVE"), "can be deleted with its users: set auth:deletionProtection to true"),
    except: untilRetired,
  },
  {
    controls: [],
    asks: "clients of user pools don't tell whether a user exists",
    of: ["aws:cognito/userPoolClient:UserPoolClient"],
    reads: ["preventUserExistenceErrors"],
    refuses: must(is("ENABLED"), "tells who exists: set preventUserExistenceErrors to ENABLED"),
  },
  {
    controls: [],
    asks: "no token stands in the log of a REST API",
    of: methodSettings,
    reads: ["settings"],
    refuses: must(
      (settings) => setting(settings, "dataTraceEnabled") !== true,
      "writes requests with their tokens into the log: set settings.dataTraceEnabled to false",
    ),
  },
];

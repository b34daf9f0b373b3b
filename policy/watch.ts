import { type Note, type Rule, must } from "./rule";

const alarm = ["aws:cloudwatch/metricAlarm:MetricAlarm"];
const logGroup = ["aws:cloudwatch/logGroup:LogGroup"];

/** The controls of CloudWatch are NIST SP 800-53's, not of the Foundational Security Best Practices. */
export const watchRules: readonly (Rule | Note)[] = [
  {
    controls: ["CloudWatch.15"],
    asks: "alarms have actions",
    of: alarm,
    reads: ["alarmActions"],
    refuses: must(
      (actions) => Array.isArray(actions) && actions.length > 0,
      "tells nobody: give it alarmActions",
    ),
    except: [
      {
        covers: ({ name }) => name.startsWith("ingest-"),
        reason:
          "Whom to tell is config, ingest:alarmTopicArn; until it names a topic, alarms show on the dashboard.",
      },
    ],
  },
  {
    controls: ["CloudWatch.16"],
    asks: "log groups are kept for a year",
    of: logGroup,
    status: "not met",
    why: "Flow logs 14 days and functions 30, so that nobody pays for what nobody reads; both are config.",
  },
  {
    controls: ["CloudWatch.17"],
    asks: "alarm actions are activated",
    of: alarm,
    reads: ["actionsEnabled"],
    refuses: must((enabled) => enabled !== false, "is silent: leave actionsEnabled at its default"),
  },
  {
    controls: [],
    asks: "log groups are not kept for ever",
    of: logGroup,
    reads: ["retentionInDays"],
    refuses: must((days) => Number(days) > 0, "is kept for ever, and paid for: set retentionInDays"),
  },
];

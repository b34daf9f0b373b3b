import { type Note, type Rule, must } from "./rule";

const alarm = ["aws:cloudwatch/metricAlarm:MetricAlarm"];
const logGroup = ["aws:cloudwatch/logGroup:LogGroup"];

/** Rules of our own: CloudWatch.15 to .17, which ask for the like, are of NIST SP 800-53, not of the standard. */
export const watchRules: readonly (Rule | Note)[] = [
  {
    controls: [],
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
    controls: [],
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

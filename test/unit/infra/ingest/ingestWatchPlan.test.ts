import { expect } from "chai";
import { alarmPlan, dashboardBody } from "../../../../infra/ingest/ingestWatchPlan";

describe("The plan of what watches the ingest", () => {
  it("shows nine graphs in three rows of three, each of its own numbers", () => {
    const names = { ingest: "in", jobs: "jo", deadLetters: "de" };
    const { widgets } = dashboardBody("Own", "eu-north-1", names) as { widgets: Record<string, unknown>[] };
    const own = (name: string, of = "in") => ["Own", name, "FunctionName", of];
    const lambda = (name: string) => ["AWS/Lambda", name, "FunctionName", "in"];
    const graphs = [
      ["Sum", [own("Rows")]],
      ["Sum", [own("Rejects"), own("FailedJobs")]],
      ["Maximum", [own("Lag")]],
      ["Maximum", [lambda("AsyncEventAge")]],
      ["Maximum", [own("ConnectionWait")]],
      ["Sum", [own("Bytes")]],
      ["Sum", [lambda("Invocations"), lambda("Errors"), lambda("Throttles")]],
      ["Maximum", [lambda("Duration")]],
      [
        "Maximum",
        [own("StalledJobs", "jo"), ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "de"]],
      ],
    ];
    const places = [0, 6, 12].flatMap((y) => [0, 8, 16].map((x) => ({ x, y })));
    expect(
      widgets.map(({ properties, ...rest }) => [rest, { ...(properties as object), title: "" }]),
    ).to.deep.equal(
      graphs.map(([stat, metrics], i) => [
        { type: "metric", width: 8, height: 6, ...places[i] },
        { title: "", stat, metrics, region: "eu-north-1", period: 60, view: "timeSeries" },
      ]),
    );
  });

  it("looks at stalled jobs no oftener than CloudWatch counts, and at durations beyond half of the reserve", () => {
    const plan = (sweepMinutes: number) =>
      alarmPlan("Own", "prod", { timeout: 100, handOverReserveMs: 10_001, sweepMinutes });
    const of = (key: string, minutes = 5) => plan(minutes).find((alarm) => alarm.key === key)!;
    expect([0.5, 1, 5].map((minutes) => of("stalled-jobs", minutes).period)).to.deep.equal([60, 60, 300]);
    expect(of("duration").threshold).to.equal(95_000);
    expect(new Set(plan(5).map(({ key }) => key)).size).to.equal(8);
    const commands = plan(5).flatMap(({ alarmDescription }) => alarmDescription.match(/npm run .*/g) ?? []);
    expect(commands).to.have.length(3);
    for (const command of commands) expect(command).to.include("--stack prod");
  });
});

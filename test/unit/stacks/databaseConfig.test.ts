import { expect } from "chai";
import * as z from "zod";
import { databaseConfig } from "../../../infra/database/databaseConfig";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

describe("the config of the database", () => {
  const bad = [
    { key: "allocatedStorage", value: "5", says: "20" },
    { key: "allocatedStorage", value: "many", says: "it is many" },
    { key: "deletionProtection", value: "perhaps", says: "boolean" },
    { key: "databaseName", value: "My-Db", says: "lower-case letters" },
    { key: "instanceClass", value: "t4g.micro", says: "db.t4g.micro" },
    { key: "maxAllocatedStorage", value: "10", says: "20" },
    { key: "monitoringInterval", value: "7", says: "must be one of" },
    { key: "backupWindow", value: "3am", says: "03:00-03:30" },
    { key: "maintenanceWindow", value: "sunday", says: "sun:04:00-sun:05:00" },
    { key: "bastion", value: "vpn", says: "ssm" },
    { key: "eventTopicArn", value: "operators", says: "the ARN of an SNS topic" },
    { key: "eventTopicArn", value: "arn:aws:sns:us-east-1:123456789012:told.fifo", says: "not a FIFO one" },
    {
      key: "eventTopicArn",
      value: "arn:aws:sns:eu-west-1:123456789012:told",
      says: "database:eventTopicArn arn:aws:sns:eu-west-1:123456789012:told is not in aws:region us-east-1",
    },
    { key: "engineVersion", value: "newest", says: "18" },
    { key: "engineVersion", value: "18.1", says: "RDS chooses the minor one" },
    {
      key: "applyImmediately",
      value: "false",
      with: { "database:allowMajorVersionUpgrade": "true" },
      says: "would upgrade after the deployment",
    },
    { key: "databaseName", value: "db", says: "is a word that RDS for PostgreSQL reserves" },
    {
      key: "maxAllocatedStorage",
      value: "21",
      says: "make it 22 or more, or equal to database:allocatedStorage",
    },
    { key: "logRetentionDays", value: "21", says: "must be what CloudWatch has: 1, 3, 5, 7, 14, 30" },
  ];
  for (const { key, value, says, with: more } of bad) {
    it(`refuses ${key} ${value}`, async () => {
      const message = await rejection(
        record("database", { config: { ...more, [`database:${key}`]: value } }),
      );
      expect(message).to.include(`database:${key}`).and.to.include(says).and.to.include("Pulumi.dev.yaml");
    });
  }

  const problems = (values: object): string[] =>
    databaseConfig.problems!({
      ...z.object(databaseConfig.keys).parse(values),
      ...{ region: "us-east-1", learnerLab: false, production: false },
    } as never);

  /** Each window for backups beside one for maintenance, and whether RDS takes both. */
  const windows: readonly (readonly [backup: string, maintenance: string, taken: boolean])[] = [
    ["03:30-04:00", "sun:04:00-sun:05:00", true],
    ["03:30-04:01", "sun:04:00-sun:05:00", false],
    ["05:00-05:30", "sun:04:00-sun:05:00", true],
    ["04:59-05:30", "sun:04:00-sun:05:00", false],
    // Over midnight, and over the end of the week.
    ["23:45-00:15", "mon:00:00-mon:00:30", false],
    ["23:30-00:00", "mon:00:00-mon:00:30", true],
    ["00:15-00:45", "sun:23:30-mon:00:30", false],
    ["00:30-01:00", "sun:23:30-mon:00:30", true],
    ...["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(
      (day) => ["04:15-04:45", `${day}:04:00-${day}:05:00`, false] as const,
    ),
  ];
  for (const [backupWindow, maintenanceWindow, taken] of windows)
    it(`${taken ? "takes" : "refuses"} backups at ${backupWindow} beside maintenance at ${maintenanceWindow}`, () => {
      const found = problems({ backupWindow, maintenanceWindow });
      if (taken) expect(found).to.be.empty;
      else expect(found.join()).to.match(/meets database:maintenanceWindow/);
      expect(problems({ backupWindow, maintenanceWindow, backupRetentionDays: 0 })).to.be.empty;
    });

  it("refuses windows that meet from one day of backups on", () => {
    const meeting = { backupWindow: "04:00-04:30", maintenanceWindow: "sun:04:00-sun:05:00" };
    expect(problems({ ...meeting, backupRetentionDays: 1 })).to.have.length(1);
  });

  it("refuses windows shorter than half an hour, over midnight too", () => {
    const short = (key: string, value: string) =>
      problems({ [key]: value })
        .join()
        .includes("is shorter than");
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon"];
    for (let i = 0; i < 7; i++) {
      expect(short("maintenanceWindow", `${days[i]}:23:50-${days[i + 1]}:00:20`), days[i]).to.equal(false);
      expect(short("maintenanceWindow", `${days[i]}:23:50-${days[i + 1]}:00:19`), days[i]).to.equal(true);
    }
    expect(short("backupWindow", "23:50-00:20")).to.equal(false);
    expect(short("backupWindow", "23:50-00:19")).to.equal(true);
    expect(short("backupWindow", "12:00-12:00")).to.equal(true);
    expect(short("maintenanceWindow", "sun:12:00-sun:12:00")).to.equal(true);
  });

  it("lets storage grow by a tenth at least, or not at all", () => {
    const grows = (maxAllocatedStorage: number) => problems({ allocatedStorage: 20, maxAllocatedStorage });
    for (const size of [20, 22, 23]) expect(grows(size), String(size)).to.be.empty;
    expect(grows(21).join()).to.match(/make it 22 or more/);
  });

  it("knows the borders of a Learner Lab's storage", () => {
    const breaches = (maxAllocatedStorage: number) =>
      databaseConfig.breaches!(z.object(databaseConfig.keys).parse({ maxAllocatedStorage }) as never).filter(
        (breach) => breach.includes("maxAllocatedStorage"),
      );
    expect(breaches(100)).to.be.empty;
    expect(breaches(101)).to.have.length(1);
  });
});

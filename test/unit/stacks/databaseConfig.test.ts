import { expect } from "chai";
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
      says: "is not in aws:region us-east-1",
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
});

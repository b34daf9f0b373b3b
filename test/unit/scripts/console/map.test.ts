import { expect } from "chai";
import { dryRun } from "../../../../programs/dryRun";
import { type BoxFacts, factsOf } from "../../../../scripts/console/map/facts";
import { type Known, placeOf } from "../../../../scripts/console/map/places";
import { architectureOf } from "../../../../scripts/diagram/architecture";
import { svgOf } from "../../../../scripts/diagram/svg";

const known: Known = {
  region: "eu-west-1",
  account: "210987654321",
  outputs: {
    endpoint: "demo-db.example.eu-west-1.rds.amazonaws.com:5432",
    bastionInstanceId: "i-0123",
    bucketName: "ingest-abc1234",
    deadLetterQueueUrl: "https://sqs.eu-west-1.amazonaws.com/210987654321/letters-1",
    userPoolId: "eu-west-1_Pool",
    apiUrl: "https://api123.execute-api.eu-west-1.amazonaws.com/dev",
  },
};

describe("The map of the console", () => {
  let boxes: Map<string, BoxFacts>;
  let svg: string;
  before(async () => {
    const architecture = architectureOf(await dryRun("dev"));
    svg = await svgOf(architecture, ({ id }) => `/map?box=${id}`);
    boxes = new Map(
      architecture.boxes.flatMap(({ id, lines, of }) =>
        of ? [[id, factsOf(of, lines.join(", "), known.account)]] : [],
      ),
    );
  });
  const box = (id: string): BoxFacts => boxes.get(id)!;

  it("links each box to its facts, and brings no style and no script, which the page's policy would stop", () => {
    for (const id of boxes.keys()) expect(svg).to.include(`xlink:href="/map?box=${id}"`);
    expect(svg).to.not.match(/<style|style=|<script|<image/);
  });

  it("says of each the stack, what it costs, and its main settings", () => {
    const database = box("database");
    expect(database).to.include({ stack: "database", type: "aws:rds/instance:Instance" });
    expect(database.monthly).to.be.closeTo(16.6, 5);
    expect(database.notes.join()).to.include("storage of demo-db");
    expect(Object.fromEntries(database.settings)).to.include({
      "instance class": "db.t4g.micro",
      "multi az": "false",
    });
    expect(box("ingest").settings.map(([name]) => name)).to.include.members(["memory size", "timeout"]);
    expect(box("pool").monthly).to.equal(0);
  });

  it("leads to AWS's console for each, by the id and the ARN that it has there", () => {
    const at = (id: string) => placeOf(box(id), known, {});
    const host = "https://eu-west-1.console.aws.amazon.com";
    expect(at("ingest")).to.deep.equal({
      id: "dev-ingest",
      arn: "arn:aws:lambda:us-east-1:210987654321:function:dev-ingest",
      page: `${host}/lambda/home?region=eu-west-1#/functions/dev-ingest`,
    });
    expect(at("bucket-ingest")).to.deep.equal({
      id: "ingest-abc1234",
      arn: "arn:aws:s3:::ingest-abc1234",
      page: `${host}/s3/buckets/ingest-abc1234?region=eu-west-1`,
    });
    expect(at("api").arn).to.equal("arn:aws:apigateway:eu-west-1::/restapis/api123");
    expect(at("ec2-proxy").page).to.equal(
      `${host}/ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-0123`,
    );
    for (const id of boxes.keys()) {
      expect(at(id).page, id).to.match(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/\S+$/);
      expect(at(id).arn, id).to.match(/^arn:aws:[a-z0-9-]+:/);
    }
  });

  it("shows where each answers on this machine instead", () => {
    const here = { AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:1", AWS_ENDPOINT_URL_S3: "http://127.0.0.1:2" };
    const at = (id: string) => placeOf(box(id), known, here);
    expect(at("ingest")).to.include({ address: "http://127.0.0.1:1" }).and.not.have.property("page");
    expect(at("bucket-ingest")).to.include({ address: "http://127.0.0.1:2" });
    expect(at("database")).to.include({ address: known.outputs.endpoint });
  });
});

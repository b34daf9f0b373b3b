import { randomBytes } from "node:crypto";
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { S3Event } from "aws-lambda";
import { expect } from "chai";
import { type LocalS3, startS3 } from "../../../local/s3/server";
import { clientConfig, useSession } from "../../support/lambda";
import { signedFetch } from "../../support/signed";

describe("S3 notifications on this machine", () => {
  const session = useSession();
  let s3: LocalS3;
  let client: S3Client;

  before(async () => {
    s3 = await startS3(session(), { region: "eu-west-1" });
    client = new S3Client(clientConfig(s3.url, session()));
  });

  after(() => client.destroy());

  const watch = (Bucket: string, filter: Parameters<LocalS3["onObjectCreated"]>[1]) => {
    const seen: S3Event["Records"] = [];
    s3.createBucket(Bucket);
    s3.onObjectCreated(Bucket, filter, (event) => seen.push(...event.Records));
    const put = (Key: string, Body: string | Buffer = "12345") =>
      client.send(new PutObjectCommand({ Bucket, Key, Body }));
    return { seen, put };
  };

  it("tells of a new object what S3 tells, before the writer has its answer", async () => {
    const { seen, put } = watch("told", { events: ["s3:ObjectCreated:*"] });
    const { ETag, VersionId } = await put("in/a b+c (ü)~.csv");
    expect(seen).to.have.length(1);
    const record = seen[0];
    expect(record).to.include({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "eu-west-1",
      eventName: "ObjectCreated:Put",
    });
    expect(new Date(record?.eventTime ?? "").toISOString()).to.equal(record?.eventTime);
    expect(record?.s3.bucket).to.include({ name: "told", arn: "arn:aws:s3:::told" });
    expect(record?.s3.object).to.include({
      key: "in/a+b%2Bc+%28%C3%BC%29%7E.csv",
      size: 5,
      eTag: ETag?.replace(/"/g, ""),
      versionId: VersionId,
    });
  });

  it("numbers the writes of a key so that later ones compare greater", async () => {
    const { seen, put } = watch("numbered", { events: ["s3:ObjectCreated:*"] });
    for (let i = 0; i < 20; i++) await put("same");
    const numbers = seen.map((record) => record.s3.object.sequencer);
    expect(new Set(numbers).size).to.equal(20);
    expect([...numbers].sort()).to.deep.equal(numbers);
  });

  it("heeds prefix, suffix and the kinds of events", async () => {
    const filtered = watch("filtered", { prefix: "in/", suffix: ".csv", events: ["s3:ObjectCreated:*"] });
    for (const key of ["in/a.csv", "in/a.txt", "out/a.csv"]) await filtered.put(key);
    expect(filtered.seen.map((record) => record.s3.object.key)).to.deep.equal(["in/a.csv"]);

    const copies = watch("copies", { events: ["s3:ObjectCreated:Copy"] });
    await copies.put("original");
    const copy = { Bucket: "copies", Key: "copy", CopySource: "copies/original" };
    await client.send(new CopyObjectCommand(copy));
    await client.send(new DeleteObjectCommand({ Bucket: "copies", Key: "copy" }));
    expect(copies.seen.map((record) => record.eventName)).to.deep.equal(["ObjectCreated:Copy"]);
  });

  it("tells of a multipart upload once, when it is complete", async () => {
    const { seen } = watch("parts", { events: ["s3:ObjectCreated:*"] });
    const Body = randomBytes(6 * 1024 * 1024);
    await new Upload({ client, params: { Bucket: "parts", Key: "big", Body } }).done();
    expect(seen.map((record) => record.eventName)).to.deep.equal(["ObjectCreated:CompleteMultipartUpload"]);
    expect(seen[0]?.s3.object.size).to.equal(Body.length);
    expect(seen[0]?.s3.object.eTag).to.match(/^[0-9a-f]{32}-2$/);
  });

  it("hands on the trace of the request, by which Lambda knows a function that starts itself", async () => {
    const traces: (string | undefined)[] = [];
    s3.createBucket("traced");
    s3.onObjectCreated("traced", { events: ["s3:ObjectCreated:*"] }, (_event, trace) => traces.push(trace));
    const put = (headers: Record<string, string>) =>
      signedFetch(session().credentials, "s3", `${s3.url}/traced/key`, { method: "PUT", body: "x", headers });
    await put({ "X-Amzn-Trace-Id": "Root=1;Lineage=ab:3" });
    await put({});
    expect(traces).to.deep.equal(["Root=1;Lineage=ab:3", undefined]);
  });
});

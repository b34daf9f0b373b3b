import { statSync } from "node:fs";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { type LocalS3, startS3 } from "../../../local/s3/server";
import { clientConfig, useSession } from "../../support/lambda";

describe("S3 on this machine, asked for what is in a bucket", () => {
  const session = useSession();
  let s3: LocalS3;
  before(async () => {
    s3 = await startS3(session());
    s3.createBucket("data");
    const policy = (actions: string[], resource: string) =>
      JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: [resource] }] });
    s3.callers.allow("reader", policy(["s3:GetObject"], "arn:aws:s3:::data/*"));
    s3.callers.allow("lister", policy(["s3:GetObject"], "arn:aws:s3:::data/*"));
    s3.callers.allow("lister", policy(["s3:ListBucket"], "arn:aws:s3:::data"));
  });

  it("keeps it from other users of the machine", () => {
    expect(statSync(join(session().dir, "s3")).mode & 0o077).to.equal(0);
  });

  const cases = [
    { caller: "reader", status: 403, listed: 403 },
    { caller: "lister", status: 404, listed: 200 },
    { caller: "a person", status: 404, listed: 200 },
  ];
  for (const { caller, status, listed } of cases) {
    it(`answers ${listed}, and ${status} for an object that isn't there, to ${caller}`, async () => {
      const config = clientConfig(s3.url, session());
      const credentials = { ...config.credentials, sessionToken: caller.replace(" ", "-") };
      const client = new S3Client({ ...config, credentials });
      for (const command of [GetObjectCommand, HeadObjectCommand]) {
        const failed: unknown = await client
          .send(new command({ Bucket: "data", Key: "none.csv" }))
          .catch((e: unknown) => e);
        expect(failed).to.have.nested.property("$metadata.httpStatusCode", status);
      }
      const Bucket = { Bucket: "data" };
      for (const asked of [
        client.send(new ListObjectsV2Command(Bucket)),
        client.send(new HeadBucketCommand(Bucket)),
      ]) {
        const answer: unknown = await asked.catch((e: unknown) => e);
        expect(answer).to.have.nested.property("$metadata.httpStatusCode", listed);
      }
      client.destroy();
    });
  }
});

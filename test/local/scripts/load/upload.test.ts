import { readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { startS3 } from "../../../../local/s3/server";
import { Session } from "../../../../local/session";
import { etagOf, upload } from "../../../../scripts/load/upload";
import { keepEnvironment } from "../../../support/environment";

describe("an upload", () => {
  const bucket = "uploads";
  let session: Session;
  let restore: () => void;

  before(async () => {
    restore = keepEnvironment();
    session = new Session();
    const server = await startS3(session);
    server.createBucket(bucket);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: server.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
    });
  });
  after(async () => {
    restore();
    await session.close();
  });

  it("that is stopped takes back the parts that are there, and one that isn't has the file's ETag", async () => {
    const size = 64 * 1024 * 1024;
    const file = path.join(session.dir, "many.csv");
    writeFileSync(file, Buffer.alloc(size, "a"));
    const stop = new AbortController();
    const to = { bucket, key: "many.csv", file, size };
    const stopped = await upload(to, () => stop.abort(), stop.signal).catch((error: unknown) => error);
    expect((stopped as Error).name).to.equal("AbortError");
    expect(readdirSync(path.join(session.dir, "s3", bucket))).to.deep.equal([]);
    const etag = await upload(to, () => undefined, new AbortController().signal);
    expect(etag).to.equal(await etagOf(file, size));
    const s3 = new S3Client({});
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: to.key }));
    s3.destroy();
    expect(ETag).to.equal(`"${etag}"`);
  });
});

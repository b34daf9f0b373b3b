import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { type LocalS3, startS3 } from "../../../local/s3/server";
import { clientConfig, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";
import { signedFetch } from "../../support/signed";

const Bucket = "data";

describe("S3 on this machine", () => {
  const session = useSession();
  let s3: LocalS3;
  let client: S3Client;

  before(async () => {
    s3 = await startS3(session());
    s3.createBucket(Bucket);
    client = new S3Client(clientConfig(s3.url, session()));
  });
  after(() => client.destroy());

  const put = (Key: string, Body: string | Buffer | Readable) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body }));
  const text = async (Key: string, more = {}) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Body?.transformToString();
  };

  describe("objects", () => {
    it("gives back the bytes, the MD5 as quoted ETag, and the headers of the writer", async () => {
      const Body = randomBytes(3_000_000);
      const ETag = `"${createHash("md5").update(Body).digest("hex")}"`;
      const input = { Bucket, Key: "bytes", Body, ContentType: "text/csv", Metadata: { origin: "test" } };
      const written = await client.send(new PutObjectCommand(input));
      const read = await client.send(new GetObjectCommand({ Bucket, Key: "bytes" }));
      expect(written.ETag).to.equal(ETag);
      expect(read).to.include({ ETag, ContentLength: 3_000_000, ContentType: "text/csv" });
      expect(read.VersionId).to.equal(written.VersionId);
      expect(read.Metadata).to.deep.equal({ origin: "test" });
      expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(Body)).to.be.true;
    });

    it("takes a stream, which clients send as aws-chunked with the checksum behind it", async () => {
      const body = randomBytes(300_000);
      const Body = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]);
      const command = new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: body.length });
      const { ChecksumCRC32 } = await client.send(command);
      const read = await client.send(new GetObjectCommand({ Bucket, Key: "stream" }));
      expect(read.ContentEncoding).to.equal(undefined);
      expect(read.ChecksumCRC32).to.be.a("string").and.to.equal(ChecksumCRC32);
      expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(body)).to.be.true;
    });

    it("keeps empty objects, and keys with any characters", async () => {
      for (const Key of ["empty", "a b+c/ü(1)&<x>.csv", "a/../b/./c", "?x=1#y", "100%"]) {
        await put(Key, "");
        const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
        expect(head, Key).to.include({ ContentLength: 0, ETag: '"d41d8cd98f00b204e9800998ecf8427e"' });
      }
    });

    it("refuses a body that is not what its checksum says, and keeps nothing of it", async () => {
      const files = () => readdirSync(join(session().dir, "s3", Bucket)).length;
      const before = files();
      const input = { Bucket, Key: "damaged", Body: "abc" };
      const md5 = createHash("md5").update("xyz").digest("base64");
      const damaged = [{ ContentMD5: md5 }, { ChecksumCRC32: "AAAAAA==" }, { ChecksumSHA256: "AAAA" }];
      for (const sums of damaged) {
        const error = await errorOf(client.send(new PutObjectCommand({ ...input, ...sums })));
        expect(error.name).to.equal("BadDigest");
      }
      expect((await errorOf(text("damaged"))).name).to.equal("NoSuchKey");
      expect(files()).to.equal(before);
    });

    it("names what is missing", async () => {
      const missing = { Bucket: "elsewhere", Key: "x" };
      expect((await errorOf(text("missing"))).name).to.equal("NoSuchKey");
      expect((await errorOf(text("x", missing))).name).to.equal("NoSuchBucket");
      const head = new HeadObjectCommand({ Bucket, Key: "missing" });
      expect((await errorOf(client.send(head))).name).to.equal("NotFound");
    });

    it("copies, with the source's headers unless told otherwise", async () => {
      const input = { Bucket, Key: "from/a b.csv", Body: "copy me", ContentType: "text/csv" };
      await client.send(new PutObjectCommand(input));
      const CopySource = `${Bucket}/${encodeURIComponent("from/a b.csv")}`;
      await client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource }));
      const read = await client.send(new GetObjectCommand({ Bucket, Key: "to" }));
      expect(read.ContentType).to.equal("text/csv");
      expect(await read.Body?.transformToString()).to.equal("copy me");
      const stale = new CopyObjectCommand({ Bucket, Key: "to", CopySource, CopySourceIfMatch: '"other"' });
      expect((await errorOf(client.send(stale))).name).to.equal("PreconditionFailed");
    });
  });

  describe("ranges", () => {
    before(() => put("range", "0123456789"));

    const ranges: [string, string, string][] = [
      ["bytes=0-3", "0123", "bytes 0-3/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=-4", "6789", "bytes 6-9/10"],
      ["bytes=8-100", "89", "bytes 8-9/10"],
      ["bytes=-100", "0123456789", "bytes 0-9/10"],
    ];
    for (const [Range, content, contentRange] of ranges) {
      it(`answers ${Range}`, async () => {
        const read = await client.send(new GetObjectCommand({ Bucket, Key: "range", Range }));
        expect(read.$metadata.httpStatusCode).to.equal(206);
        expect(read).to.include({ ContentRange: contentRange, ContentLength: content.length });
        expect(await read.Body?.transformToString()).to.equal(content);
      });
    }

    it("refuses a range behind the end", async () => {
      expect((await errorOf(text("range", { Range: "bytes=10-" }))).name).to.equal("InvalidRange");
    });
  });

  describe("versions and conditions", () => {
    it("keeps every version, and hides them all behind a delete marker", async () => {
      const first = await put("versions", "one");
      const second = await put("versions", "two");
      expect(first.VersionId).not.to.equal(second.VersionId);
      expect(await text("versions")).to.equal("two");
      expect(await text("versions", { VersionId: first.VersionId })).to.equal("one");
      const deleted = await client.send(new DeleteObjectCommand({ Bucket, Key: "versions" }));
      expect(deleted.DeleteMarker).to.equal(true);
      expect((await errorOf(text("versions"))).name).to.equal("NoSuchKey");
      const { VersionId } = deleted;
      await client.send(new DeleteObjectCommand({ Bucket, Key: "versions", VersionId }));
      expect(await text("versions")).to.equal("two");
    });

    it("reads on condition: 412 for another ETag, 304 for the same", async () => {
      const { ETag } = await put("conditional", "x");
      expect(await text("conditional", { IfMatch: ETag })).to.equal("x");
      const changed = await errorOf(text("conditional", { IfMatch: '"other"' }));
      expect(changed.name).to.equal("PreconditionFailed");
      expect(changed).to.have.nested.property("$metadata.httpStatusCode", 412);
      const same = await errorOf(text("conditional", { IfNoneMatch: ETag }));
      expect(same).to.have.nested.property("$metadata.httpStatusCode", 304);
      const since = { IfModifiedSince: new Date(Date.now() + 60_000) };
      expect(await errorOf(text("conditional", since))).to.have.nested.property(
        "$metadata.httpStatusCode",
        304,
      );
    });

    it("writes on condition: only if new, only over a known version", async () => {
      const { ETag } = await put("fenced", "x");
      const input = { Bucket, Key: "fenced", Body: "y" };
      const send = (more: object) => client.send(new PutObjectCommand({ ...input, ...more }));
      expect((await errorOf(send({ IfNoneMatch: "*" }))).name).to.equal("PreconditionFailed");
      expect((await errorOf(send({ IfMatch: '"other"' }))).name).to.equal("PreconditionFailed");
      expect((await errorOf(send({ Key: "none", IfMatch: ETag }))).name).to.equal("NoSuchKey");
      await send({ IfMatch: ETag });
      expect(await text("fenced")).to.equal("y");
    });
  });

  describe("listing", () => {
    const keys = ["a/1", "a/2", "a/b/3", "c", "d/4", "é", "\u{1f600}", "\uff5e"];
    before(async () => {
      s3.createBucket("list");
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: "list", Key, Body: "x" }));
    });

    const pages = async (input: Partial<ListObjectsV2CommandInput>) => {
      const found: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const command = new ListObjectsV2Command({ Bucket: "list", ...input, ContinuationToken });
        const page = await client.send(command);
        expect(page.KeyCount).to.equal((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
        for (const { Key } of page.Contents ?? []) found.push(Key ?? "");
        for (const { Prefix } of page.CommonPrefixes ?? []) found.push(`${Prefix}*`);
        ContinuationToken = page.NextContinuationToken;
        expect(page.IsTruncated).to.equal(ContinuationToken !== undefined);
      } while (ContinuationToken);
      return found;
    };
    // UTF-8's order: the emoji, a surrogate pair in JavaScript, comes behind U+FF5E.
    const sorted = ["a/1", "a/2", "a/b/3", "c", "d/4", "é", "\uff5e", "\u{1f600}"];

    it("lists keys in the order of their UTF-8 bytes", async () => {
      expect(await pages({})).to.deep.equal(sorted);
    });

    it("gives every key once over pages of any size", async () => {
      for (const MaxKeys of [1, 2, 3, 7]) expect(await pages({ MaxKeys })).to.deep.equal(sorted);
    });

    it("rolls up what follows a delimiter, also over pages", async () => {
      const expected = ["a/*", "c", "d/*", "é", "\uff5e", "\u{1f600}"];
      for (const MaxKeys of [1, 2, 1000]) {
        const found = await pages({ Delimiter: "/", MaxKeys });
        expect(found.sort()).to.deep.equal([...expected].sort());
      }
      expect(await pages({ Delimiter: "/", Prefix: "a/" })).to.deep.equal(["a/1", "a/2", "a/b/*"]);
    });

    it("starts after a key, and encodes keys when asked", async () => {
      expect(await pages({ StartAfter: "d/4" })).to.deep.equal(sorted.slice(5));
      expect(await pages({ EncodingType: "url", Prefix: "é" })).to.deep.equal(["%C3%A9"]);
    });

    it("leaves deleted objects out, and reports each deletion of a batch", async () => {
      const Bucket = "batch";
      await client.send(new CreateBucketCommand({ Bucket }));
      for (const Key of ["x", "y & <z>"]) await client.send(new PutObjectCommand({ Bucket, Key, Body: "" }));
      const Objects = [{ Key: "x" }, { Key: "y & <z>" }];
      const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect(Deleted?.map(({ Key }) => Key)).to.deep.equal(["x", "y & <z>"]);
      expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
      expect((await errorOf(client.send(new DeleteBucketCommand({ Bucket })))).name).to.equal(
        "BucketNotEmpty",
      );
    });
  });

  describe("buckets", () => {
    it("tells which buckets there are", async () => {
      await client.send(new HeadBucketCommand({ Bucket }));
      const { Buckets } = await client.send(new ListBucketsCommand({}));
      expect(Buckets?.map(({ Name }) => Name)).to.include(Bucket);
      const missing = client.send(new HeadBucketCommand({ Bucket: "elsewhere" }));
      expect((await errorOf(missing)).name).to.equal("NotFound");
    });

    it("refuses a name that would lead out of its folder", async () => {
      expect(() => s3.createBucket("../x")).to.throw("not valid");
      const response = await signedFetch(session().credentials, "s3", `${s3.url}/..%2Fx`, { method: "PUT" });
      expect(response.status).to.be.oneOf([400, 404]);
    });
  });

  it("refuses an unsigned request", async () => {
    const response = await fetch(`${s3.url}/${Bucket}/bytes`);
    expect(response.status).to.equal(403);
    expect(await response.text()).to.include("<Code>AccessDenied</Code>");
  });

  it("says so when an operation is not served, instead of taking it for another", async () => {
    await put("tagged", "content");
    const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
    const tag = new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging });
    expect((await errorOf(client.send(tag))).name).to.equal("NotImplemented");
    expect(await text("tagged")).to.equal("content");
  });

  describe("faults", () => {
    afterEach(() => {
      s3.fault = undefined;
    });

    it("fails a request as S3 does now and then", async () => {
      await put("faulty", "x");
      s3.fault = ({ key }) => (key === "faulty" ? "500" : undefined);
      expect((await errorOf(text("faulty"))).name).to.equal("InternalError");
      s3.fault = () => "slow-down";
      expect((await errorOf(text("faulty"))).name).to.equal("SlowDown");
    });

    it("cuts the connection after the given number of bytes", async () => {
      const content = randomBytes(2_000_000);
      await put("cut", content);
      for (const cutAfterBytes of [0, 1_500_001]) {
        s3.fault = () => ({ cutAfterBytes });
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "cut" }));
        let received = 0;
        const read = async () => {
          for await (const chunk of Body as AsyncIterable<Buffer>) received += chunk.length;
        };
        expect((await errorOf(read())).message).to.match(/aborted|ECONNRESET|terminated/);
        expect(received).to.equal(cutAfterBytes);
      }
    });
  });
});

import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { expect } from "chai";
import { type LocalS3, startS3 } from "../../../local/s3/server";
import { clientConfig, useSession } from "../../support/lambda";
import { errorOf } from "../../support/rejection";

const Bucket = "data";
const MIB = 1024 * 1024;

const md5 = (...parts: Buffer[]) => createHash("md5").update(Buffer.concat(parts)).digest();

describe("S3 multipart uploads on this machine", () => {
  const session = useSession();
  let s3: LocalS3;
  let client: S3Client;

  before(async () => {
    s3 = await startS3(session());
    s3.createBucket(Bucket);
    client = new S3Client(clientConfig(s3.url, session()));
  });

  after(() => client.destroy());

  const start = async (Key: string) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const base = { Bucket, Key, UploadId };
    return {
      part: async (PartNumber: number, Body: Buffer) => {
        const { ETag } = await client.send(new UploadPartCommand({ ...base, PartNumber, Body }));
        return { PartNumber, ETag };
      },
      complete: (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
        client.send(new CompleteMultipartUploadCommand({ ...base, MultipartUpload: { Parts } })),
      abort: () => client.send(new AbortMultipartUploadCommand(base)),
    };
  };
  const content = async (Key: string) => {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), ETag };
  };

  it("joins the parts of a streamed upload; the ETag is the MD5 of their MD5s", async () => {
    const body = randomBytes(12 * MIB);
    const parts = [body.subarray(0, 5 * MIB), body.subarray(5 * MIB, 10 * MIB), body.subarray(10 * MIB)];
    const Body = Readable.from([body.subarray(0, 7 * MIB), body.subarray(7 * MIB)]);
    await new Upload({ client, params: { Bucket, Key: "joined", Body } }).done();
    const { bytes, ETag } = await content("joined");
    expect(ETag).to.equal(`"${md5(...parts.map((part) => md5(part))).toString("hex")}-3"`);
    expect(bytes.equals(body)).to.be.true;
  });

  it("takes parts in any order, and a part sent again in place of the first", async () => {
    const [a, b] = [randomBytes(5 * MIB), randomBytes(10)];
    const upload = await start("reordered");
    const second = await upload.part(2, b);
    await upload.part(1, Buffer.from("replaced"));
    await upload.complete([await upload.part(1, a), second]);
    expect((await content("reordered")).bytes.equals(Buffer.concat([a, b]))).to.be.true;
  });

  it("refuses lists of parts that are wrong", async () => {
    const upload = await start("wrong");
    const [first, second] = [await upload.part(1, Buffer.from("x")), await upload.part(2, Buffer.from("y"))];
    const wrong = { ...first, ETag: '"other"' };
    expect((await errorOf(upload.complete([second, first]))).name).to.equal("InvalidPartOrder");
    expect((await errorOf(upload.complete([wrong]))).name).to.equal("InvalidPart");
    expect((await errorOf(upload.complete([first, second]))).name).to.equal("EntityTooSmall");
    await upload.complete([first]);
    expect((await content("wrong")).bytes.toString()).to.equal("x");
  });

  it("keeps nothing of an upload that was given up", async () => {
    const files = () => readdirSync(join(session().dir, "s3", Bucket)).length;
    const before = files();
    const upload = await start("given-up");
    const part = await upload.part(1, Buffer.from("x"));
    expect(files()).to.equal(before + 1);
    await upload.abort();
    expect(files()).to.equal(before);
    expect((await errorOf(upload.complete([part]))).name).to.equal("NoSuchUpload");
  });

  it("copies ranges of objects as parts, and gives a copy in one piece the MD5 of its bytes", async () => {
    const body = randomBytes(6 * MIB);
    const original = await start("original");
    await original.complete([await original.part(1, body)]);
    const CopySource = `${Bucket}/original`;
    await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    expect((await content("copy")).ETag).to.equal(`"${md5(body).toString("hex")}"`);

    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "ranges" }));
    const base = { Bucket, Key: "ranges", UploadId };
    const CopySourceRange = "bytes=10-19";
    const part = new UploadPartCopyCommand({ ...base, PartNumber: 1, CopySource, CopySourceRange });
    const { CopyPartResult } = await client.send(part);
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await client.send(new CompleteMultipartUploadCommand({ ...base, MultipartUpload: { Parts } }));
    expect((await content("ranges")).bytes.equals(body.subarray(10, 20))).to.be.true;
  });
});

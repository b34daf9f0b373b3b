import { type IncomingMessage, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { startS3 } from "../../../../local/s3/server";
import { Session } from "../../../../local/session";
import { Connections } from "../../../../scripts/console/connections";
import { takeFile } from "../../../../scripts/console/panels/upload";
import { outputReader, type stackOutputs } from "../../../../scripts/shared/stackOutputs";
import { keepEnvironment } from "../../../support/environment";
import { errorOf, rejection } from "../../../support/rejection";

describe("a file that a browser sends", () => {
  const bucket = "uploads";
  let session: Session;
  let restore: () => void;
  let connections: Connections;
  let s3: S3Client;

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
    const readOutputs: typeof stackOutputs = (stack, project) =>
      Promise.resolve(outputReader(stack, project, { bucketName: bucket }));
    connections = new Connections("local", session.dir, readOutputs);
    s3 = new S3Client({});
  });
  after(async () => {
    s3.destroy();
    restore();
    await session.close();
  });

  /** What comes of a PUT that names `size` bytes, sends `body`, and breaks off where that is less. */
  async function put(name: string, body: Buffer, size = body.length): Promise<string> {
    const taken = new Promise<Promise<string>>((resolve) => {
      const server = createServer((message: IncomingMessage, response) => {
        const said = takeFile(connections, name, message).then(({ text }) => text);
        said.then(() => response.end()).catch(() => response.destroy());
        server.close();
        resolve(said);
      }).listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        const headers = { "content-length": size };
        const sent = request({ port, host: "127.0.0.1", method: "PUT", headers });
        sent.on("error", () => undefined); // It is what is tried here.
        if (size === body.length) sent.end(body);
        else sent.write(body, () => setTimeout(() => sent.destroy(), 50));
      });
    });
    return taken.then((said) => said);
  }

  const sizeOf = async (Key: string) =>
    (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).ContentLength;

  for (const [what, size] of [
    ["one part", 1000],
    ["several parts", 12 * 1024 * 1024],
  ] as const) {
    it(`is in the bucket whole, in ${what}, and not at all where it breaks off`, async () => {
      expect(await put(`${size}.csv`, Buffer.alloc(size, "a"))).to.include("is in the bucket");
      expect(await sizeOf(`${size}.csv`)).to.equal(size);
      expect(await rejection(put(`${size}-cut.csv`, Buffer.alloc(size, "a"), size + 1))).to.equal("aborted");
      expect(await errorOf(sizeOf(`${size}-cut.csv`))).to.have.property("name", "NotFound");
    });
  }

  it("is refused where it has no name", async () => {
    expect(await rejection(put("", Buffer.from("a")))).to.include(
      "No table takes a file named : records takes",
    );
  });
});

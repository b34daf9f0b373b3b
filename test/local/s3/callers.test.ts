import { GetObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { type LocalS3, startS3 } from "../../../local/s3/server";
import { clientConfig, useSession } from "../../support/lambda";

describe("S3 on this machine, asked for an object that isn't there", () => {
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

  const cases = [
    { caller: "reader", status: 403 },
    { caller: "lister", status: 404 },
    { caller: "a person", status: 404 },
  ];
  for (const { caller, status } of cases) {
    it(`answers ${status} to ${caller}`, async () => {
      const config = clientConfig(s3.url, session());
      const credentials = { ...config.credentials, sessionToken: caller.replace(" ", "-") };
      const client = new S3Client({ ...config, credentials });
      for (const command of [GetObjectCommand, HeadObjectCommand]) {
        const failed: unknown = await client
          .send(new command({ Bucket: "data", Key: "none.csv" }))
          .catch((e: unknown) => e);
        expect(failed).to.have.nested.property("$metadata.httpStatusCode", status);
      }
      client.destroy();
    });
  }
});

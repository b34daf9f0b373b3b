import type { S3Client } from "@aws-sdk/client-s3";
import type { Environment } from "../local/environment";

/** Hands over a client of an environment's S3, and ends it. */
export async function withS3<T>(
  { services, region }: Environment,
  use: (client: S3Client) => Promise<T>,
): Promise<T> {
  // Loaded here and in `connect`: the bench's --help names what can be measured.
  const aws = await import("@aws-sdk/client-s3");
  const { credentials } = services.session;
  const client = new aws.S3Client({ endpoint: services.s3.url, region, credentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

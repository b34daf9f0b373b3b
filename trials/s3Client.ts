import { S3Client } from "@aws-sdk/client-s3";
import type { Environment } from "../local/environment";

/** Hands over a client of an environment's S3, and ends it. */
export async function withS3<T>(
  { services, region }: Environment,
  use: (client: S3Client) => Promise<T>,
): Promise<T> {
  const { credentials } = services.session;
  const client = new S3Client({ endpoint: services.s3.url, region, credentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

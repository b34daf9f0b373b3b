import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { expect } from "chai";
import { AwsChunkedDecoder } from "../../../local/s3/chunked";
import { type Signature, checkSignature, sha256 } from "../../../local/signature";
import { errorOf } from "../../support/rejection";

/** The examples of "Authenticating Requests (AWS Signature Version 4)" in S3's API reference. */
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const scope = "20130524/us-east-1/s3/aws4_request";
const now = Date.UTC(2013, 4, 24, 0, 1);
const host = "examplebucket.s3.amazonaws.com";
const authorization = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  payloadHash: string;
}

const getObject: Sent = {
  method: "GET",
  url: "/test.txt",
  headers: {
    host,
    range: "bytes=0-9",
    "x-amz-content-sha256": sha256(""),
    "x-amz-date": "20130524T000000Z",
    authorization: authorization(
      "host;range;x-amz-content-sha256;x-amz-date",
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
  },
  payloadHash: sha256(""),
};

const listObjects: Sent = {
  method: "GET",
  url: "/?max-keys=2&prefix=J",
  headers: {
    host,
    "x-amz-content-sha256": sha256(""),
    "x-amz-date": "20130524T000000Z",
    authorization: authorization(
      "host;x-amz-content-sha256;x-amz-date",
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
  },
  payloadHash: sha256(""),
};

const address: Sent = {
  method: "GET",
  url:
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
    `&X-Amz-Credential=${encodeURIComponent(`${credentials.accessKeyId}/${scope}`)}` +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  headers: { host },
  payloadHash: "UNSIGNED-PAYLOAD",
};

const chunked: Sent = {
  method: "PUT",
  url: "/examplebucket/chunkObject.txt",
  headers: {
    host: "s3.amazonaws.com",
    "content-encoding": "aws-chunked",
    "content-length": "66824",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "x-amz-date": "20130524T000000Z",
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    authorization: authorization(
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    ),
  },
  payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
};

function check({ payloadHash, ...sent }: Sent, service = "s3", at = now): Signature {
  const headersDistinct = Object.fromEntries(
    Object.entries(sent.headers).map(([name, value]) => [name, [value]]),
  );
  const request = { ...sent, headersDistinct } as unknown as IncomingMessage;
  return checkSignature(request, { credentials, service, payloadHash, now: at });
}

describe("a signature of a request to this machine", () => {
  it("is good where AWS documents that it is", () => {
    for (const sent of [getObject, listObjects, address, chunked]) check(sent);
  });

  const changed = (sent: Sent, headers: Record<string, string>): Sent => ({
    ...sent,
    headers: { ...sent.headers, ...headers },
  });
  const wrong: [what: string, sent: Sent, at: number, code: string][] = [
    ["of another method", { ...getObject, method: "DELETE" }, now, "SignatureDoesNotMatch"],
    ["of another path", { ...getObject, url: "/other.txt" }, now, "SignatureDoesNotMatch"],
    ["of another query", { ...listObjects, url: "/?max-keys=3&prefix=J" }, now, "SignatureDoesNotMatch"],
    ["of another host", changed(getObject, { host: "evil.example" }), now, "SignatureDoesNotMatch"],
    ["of another body", { ...getObject, payloadHash: sha256("x") }, now, "SignatureDoesNotMatch"],
    [
      "that leaves out what a header asks for",
      changed(getObject, { "x-amz-acl": "x" }),
      now,
      "SignatureDoesNotMatch",
    ],
    ["a quarter of an hour late", getObject, now + 15 * 60_000, "RequestTimeTooSkewed"],
    ["from the future", getObject, now - 20 * 60_000, "RequestTimeTooSkewed"],
    ["in an address that has expired", address, now + 86_400_000, "AccessDenied"],
    [
      "in an address with another expiry",
      { ...address, url: address.url.replace("86400", "86401") },
      now,
      "SignatureDoesNotMatch",
    ],
    [
      "in an address that a form posts to",
      changed({ ...address, method: "POST" }, { "content-type": "text/plain" }),
      now,
      "AuthorizationHeaderMalformed",
    ],
    ["that is any text", changed(getObject, { authorization: "any" }), now, "AuthorizationHeaderMalformed"],
    [
      "in an address that is any text",
      { ...address, url: "/test.txt?X-Amz-Signature=1" },
      now,
      "AuthorizationHeaderMalformed",
    ],
    ["that isn't there", { ...address, url: "/test.txt" }, now, "AccessDenied"],
    [
      "by another key",
      changed(getObject, { authorization: getObject.headers.authorization!.replace("AKIA", "LKIA") }),
      now,
      "InvalidAccessKeyId",
    ],
  ];
  for (const [what, sent, at, code] of wrong) {
    it(`${what} is refused`, async () => {
      const refusal = await errorOf(Promise.resolve().then(() => check(sent, "s3", at)));
      expect(refusal).to.include({ code });
    });
  }

  it("is good for one service only, and in an address for S3 alone", async () => {
    const codeOf = async (sent: Sent, service: string) =>
      (await errorOf(Promise.resolve().then(() => check(sent, service)))) as Error & { code: string };
    expect((await codeOf(getObject, "sqs")).code).to.equal("IncompleteSignatureException");
    expect((await codeOf(address, "sqs")).code).to.equal("MissingAuthenticationTokenException");
    expect((await codeOf(getObject, "ec2")).code).to.equal("AuthFailure");
  });

  describe("of a body in chunks", () => {
    const signatures = [
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ];
    const chunk = (size: number, at: number) =>
      `${size.toString(16)};chunk-signature=${signatures[at]}\r\n${"a".repeat(size)}\r\n`;
    const whole = chunk(65_536, 0) + chunk(1024, 1) + chunk(0, 2);
    const decode = async (body: string): Promise<number> => {
      let size = 0;
      const decoder = Readable.from([Buffer.from(body)]).pipe(new AwsChunkedDecoder(check(chunked)));
      for await (const piece of decoder) size += (piece as Buffer).length;
      return size;
    };

    it("goes on from chunk to chunk, as AWS documents it", async () => {
      expect(await decode(whole)).to.equal(66_560);
    });

    it("is refused where a byte, a signature or a chunk is another's", async () => {
      const broken = [
        whole.replace("aaa", "aba"),
        whole.replace(signatures[1]!, signatures[0]!),
        whole.replace(`;chunk-signature=${signatures[1]}`, ""),
        chunk(65_536, 0) + chunk(0, 2),
        whole.replace(/\r\n$/, "x-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
        whole.replace(/\r\n$/, "x-amz-checksum-crc32:AAAAAA==\r\n"),
      ];
      for (const body of broken) {
        expect(await errorOf(decode(body))).to.include({ code: "SignatureDoesNotMatch" });
      }
    });
  });
});

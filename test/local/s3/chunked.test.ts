import { Readable } from "node:stream";
import { expect } from "chai";
import { AwsChunkedDecoder } from "../../../local/s3/chunked";
import { errorOf } from "../../support/rejection";

async function decode(body: string, pieceSize: number) {
  const bytes = Buffer.from(body, "latin1");
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize));
  const decoder = new AwsChunkedDecoder();
  let data = "";
  for await (const chunk of Readable.from(pieces).pipe(decoder)) data += (chunk as Buffer).toString("latin1");
  return { data, trailers: [...decoder.trailers] };
}

describe("aws-chunked bodies", () => {
  const body = "5\r\nhe\r\no\r\nA\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";

  it("are decoded wherever the network cuts them", async () => {
    for (let size = 1; size <= body.length; size++) {
      const { data, trailers } = await decode(body, size);
      expect(data).to.equal("he\r\no0123456789");
      expect(trailers).to.deep.equal([["x-amz-checksum-crc32", "AAAAAA=="]]);
    }
  });

  it("may carry signatures, and no trailers", async () => {
    const signed = "3;chunk-signature=ab12\r\nabc\r\n0;chunk-signature=cd34\r\n\r\n";
    expect(await decode(signed, 7)).to.deep.equal({ data: "abc", trailers: [] });
  });

  const broken: [string, string, RegExp][] = [
    ["that end in a chunk", "5\r\nabc", /middle of a chunk/],
    ["that end before the last chunk", "3\r\nabc\r\n", /middle of a chunk/],
    ["with more data than their chunk says", "3\r\nabcd\r\n0\r\n\r\n", /longer than its chunk/],
    ["with a size that is no number", "xyz\r\nabc\r\n", /chunk size "xyz"/],
    ["with data after their end", "0\r\n\r\nabc\r\n", /after its end/],
    ["with a line that does not end", "1".repeat(10_000), /too long/],
  ];
  for (const [what, text, message] of broken) {
    it(`${what} are refused`, async () => {
      expect((await errorOf(decode(text, 4))).message).to.match(message);
    });
  }
});

import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "chai";
import { Bucket } from "../../../../local/s3/store";

describe("a bucket that is kept", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "groundwork-test-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const put = (bucket: Bucket, key: string) => {
    const file = bucket.newFile();
    writeFileSync(file, key);
    return bucket.put({ key, file, etag: "e", size: key.length, headers: {} });
  };

  it("has its objects, and nothing of what its process was killed at", async () => {
    const bucket = new Bucket("data", dir, true);
    const [kept, removed] = [put(bucket, "kept"), put(bucket, "removed")];
    await bucket.remove("removed", removed.versionId);
    writeFileSync(removed.file, "removed"); // Killed before the bytes were gone too.
    writeFileSync(bucket.newFile(), "half of an upl");
    appendFileSync(join(dir, "versions.jsonl"), '{"put":{"key":"ha');
    writeFileSync(join(dir, "versions.jsonl.new"), '{"put":{"key":"ha');

    const again = new Bucket("data", dir, true);
    expect(again.list()).to.deep.equal([kept]);
    expect(readFileSync(again.list()[0]!.file, "utf8")).to.equal("kept");
    expect(readdirSync(dir).sort()).to.deep.equal([basename(kept.file), "versions.jsonl"].sort());
    put(again, "next");
    expect(new Bucket("data", dir, true).list().map(({ key }) => key)).to.deep.equal(["kept", "next"]);
  });
});

import { expect } from "chai";
import { reasonFor } from "../../../../scripts/load/deadLetters";

describe("why the function gave up on a file", () => {
  const letter = { key: "a.csv", etag: "1", at: 1000, reason: "no header" };

  it("stands in a letter of this version, and of since it was asked to load it", () => {
    expect(reasonFor({ key: "a.csv", etag: "1" }, [letter], 1000)).to.equal("no header");
    expect(reasonFor({ key: "a.csv", etag: "1" }, [letter], 1001)).to.equal(undefined);
    expect(reasonFor({ key: "a.csv", etag: "2" }, [letter], 0)).to.equal(undefined);
    expect(reasonFor({ key: "b.csv", etag: "1" }, [letter], 0)).to.equal(undefined);
  });

  it("stands in a letter of the key where either doesn't know the version", () => {
    expect(reasonFor({ key: "a.csv" }, [letter], 0)).to.equal("no header");
    expect(reasonFor({ key: "a.csv", etag: "2" }, [{ ...letter, etag: undefined }], 0)).to.equal("no header");
  });
});

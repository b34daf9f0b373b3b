import { expect } from "chai";
import { keyValues, wholeNumber } from "../../../../scripts/shared/arguments";

describe("an option of a command", () => {
  it("that is a whole number takes digits alone, and no more than it may be", () => {
    expect(wholeNumber()("40")).to.equal(40);
    expect(wholeNumber(65_535)("65535")).to.equal(65_535);
    for (const text of ["0", "-1", "1.5", "0x10", "1e3", "", " 1", "9007199254740993"]) {
      expect(() => wholeNumber()(text), text).to.throw("It must be a whole number from 1.");
    }
    expect(() => wholeNumber(65_535)("65536")).to.throw("It must be a whole number from 1 to 65535.");
  });

  it("that is a key and its value gathers them, the last of a key counts, and a value may have more of =", () => {
    const add = keyValues("a=b");
    expect(add("c=2=3", add("a=", { a: "1" }))).to.deep.equal({ a: "", c: "2=3" });
    for (const text of ["a", "=b"]) expect(() => add(text), text).to.throw("It must be like a=b.");
  });
});

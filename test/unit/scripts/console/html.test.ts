import { expect } from "chai";
import { html } from "../../../../scripts/console/html";
import { cutAtField } from "../../../../scripts/console/panels/markField";

describe("the console's HTML", () => {
  it("escapes every value, in text and in attributes, and lists of them, but no HTML of its own twice", () => {
    const evil = `<img src=x onerror="alert('1')">&\``;
    const escaped = "&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;&#96;";
    expect(html`<p title="${evil}">${evil}</p>`.text).to.equal(`<p title="${escaped}">${escaped}</p>`);
    expect(html`${["<", html`<b>${"<"}</b>`, 1, null, undefined, false]}`.text).to.equal(
      "&#60;<b>&#60;</b>1",
    );
  });

  it("shows what would turn the text around or not be seen, and keeps lines", () => {
    expect(html`${"a\u202eb\u200b\n\u001b[31mc"}`.text).to.equal("a\\u{202e}b\\u{200b}\n\\u{1b}[31mc");
  });
});

describe("the field of a rejected record", () => {
  const header = "mcc,merchant,amount";

  it("is found by its name in the header, quoted or not, beside delimiters in quotes", () => {
    expect(cutAtField('x,"a, b",1', header, "mcc", "x")).to.deep.equal(["", "x", ',"a, b",1']);
    expect(cutAtField('5,"a, ""b""",1', header, "merchant", 'a, "b"')).to.deep.equal([
      "5,",
      '"a, ""b"""',
      ",1",
    ]);
    expect(cutAtField('5,"a, b",y', header, "Amount", "y")).to.deep.equal(['5,"a, b",', "y", ""]);
    expect(cutAtField("5;;y", "mcc;merchant;amount", "merchant", "")).to.deep.equal(["5;", "", ";y"]);
  });

  it("is not guessed where the text says another thing, or hasn't so many fields", () => {
    expect(cutAtField("5,a,1", header, "amount", "2")).to.equal(undefined);
    expect(cutAtField("5,a", header, "amount", "1")).to.equal(undefined);
    expect(cutAtField("5,a,1", header, "nothing", "1")).to.equal(undefined);
    expect(cutAtField("5", "mcc", "mcc", "5")).to.equal(undefined);
  });
});

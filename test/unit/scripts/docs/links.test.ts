import { existsSync, readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";

describe("the pages", () => {
  const pages = [
    ...["README.md", "CONTRIBUTING.md"],
    ...readdirSync(path.join(root, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];

  /** As GitHub names a heading. */
  const anchors = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, "")
        .replaceAll(" ", "-"),
    );

  for (const page of pages) {
    it(`${page} links to files and headings that are there`, () => {
      const text = readFileSync(path.join(root, page), "utf8").replace(/^```[^]*?^```/gm, "");
      const links = [...text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)/gm)].map(
        ([, inline, below]) => inline ?? below ?? "",
      );
      const dead = links.filter((link) => {
        if (/^https?:/.test(link)) return false;
        const [to = "", anchor] = link.split("#");
        const file = to === "" ? path.join(root, page) : path.join(root, path.dirname(page), to);
        return (
          !existsSync(file) ||
          (anchor !== undefined &&
            file.endsWith(".md") &&
            !anchors(readFileSync(file, "utf8")).includes(anchor))
        );
      });
      expect(dead).to.deep.equal([]);
    });
  }
});

/** What else than a text file of records a file can be, by its first bytes. */
interface Kind {
  readonly name: string;
  readonly fix: string;
  readonly starts: readonly (string | readonly number[])[];
}

const unpack = "unpack it first";
const kinds: readonly Kind[] = [
  { name: "a zstd archive", fix: unpack, starts: [[0x28, 0xb5, 0x2f, 0xfd]] },
  { name: "a bzip2 archive", fix: unpack, starts: ["BZh"] },
  { name: "an xz archive", fix: unpack, starts: [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]] },
  { name: "a 7z archive", fix: unpack, starts: [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]] },
  { name: "a rar archive", fix: unpack, starts: ["Rar!"] },
  { name: "an lz4 archive", fix: unpack, starts: [[0x04, 0x22, 0x4d, 0x18]] },
  { name: "a Unix compress archive", fix: unpack, starts: [[0x1f, 0x9d]] },
  { name: "an Excel workbook (xls)", fix: "save the sheet as CSV", starts: [[0xd0, 0xcf, 0x11, 0xe0]] },
  { name: "a Parquet file", fix: "export it as CSV", starts: ["PAR1"] },
  { name: "an ORC file", fix: "export it as CSV", starts: ["ORC"] },
  { name: "an Avro file", fix: "export it as CSV", starts: ["Obj\x01"] },
  { name: "an Arrow file", fix: "export it as CSV", starts: ["ARROW1"] },
  { name: "an SQLite database", fix: "export a table as CSV", starts: ["SQLite format 3"] },
  { name: "a PDF", fix: "export its table as CSV", starts: ["%PDF"] },
  { name: "an image", fix: "choose a CSV file", starts: ["\x89PNG", "GIF8", [0xff, 0xd8, 0xff]] },
];

/** The sentence that refuses a file by its first bytes; undefined for what may be text. */
export function refusedKind(head: Buffer): string | undefined {
  const latin1 = head.toString("latin1");
  const found = kinds.find(({ name, starts }) =>
    starts.some(
      (start) =>
        latin1.startsWith(typeof start === "string" ? start : String.fromCharCode(...start)) &&
        // Three letters alone could begin a header.
        (name !== "an ORC file" || head.includes(0)),
    ),
  );
  if (found !== undefined) return `the file is ${found.name}: ${found.fix}`;
  if (latin1.startsWith("PK\x03\x04") || latin1.startsWith("PK\x05\x06")) return zip(latin1);
  if (latin1.slice(257, 262) === "ustar") return `the file is a tar archive: ${unpack}`;
  return undefined;
}

function zip(head: string): string {
  if (/xl\/|\[Content_Types\]/.test(head))
    return "the file is an Excel workbook (xlsx): save the sheet as CSV";
  if (head.includes("application/vnd.oasis.opendocument"))
    return "the file is an OpenDocument sheet: save it as CSV";
  return `the file is a zip: ${unpack}`;
}

/** The sentence that refuses a text that is no CSV; undefined for what may be one. */
export function refusedText(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart().toLowerCase();
  if (/^<(!doctype html|html|head|body)\b/.test(start))
    return "the file is an HTML page: look what the download answered";
  if (/^<\?xml|^<[a-z][\w:-]*(\s[^<>]*)?>\s*</.test(start)) return "the file is XML: export it as CSV";
  if (/^\{\s*("(?:[^"\\]|\\.)*"\s*:|\})|^\[\s*[[{]/.test(start)) return "the file is JSON: export it as CSV";
  return undefined;
}

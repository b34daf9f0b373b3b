/** Binary files, by their first bytes in hexadecimal digits, or those at a place. */
const signatures: readonly (readonly [start: string, what: string, at?: number])[] = [
  ["1f8b08", "a gzip: unpack it first"],
  ["28b52ffd", "a zstd archive: unpack it first"],
  ["425a68", "a bzip2 archive: unpack it first"],
  ["fd377a585a00", "an xz archive: unpack it first"],
  ["377abcaf271c", "a 7z archive: unpack it first"],
  ["52617221", "a rar archive: unpack it first"],
  ["04224d18", "an lz4 archive: unpack it first"],
  ["1f9d", "a Unix compress archive: unpack it first"],
  ["7573746172", "a tar archive: unpack it first", 257],
  ["504b0506", "a zip: unpack it first"],
  ["d0cf11e0a1b11ae1", "an Excel workbook (xls): save the sheet as CSV"],
  ["50415231", "a Parquet file: export it as CSV"],
  ["4f5243", "an ORC file: export it as CSV"],
  ["4f626a01", "an Avro file: export it as CSV"],
  ["4152524f5731", "an Arrow file: export it as CSV"],
  ["53514c69746520666f726d6174", "an SQLite database: export a table as CSV"],
  ["25504446", "a PDF: export its table as CSV"],
  ["7b5c727466", "an RTF text: save it as CSV"],
  ["89504e47", "an image: choose a CSV file"],
  ["47494638", "an image: choose a CSV file"],
  ["ffd8ff", "an image: choose a CSV file"],
  ["fffe0000", "text in UTF-32: save it as UTF-8"],
  ["0000feff", "text in UTF-32: save it as UTF-8"],
];

/** What a file is that is none of text, by its first bytes, and what to do with it; undefined for what may be one. */
export function foreignBytes(head: Buffer): string | undefined {
  const hex = head.toString("hex", 0, 512);
  if (hex.startsWith("504b0304")) return zipOf(head.toString("latin1", 0, 4096));
  const found = signatures.find(([start, , at = 0]) => hex.startsWith(start, 2 * at))?.[1];
  // A header may begin with these three letters.
  return found === undefined || (hex.startsWith("4f5243") && !head.includes(0)) ? undefined : found;
}

function zipOf(head: string): string {
  if (/xl\/|_rels\/|\[Content_Types\]/.test(head)) return "an Excel workbook (xlsx): save the sheet as CSV";
  if (head.includes("application/vnd.oasis.opendocument")) return "an OpenDocument sheet: save it as CSV";
  return "a zip: unpack it first";
}

/** What a text is that is no CSV file, and what to do with it; undefined for what may be one. */
export function foreignText(text: string): string | undefined {
  const start = text.slice(0, 4096).trimStart().toLowerCase();
  if (/^<(!doctype html|html|head|body)\b/.test(start))
    return "an HTML page: look what the download answered";
  // Names in angle brackets between delimiters are a header.
  if (/^<\?xml|^<[a-z][\w:-]*(\s[^<>]*)?>([\r\n]\s*)?</.test(start)) return "XML: export it as CSV";
  if (/^\{\s*("(?:[^"\\]|\\.)*"\s*:|\})|^\[\s*[[{]/.test(start)) return "JSON: export it as CSV";
  return undefined;
}

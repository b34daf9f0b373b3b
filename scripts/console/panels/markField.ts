/**
 * Cuts a record's text where one of its fields begins and ends, so that the field can be marked.
 *
 * @param header the file's own, with its delimiter
 * @param column the field's name there
 * @param value what the field holds, or how it begins; the cut is only made where the text says the same
 * @returns undefined where the field can't be told for sure
 */
export function cutAtField(
  record: string,
  header: string,
  column: string,
  value: string,
): [before: string, field: string, after: string] | undefined {
  const delimiter = [",", ";", "\t", "|"].reduce(
    (best, each) => (count(header, each) > count(best === "" ? "" : header, best) ? each : best),
    "",
  );
  if (delimiter === "") return undefined;
  const names = fields(header, delimiter).map(([from, to]) =>
    plain(header.slice(from, to)).trim().toLowerCase(),
  );
  const span = fields(record, delimiter)[names.indexOf(column.toLowerCase())];
  if (!span) return undefined;
  const [from, to] = span;
  const field = record.slice(from, to);
  if (!plain(field).trim().startsWith(value.replace(/…$/, "").trim())) return undefined;
  return [record.slice(0, from), field, record.slice(to)];
}

const count = (text: string, part: string): number => (part === "" ? 0 : text.split(part).length - 1);

/** Without the quotes around it. */
const plain = (field: string): string =>
  /^"[^]*"$/.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;

/** Where each field begins and ends; a delimiter between quotes is part of its field. */
function fields(text: string, delimiter: string): [number, number][] {
  const spans: [number, number][] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    if (at < text.length && (isQuoted || text[at] !== delimiter)) continue;
    spans.push([from, at]);
    from = at + 1;
  }
  return spans;
}

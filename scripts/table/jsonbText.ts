/**
 * As PostgreSQL writes a jsonb: blanks behind commas and colons, of equal keys the last, keys by their length and then by
 * their bytes, numbers as numeric.
 *
 * @param text JSON that is well-formed
 */
export function jsonbText(text: string): string {
  let at = 0;
  const blanks = /[ \t\r\n]*/y;
  const string = /"(?:[^"\\]|\\.)*"/sy;
  const word = /[^ \t\r\n,:\]}]+/y;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [found = ""] = pattern.exec(text) ?? [];
    at += found.length;
    return found;
  };
  /** Whether the sign comes next; it is taken. */
  const takes = (sign: string): boolean => {
    take(blanks);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };

  function value(): string {
    if (takes("{")) return object();
    if (takes("[")) return array();
    return text[at] === '"' ? escaped(take(string)) : numberOrWord(take(word));
  }

  function array(): string {
    const values: string[] = [];
    while (!takes("]")) {
      takes(",");
      values.push(value());
    }
    return `[${values.join(", ")}]`;
  }

  function object(): string {
    const entries = new Map<string, string>();
    while (!takes("}")) {
      takes(",");
      take(blanks);
      const key = escaped(take(string));
      takes(":");
      entries.set(key, value());
    }
    const bytes = (key: string): Buffer => Buffer.from(JSON.parse(key) as string);
    const sorted = [...entries].map(([key, each]) => ({ key, each, bytes: bytes(key) }));
    sorted.sort((a, b) => a.bytes.length - b.bytes.length || a.bytes.compare(b.bytes));
    return `{${sorted.map(({ key, each }) => `${key}: ${each}`).join(", ")}}`;
  }

  return value();
}

/** JSON.stringify escapes what PostgreSQL does, and halves of surrogate pairs, which a jsonb has not. */
const escaped = (quoted: string): string => JSON.stringify(JSON.parse(quoted));

function numberOrWord(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text);
  if (found === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = found;
  const shift = Number(exponent);
  const point = whole.length + shift;
  const digits = whole + fraction;
  const before = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const behind = point >= 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  const isZero = /^0*$/.test(digits);
  const number = `${before.replace(/^0+(?=\d)/, "")}${behind === "" ? "" : `.${behind}`}`;
  return isZero ? number : sign + number;
}

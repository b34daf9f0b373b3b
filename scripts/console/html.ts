import { printable } from "../shared/printable";

/** Text that is HTML already. `html` makes it out of what stands in the source or was escaped, and Graphviz the map. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | null | undefined | false | readonly Value[];

/**
 * HTML in which every inserted value is escaped, for the text of an element and for an attribute in quotes alike. What
 * would not be seen, or would turn the direction of what stands around it, is shown as on a terminal: `\u{202e}`.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => part + inserted(values[index])).join(""));
}

function inserted(value: Value): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return (value as readonly Value[]).map(inserted).join("");
  if (value === undefined || value === null || value === false) return "";
  const lines = String(value as string | number)
    .split("\n")
    .map(printable);
  return lines.join("\n").replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

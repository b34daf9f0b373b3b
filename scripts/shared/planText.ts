interface PlanTextOptions {
  readonly title: string;
  /** The length that it may have, characters. */
  readonly most: number;
  /** Where the whole of it is. */
  readonly rest: string;
}

/** A line of the CLI that tells of a resource, such as ` +  aws:sqs:Queue q create`, or a project's heading. */
const beginsPart = /^(?: {4}| [-+~]|[-+~=]{2} ?)[ ]*[a-z][\w-]*:\S+ |^\w+ \([\w/-]+\)$/;

/**
 * What `npm run preview` said as Markdown. Too long, it is cut between two resources; the table at its end stays, and
 * a line says how many resources are left out and where they are.
 */
export function planText(said: string, { title, most, rest }: PlanTextOptions): string {
  const lines = said.trimEnd().split("\n");
  const wrap = (text: string): string => `### ${title}\n~~~~text\n${text}\n~~~~\n`;
  const whole = wrap(lines.join("\n"));
  if (whole.length <= most) return whole;
  // The table is what stands behind the last empty line.
  const table = lines.slice(lines.lastIndexOf("") + 1);
  const parts = partsOf(lines.slice(0, lines.length - table.length));
  const ending = (count: number): string =>
    `\n… left out: ${count} resources. The whole plan: ${rest}\n\n${table.join("\n")}`;
  const room = most - wrap(ending(parts.length)).length;
  let length = 0;
  const kept = parts.findIndex((part) => (length += part.length + 1) > room);
  const end = kept === -1 ? parts.length : kept;
  const left = parts.slice(end).filter((part) => part.includes(":")).length;
  return wrap(parts.slice(0, end).join("\n") + ending(left));
}

/** A resource's line with what belongs to it. */
function partsOf(lines: readonly string[]): string[] {
  const parts: string[] = [];
  for (const line of lines) {
    if (parts.length === 0 || beginsPart.test(line)) parts.push(line);
    else parts[parts.length - 1] += `\n${line}`;
  }
  return parts;
}

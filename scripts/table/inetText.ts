/** Writes an inet of the binary COPY format as PostgreSQL does: IPv6 by RFC 5952, its last 32 bits as IPv4's where it is one in IPv6. */
export function inetText(value: Buffer): string {
  const [, bits, , size] = value;
  const address = value.subarray(4);
  const dotted = [...address.subarray(-4)].join(".");
  const shown = size === 4 ? dotted : sixText(address.toString("hex"), dotted);
  return bits === size! * 8 ? shown : `${shown}/${bits}`;
}

function sixText(hex: string, dotted: string): string {
  const groups = hex.replace(/.{4}(?!$)/g, "$&:");
  const shown = new URL(`http://[${groups}]`).hostname.slice(1, -1);
  const four = /^::(ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.exec(shown);
  return four ? `::${four[1] ?? ""}${dotted}` : shown;
}

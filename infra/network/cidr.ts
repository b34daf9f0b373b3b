/** The first and the last address of an IPv4 range as numbers. */
function bounds(range: string): { first: number; last: number; size: number } {
  const [address = "", bits = "32"] = range.split("/");
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = number - (number % size);
  return { first, last: first + size - 1, size };
}

/** The range as it should be written when its address is not its first one; undefined when it is. */
export function hostBits(range: string): string | undefined {
  const { first } = bounds(range);
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  const proper = `${parts.join(".")}/${range.split("/")[1]}`;
  return proper === range ? undefined : proper;
}

export function contains(outer: string, inner: string): boolean {
  const [a, b] = [bounds(outer), bounds(inner)];
  return a.first <= b.first && b.last <= a.last;
}

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [bounds(one), bounds(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** How many bits of the address the range fixes: 24 for 10.0.1.0/24. */
export function prefixLength(range: string): number {
  return Number(range.split("/")[1]);
}

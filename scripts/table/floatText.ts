/** As PostgreSQL writes a double precision: the fewest digits that no other double is nearer to. */
export function doubleText(value: number): string {
  return floatText(value, 15, doubleDigits);
}

/** As PostgreSQL writes a real. The value is one that a real can be. */
export function realText(value: number): string {
  return floatText(value, 6, realDigits);
}

/** Digits without the point, and the exponent of ten of the first. */
type Digits = readonly [digits: string, exponent: number];

function floatText(value: number, mostWhole: number, digitsOf: (value: number) => Digits): string {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}Infinity`;
  if (size === 0) return `${sign}0`;
  const [digits, exponent] = digitsOf(size);
  if (exponent < -4 || exponent >= mostWhole) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const shown = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${shown}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-1 - exponent)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction && `.${fraction}`}`;
}

/**
 * JavaScript too writes the fewest digits, but takes a number that lies halfway to the next double, where PostgreSQL
 * takes one more digit. Below 2^52 what lies halfway has more than the 17 digits that any double needs.
 */
function doubleDigits(value: number): Digits {
  const shortest = split(value.toExponential());
  if (value < 2 ** 52) return shortest;
  for (let digits = shortest[0].length; digits < 17; digits++) {
    const candidate = value.toExponential(digits - 1);
    if (Number(candidate) !== value) continue;
    if (!isHalfway(candidate, value)) return split(candidate);
  }
  return isHalfway(value.toExponential(), value) ? split(value.toExponential(16)) : shortest;
}

function isHalfway(decimal: string, value: number): boolean {
  const [digits, exponent] = split(decimal);
  const shift = exponent - digits.length + 1;
  const twice = shift < 0 ? undefined : 2n * BigInt(digits) * 10n ** BigInt(shift);
  const exact = 2n * BigInt(value);
  // Only at 2^52 does what lies halfway have a fraction: .5, of 17 digits.
  if (twice === undefined) return false;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const gap = 2n ** BigInt(Math.max(0, (bits.getUint16(0) >> 4) - 1075));
  const isPower = (bits.getBigUint64(0) & (2n ** 52n - 1n)) === 0n;
  const difference = twice - exact;
  return difference === gap || -difference === gap || (isPower && -2n * difference === gap);
}

function realDigits(value: number): Digits {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const pattern = bits.getUint32(0);
  const neighbour = (step: number): number => {
    bits.setUint32(0, pattern + step);
    return bits.getFloat32(0);
  };
  // Halfway to the reals beside it: doubles hold that exactly.
  const low = (neighbour(-1) + value) / 2;
  const above = neighbour(1);
  const high = above === Infinity ? value + (value - neighbour(-1)) / 2 : (above + value) / 2;
  for (let digits = 1; digits < 9; digits++) {
    const [nearest, exponent] = split(value.toExponential(digits - 1), digits);
    // Of two that are as near JavaScript takes the larger, PostgreSQL the even.
    const finer = value.toExponential(digits);
    const isTie = Number(finer) === value && split(finer)[0].length > digits && finer.includes("5e");
    const steps = isTie && Number(nearest) % 2 === 1 ? [-1, 0] : [0, 1, -1];
    const fits = steps
      .map((step) => [Number(nearest) + step, exponent - digits + 1] as const)
      .map(([whole, shift]) => `${whole}e${shift}`)
      .find((text) => compare(text, low) > 0 && compare(text, high) < 0);
    if (fits !== undefined) return split(Number(fits).toExponential());
  }
  return split(value.toExponential(8));
}

/** Below 0 where the decimal `125e-7` is less than a double, above it where it is more; 0 only where it is the same. */
function compare(decimal: string, double: number): number {
  const difference = Number(decimal) - double;
  if (difference !== 0) return difference;
  const [digits = "", shift = "0"] = decimal.split("e");
  const power = Number(shift);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  const raised = bits.getUint16(0) >> 4;
  const mantissa = (bits.getBigUint64(0) & (2n ** 52n - 1n)) | (2n ** 52n);
  const binary = BigInt(Math.abs(raised - 1075));
  const isSmall = raised < 1075;
  const left = BigInt(digits) * (power > 0 ? 10n ** BigInt(power) : 1n) * (isSmall ? 2n ** binary : 1n);
  const right = mantissa * (isSmall ? 1n : 2n ** binary) * (power < 0 ? 10n ** BigInt(-power) : 1n);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** From `1.25e+3`; zeros at the end are left out, but for those that make up `digits`. */
function split(exponential: string, digits = 1): Digits {
  const [mantissa = "", exponent = "0"] = exponential.split("e");
  return [mantissa.replace(".", "").replace(/0+$/, "").padEnd(digits, "0"), Number(exponent)];
}

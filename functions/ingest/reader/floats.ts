import { digitReader } from "./digits";
import { type ColumnSettings, type FieldReader, refused } from "./field";

/** Reads real (4 bytes) and double precision (8), rounded once, as PostgreSQL does; NaN and Infinity are refused. */
export function floatReader({ format }: ColumnSettings, size: 4 | 8): FieldReader {
  const number = digitReader(format);
  const notNumber = refused.number;
  const outOfRange = refused.range;
  const toNumber = Number;
  const toBigInt = BigInt;
  const single = Math.fround;
  const finite = Number.isFinite;
  const view = new DataView(new ArrayBuffer(8));
  // Below it all whole numbers are exact (at it one that was rounded could stand), and the quotient of two of them is
  // rounded once, also by way of a double.
  const mostUnits = size === 4 ? 2 ** 24 : 2 ** 53;
  const mostBehind = size === 4 ? 10 : 22;
  const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

  function write(value: number, out: Buffer, at: number): number {
    if (size === 4) view.setFloat32(0, value);
    else view.setFloat64(0, value);
    out[at] = out[at + 1] = out[at + 2] = 0;
    out[at + 3] = size;
    for (let i = 0; i < size; i++) out[at + 4 + i] = view.getUint8(i);
    return at + 4 + size;
  }

  /** The float nearest to the number itself: the double lies exactly between two, and may have been rounded to it. */
  function nearest(double: number): number {
    const near = single(double);
    if (near === double) return near;
    view.setFloat32(0, near);
    view.setInt32(0, view.getInt32(0) + (near < double ? 1 : -1));
    const other = view.getFloat32(0);
    // What is rounded to infinity may be nearer to the largest float too.
    if (double - (finite(near) ? near : 2 ** 128) !== other - double) return near;
    const { digits, first, count, point } = number;
    let mantissa = toBigInt(0);
    for (let i = 0; i < count; i++) mantissa = mantissa * toBigInt(10) + toBigInt(digits[first + i]!);
    // Both as whole numbers times 2^-200 and 10^-(count - point): every tie of floats fits.
    let exponent = 0;
    let fraction = double;
    while (fraction % 1 !== 0) {
      fraction *= 2;
      exponent++;
    }
    let left = mantissa << toBigInt(exponent);
    let right = toBigInt(fraction);
    if (point > count) left *= toBigInt(10) ** toBigInt(point - count);
    else right *= toBigInt(10) ** toBigInt(count - point);
    if (left === right) return near;
    return left > right === other > near ? other : near;
  }

  function readExactly(src: Buffer, from: number, to: number, out: Buffer, at: number): number {
    if (!number.parse(src, from, to)) return notNumber;
    const { digits, first, count, point, negative } = number;
    if (count === 0) return write(negative ? -0 : 0, out, at);
    if (point > 400 || point < -400) return outOfRange;
    let text = "0.";
    for (let i = 0; i < count; i++) text += digits[first + i]!;
    const double = toNumber(`${text}e${point}`);
    const value = size === 4 ? nearest(double) : double;
    if (value === 0 || !finite(value)) return outOfRange;
    return write(negative ? 0 - value : value, out, at);
  }

  const decimal = format.decimal.charCodeAt(0);
  return (src, from, to, out, at) => {
    let p = from;
    const sign = src[p];
    if (sign === 0x2d || sign === 0x2b) p++;
    const start = p;
    let units = 0;
    let point = -1;
    for (; p < to; p++) {
      const code = src[p]!;
      if (code === decimal && point < 0) {
        point = p;
        continue;
      }
      const digit = code - 0x30;
      if (!(digit >= 0 && digit <= 9)) return readExactly(src, from, to, out, at);
      units = units * 10 + digit;
    }
    const behind = point < 0 ? 0 : to - point - 1;
    if (to - start === (point < 0 ? 0 : 1) || units >= mostUnits || behind > mostBehind)
      return readExactly(src, from, to, out, at);
    const value = units / powers[behind]!;
    return write(sign === 0x2d ? -value : value, out, at);
  };
}

/** Makes the function that tells what a hexadecimal digit stands for, -1 for others. */
export function hexDigits(): (byte: number) => number {
  return (byte) => {
    if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
    const lower = byte | 0x20;
    return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
  };
}

import { existsSync, statSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { GroundworkError } from "../../infra/error";

/** Parses an option that is a whole number from 1, up to `most`. */
export function wholeNumber(most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? "from 1" : `from 1 to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** Parses an option that is a key and its value, and may be given several times: the last value of a key counts. */
export function keyValues(
  example: string,
): (text: string, before?: Readonly<Record<string, string>>) => Readonly<Record<string, string>> {
  return (text, before = {}) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key !== undefined && value !== undefined) return { ...before, [key]: value };
    throw new InvalidArgumentError(`It must be like ${example}.`);
  };
}

/** `--preview-only` for `previewOnly`, as commander calls it. */
export const optionOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws GroundworkError where the file isn't there, or is none */
export function checkFile(file: string): void {
  if (!existsSync(file)) throw new GroundworkError(`There is no file ${file}: name a CSV file`);
  if (!statSync(file).isFile()) throw new GroundworkError(`${file} is not a file: name a CSV file`);
}

import { dirname, isAbsolute, join, normalize } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { GroundworkError } from "../../infra/error";

/** What a function is created from: what `aws.lambda.Function` declares, and its unpacked archive. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** `module.export`, the module's path relative to the archive's root. */
  readonly handler: string;
  /** Such as `nodejs22.x`; whatever it says, this machine's Node runs it. */
  readonly runtime?: string;
  /** Where its log goes; `/aws/lambda/<name>` unless told. */
  readonly logGroup?: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The name of the role that its process has a session of. */
  readonly role?: string;
  /** The archive: path to content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** How many invocations may run at once; without it the account's limit. */
  readonly reservedConcurrency?: number;
}

export const logGroupOf = ({ name, logGroup = `/aws/lambda/${name}` }: FunctionSpec): string => logGroup;

/**
 * Refuses what Lambda would refuse, before anything is written.
 * @throws GroundworkError
 */
export function checkSpec(spec: FunctionSpec): void {
  const problems: string[] = [];
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(spec.name)) {
    problems.push("a function's name has 1 to 64 letters, digits, - and _");
  }
  if (!spec.handler.includes(".")) problems.push(`handler "${spec.handler}" must be "module.export"`);
  if (!(spec.memorySize >= 128 && spec.memorySize <= 10_240)) {
    problems.push(`memorySize ${spec.memorySize} must be 128 to 10240 MB`);
  }
  if (!(spec.timeout > 0 && spec.timeout <= 900)) {
    problems.push(`timeout ${spec.timeout} must be at most 900 seconds`);
  }
  for (const path of spec.files.keys()) {
    if (isAbsolute(path) || normalize(path).startsWith("..")) {
      problems.push(
        `the archive's path ${path} lies outside of the function's folder: make it relative to the root`,
      );
    }
  }
  if (problems.length > 0) throw GroundworkError.all(`Lambda function ${spec.name}`, problems);
}

/** Unpacks an archive into a folder that does not exist yet. */
export async function unpack(files: FunctionSpec["files"], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

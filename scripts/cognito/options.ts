import { GroundworkError } from "../../infra/error";
import type { Command } from "../shared/command";
import { type Subject, askSecret, nextLine, readSubject } from "./input";
import { Target } from "./target";

/** What the command line says, as commander parses it. */
export interface CognitoOptions {
  stack: string;
  env: string;
  config?: string;
  profile?: string;
  verbose: boolean;
  username?: string;
  password?: string;
  newPassword?: string;
  group?: string;
  description?: string;
  attribute?: Readonly<Record<string, string>>;
  name?: readonly string[];
  temporary?: boolean;
  browser?: boolean;
  scope?: string;
}

/** One run of an action: where it works, and on whom. */
export class Run {
  readonly target: Target;
  private readonly subject: Subject;

  constructor(
    readonly options: CognitoOptions,
    command: Command,
    readonly stop: AbortSignal,
  ) {
    const { stack, env, profile } = options;
    const stackNamed = command.getOptionValueSource("stack") !== "default";
    this.target = new Target({ stack, stackNamed, env, profile });
    this.subject = options.config === undefined ? {} : readSubject(options.config);
  }

  username(): string {
    return this.required(this.options.username ?? this.subject.username, "username");
  }

  group(): string {
    return this.required(this.options.group ?? this.subject.group, "group");
  }

  description(): string | undefined {
    return this.options.description ?? this.subject.description;
  }

  attributes(): Record<string, string> {
    return { ...this.subject.attributes, ...this.options.attribute };
  }

  /** What delete-attributes takes away. */
  attributeNames(): string[] {
    const names = [...(this.options.name ?? [])];
    if (names.length > 0) return names;
    throw new GroundworkError("There are no attributes: name one with --name custom:test");
  }

  password(): Promise<string> {
    const ifMissing =
      'There is no password: set COGNITO_PASSWORD, give it on standard input with --password -, put "password" into a --config file, or run this on a terminal';
    return this.secret("password", "Password", ifMissing);
  }

  newPassword(): Promise<string> {
    const ifMissing =
      'The password is a temporary one: set COGNITO_NEW_PASSWORD, put "newPassword" into a --config file, run this on a terminal, or give another with set-password';
    return this.secret("newPassword", "New password", ifMissing);
  }

  /** From the command line, where `-` is the next line of standard input, the config file, the environment, or a person. */
  private async secret(name: "password" | "newPassword", what: string, ifMissing: string): Promise<string> {
    const argument = this.options[name];
    if (argument === "-") return nextLine(ifMissing);
    if (argument !== undefined) {
      process.stderr.write(
        "A password on the command line can be read by others on this machine, and npm writes it into its log: give it on standard input with -\n",
      );
    }
    const variable = name === "password" ? process.env.COGNITO_PASSWORD : process.env.COGNITO_NEW_PASSWORD;
    const given = [argument, this.subject[name], variable].find(Boolean);
    return given ?? askSecret(`${what} of ${this.username()}`, ifMissing, this.stop);
  }

  /** The code of an authenticator app, which is good for seconds: only a person has it. */
  code(question: string): Promise<string> {
    const ifMissing = "The pool asks for the code of an authenticator app: run this on a terminal";
    return askSecret(question, ifMissing, this.stop);
  }

  async pool() {
    const UserPoolId = await this.target.userPoolId();
    return { client: await this.target.connect(), UserPoolId };
  }

  private required(value: string | undefined, name: string): string {
    if (value !== undefined && value !== "") return value;
    throw new GroundworkError(`There is no ${name}: name one with --${name}, or in a --config file`);
  }
}

/** What a function logged, under the name that the programs give it. */
export interface LogLine {
  readonly name: string;
  /** Milliseconds of the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Whether it tells of something that went wrong: in the functions' own words, Node's or Lambda's. */
export const isFailure = ({ message }: Pick<LogLine, "message">): boolean =>
  /"level":"(ERROR|FATAL)"|\bERROR\b|"errorType"|Task timed out/.test(message);

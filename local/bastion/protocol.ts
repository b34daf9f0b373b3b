/** What the SSH server's process starts with. */
export interface Setup {
  /** On 127.0.0.1; 0: a free one. */
  readonly port: number;
  readonly hostKeyFile: string;
  readonly user: string;
  /** The public key that may sign in, in OpenSSH's form. */
  readonly authorizedKey: string;
}

/** From the server: may this destination be reached? */
export interface Question {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  readonly id: number;
  readonly allowed: boolean;
}

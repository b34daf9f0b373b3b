import type { LocalDatabase } from "../../../local/services";

export interface PeerSetting {
  readonly database: LocalDatabase;
  /** Told what takes long, such as a build. */
  readonly say: (text: string) => void;
  readonly stop: AbortSignal;
}

/** A way to load that is there, and can be measured. */
interface ReadyPeer {
  /** Where it isn't the peer's own. */
  readonly name?: string;
  readonly version: string;
  /** Loads a file into `records` as it is: amounts aren't doubled. */
  readonly load: (file: string) => Promise<void>;
}

/** What a user would pick instead of the ingest function. */
export interface Peer {
  /** For the command line. */
  readonly key: string;
  /** For the table. */
  readonly name: string;
  /** @throws GroundworkError that says why it can't be had here. */
  readonly ready: (setting: PeerSetting) => Promise<ReadyPeer>;
}

import { type StackState, readStackState } from "../shared/stackState";

/** What the backend holds of an environment. Each stack is read once, before anything is changed. */
export class States {
  private readonly read = new Map<string, Promise<StackState>>();

  /** @param stack the environment's name, with or without its organization */
  constructor(
    readonly stack: string,
    readonly stop: AbortSignal,
  ) {}

  /** @param stack the full name of one that isn't the environment's own */
  of(project: string, stack = this.stack): Promise<StackState> {
    const key = `${project} ${stack}`;
    const state = this.read.get(key) ?? readStackState(project, stack, this.stop);
    this.read.set(key, state);
    return state;
  }
}

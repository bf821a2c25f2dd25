import type { Reporter } from './reporter.ts';

/** What a replica found when it was opened. */
export interface FoundState {
  /** The last checkpoint of its state. */
  readonly checkpoint: number;
  /** Where its log begins. */
  readonly firstIndex: number;
}

/**
 * checkpoint-durable: what a member has as its last checkpoint is there again after every restart, whatever of its page cache
 * a loss of power has taken: all that the checkpoint refers to was on the platter before, and so was the log up to there. A
 * member that finds its state unusable builds it again, and in the end has lost nothing, so that no other check may ever notice.
 */
export class CheckpointCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  readonly #everDamaged: (member: string) => boolean;
  readonly #last: Map<string, number> = new Map();

  /** `everDamaged`: files of that member were damaged on purpose, whatever became of that: rot may be found much later. */
  constructor(group: string, reporter: Reporter, everDamaged: (member: string) => boolean) {
    this.#group = group;
    this.#reporter = reporter;
    this.#everDamaged = everDamaged;
  }

  /** After each step of a member; `logIsDurable` tells whether its log is on its platter up to the checkpoint. */
  saw(member: string, checkpoint: number, logIsDurable: () => boolean): void {
    if (checkpoint === this.#last.get(member)) return;
    this.#last.set(member, checkpoint);
    if (this.#everDamaged(member) || logIsDurable()) return;
    this.#fail(`${member} has a checkpoint at entry ${checkpoint}, which is not on its platter`);
  }

  opened(member: string, { checkpoint, firstIndex }: FoundState): void {
    const last = this.#last.get(member) ?? 0;
    this.#last.set(member, checkpoint);
    if (checkpoint >= last || this.#everDamaged(member)) return;
    // The log was begun anew for a snapshot that was not installed yet: then the state comes from that.
    if (last < firstIndex - 1) return;
    this.#fail(`${member} had a checkpoint at entry ${last}, and after a restart one at ${checkpoint}`);
  }

  #fail(what: string): void {
    this.#reporter.report('checkpoint-durable', `${this.#group}: ${what}`);
  }
}

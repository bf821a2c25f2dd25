import type { Observation } from './observation.ts';
import type { Reporter } from './reporter.ts';

/**
 * What only grows on a member.
 *
 * - term-monotone: the term, over restarts too, and what is saved of it covers what is in use.
 * - commit-monotone, applied-monotone: within a life; nothing is applied that is not committed, or marked that is not
 *   durable here.
 */
export class ProgressCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  readonly #damaged: (member: string) => boolean;
  readonly #last: Map<string, Observation> = new Map();

  /** `damaged`: data of that member was damaged on purpose, so its mark may tell of more than there is. */
  constructor(group: string, reporter: Reporter, damaged: (member: string) => boolean) {
    this.#group = group;
    this.#reporter = reporter;
    this.#damaged = damaged;
  }

  saw(now: Observation): void {
    const { id, term, savedTerm, commit, applied, machineIndex } = now;
    const before = this.#last.get(id);
    this.#last.set(id, now);
    if (savedTerm < term) this.#fail('term-monotone', id, `acts in term ${term}, and has saved ${savedTerm}`);
    if (applied > commit)
      this.#fail('applied-monotone', id, `applied ${applied}, beyond its commit ${commit}`);
    // While a snapshot is installed the machine has it first; the log begins behind it already.
    if (machineIndex > Math.max(applied, now.log.firstIndex() - 1))
      this.#fail('applied-monotone', id, `its machine is at ${machineIndex}, it was handed ${applied}`);
    // While a snapshot is installed the mark is set first, beyond what the member knows as committed.
    if (now.marked > now.durable && now.marked <= commit && !this.#damaged(id))
      this.#fail('durable-mark', id, `marks ${now.marked} as durable, and has synced ${now.durable}`);
    if (before === undefined) return;
    if (term < before.term) this.#fail('term-monotone', id, `goes from term ${before.term} back to ${term}`);
    if (before.life !== now.life) return;
    if (commit < before.commit)
      this.#fail('commit-monotone', id, `goes from commit ${before.commit} back to ${commit}`);
    if (machineIndex < before.machineIndex)
      this.#fail(
        'applied-monotone',
        id,
        `its machine goes from ${before.machineIndex} back to ${machineIndex}`,
      );
  }

  /** Its memory was damaged: what it knew counts no more. */
  forget(member: string): void {
    this.#last.delete(member);
  }

  #fail(checker: string, id: string, what: string): void {
    this.#reporter.report(checker, `${this.#group}: ${id} ${what}`);
  }
}

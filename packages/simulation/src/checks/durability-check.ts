import type { MirrorEntry } from './log-mirror.ts';
import { isQuorum } from './quorums.ts';
import type { Reporter } from './reporter.ts';

/** What a loss of power would leave of a member's log. */
export interface DurableLog {
  holds(entry: MirrorEntry): boolean;
}

export interface DurabilityPorts {
  readonly reporter: Reporter;
  /** Of that member. */
  readonly platter: (member: string) => DurableLog;
  /** Data of that member was damaged on purpose: what it had is not held against anybody. */
  readonly damaged: (member: string) => boolean;
}

/**
 * - committed-durable: what is committed is on the platters of a majority of each half of the voters at that moment.
 * - acknowledged-durable: what a member confirms to its leader is on its own platter at that moment.
 */
export class DurabilityCheck {
  readonly #group: string;
  readonly #ports: DurabilityPorts;

  constructor(group: string, ports: DurabilityPorts) {
    this.#group = group;
    this.#ports = ports;
  }

  /**
   * `configurations`: the halves of each configuration that may have been in force at the commit; a change of members may
   * have taken effect in the same step, but only for what follows it.
   */
  committed(entry: MirrorEntry, configurations: readonly (readonly (readonly string[])[])[]): void {
    const { platter, damaged, reporter } = this.#ports;
    const asked = new Map<string, boolean>();
    const holds = (voter: string): boolean => {
      const known = asked.get(voter) ?? (platter(voter).holds(entry) || damaged(voter));
      asked.set(voter, known);
      return known;
    };
    if (configurations.some((halves) => isQuorum(halves, holds))) return;
    const holders = [...asked].filter(([, held]) => held).map(([voter]) => voter);
    reporter.report(
      'committed-durable',
      `${this.#group}: entry ${entry.index} of term ${entry.term} is committed, and durable on no more than ${holders.join(' ')}`,
    );
  }

  acknowledged(member: string, entry: MirrorEntry): void {
    const { platter, damaged, reporter } = this.#ports;
    if (platter(member).holds(entry) || damaged(member)) return;
    reporter.report(
      'acknowledged-durable',
      `${this.#group}: ${member} confirms entry ${entry.index} of term ${entry.term}, which is not on its platter`,
    );
  }
}

import type { MirrorEntry } from './log-mirror.ts';
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

  /** `halves`: the voters, and in a joint configuration those of both halves apart. */
  committed(entry: MirrorEntry, halves: readonly (readonly string[])[]): void {
    const { platter, damaged, reporter } = this.#ports;
    for (const voters of halves) {
      const needed = Math.floor(voters.length / 2) + 1;
      let holders = 0;
      for (const voter of voters) {
        if (holders < needed && (platter(voter).holds(entry) || damaged(voter))) holders += 1;
      }
      if (holders >= needed) continue;
      reporter.report(
        'committed-durable',
        `${this.#group}: entry ${entry.index} of term ${entry.term} is committed, and durable on ${holders} of ${voters.length} voters`,
      );
    }
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

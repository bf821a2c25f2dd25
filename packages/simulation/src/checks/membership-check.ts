import {
  decodeConfiguration,
  entryBody,
  EntryKind,
  type ConfigurationState,
  type Entry,
} from '@ledgermq/raft';
import { quorumsOverlap } from './quorums.ts';
import type { Reporter } from './reporter.ts';

/** As much of a log as is needed to read the entries by which a configuration came to be. */
export interface MembershipLog {
  firstIndex(): number;
  entries(from: number, to: number, bytesMax: number): readonly Entry[];
}

const READ_BYTES = 1 << 20;

/**
 * membership-overlap: whatever the members of a group were changed to, each configuration shares a member of every
 * quorum with the one before it (paper §6), so no two of them can decide apart.
 */
export class MembershipCheck {
  readonly #group: string;
  readonly #reporter: Reporter;
  /** By member: what it had last, and up to which entry. */
  readonly #known: Map<string, { readonly state: ConfigurationState; readonly applied: number }> = new Map();

  constructor(group: string, reporter: Reporter) {
    this.#group = group;
    this.#reporter = reporter;
  }

  /** A new life may begin with an older configuration. */
  opened(member: string): void {
    this.#known.delete(member);
  }

  /** `state` is never changed in place, so a member that shows the same object has had no change. */
  saw(member: string, state: ConfigurationState, applied: number, log: MembershipLog): void {
    const known = this.#known.get(member);
    if (known?.state === state) return;
    this.#known.set(member, { state, applied });
    if (known === undefined || known.applied + 1 < log.firstIndex()) return;
    let before = known.state;
    for (const after of changesIn(log, known.applied + 1, applied)) {
      if (!quorumsOverlap(before, after)) {
        this.#reporter.report(
          'membership-overlap',
          `${this.#group}: ${member} goes from ${describe(before)} to ${describe(after)}, which can decide apart`,
        );
      }
      before = after;
    }
  }
}

/** Index of the last change of the members from one entry to another; 0 if there is none, or the log begins later. */
export function lastChangeIn(log: MembershipLog, from: number, to: number): number {
  let last = 0;
  if (from >= log.firstIndex()) for (const { index } of changeEntries(log, from, to)) last = index;
  return last;
}

function* changesIn(log: MembershipLog, from: number, to: number): IterableIterator<ConfigurationState> {
  for (const entry of changeEntries(log, from, to)) yield decodeConfiguration(entryBody(entry));
}

function* changeEntries(log: MembershipLog, from: number, to: number): IterableIterator<Entry> {
  for (let next = from; next <= to;) {
    const entries = log.entries(next, to + 1, READ_BYTES);
    if (entries.length === 0) return;
    for (const entry of entries) if (entry.kind === EntryKind.Membership) yield entry;
    next += entries.length;
  }
}

function describe({ voters, votersOutgoing }: ConfigurationState): string {
  return `{${voters.join(' ')}${votersOutgoing.length > 0 ? ` and ${votersOutgoing.join(' ')}` : ''}}`;
}

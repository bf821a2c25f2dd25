import { crc32 } from 'node:zlib';
import { configurationOf, type LogPosition } from '@ledgermq/raft';
import { GroupChecks } from '../../src/checks/group-checks.ts';
import type { MirrorEntry } from '../../src/checks/log-mirror.ts';
import type { LogView, Observation } from '../../src/checks/observation.ts';
import { ViolationList } from '../../src/checks/reporter.ts';

const ENTRY_BYTES = 100;

/** A log of entries that are told apart by their terms and, where it matters, by a mark: "1" or "1x". */
export function logOf(...entries: readonly string[]): LogView {
  const positions: LogPosition[] = [{ index: 0, term: 0, address: 0, hash: 0 }];
  for (const [at, text] of entries.entries()) {
    const before = positions[at] as LogPosition;
    positions.push({
      index: at + 1,
      term: Number.parseInt(text, 10),
      address: before.address + ENTRY_BYTES,
      hash: crc32(`${before.hash} ${text}`),
    });
  }
  return {
    firstIndex: () => 1,
    lastPosition: () => positions.at(-1) as LogPosition,
    positionAt: (index) => positions[index] ?? null,
  };
}

/** A member in its first life that has applied and marked what it knows as committed. */
export function standing(
  id: string,
  role: Observation['role'],
  term: number,
  log: LogView,
  commit: number,
  other: Partial<Observation> = {},
): Observation {
  return {
    id,
    life: 1,
    role,
    term,
    commit,
    lastIndex: log.lastPosition().index,
    applied: commit,
    machineIndex: commit,
    configuration: configurationOf(['a', 'b', 'c']),
    savedTerm: term,
    savedVote: null,
    log,
    marked: commit,
    durable: log.lastPosition().index,
    ...other,
  };
}

export interface CheckedGroup {
  readonly checks: GroupChecks;
  /** Entries (by hash) that are on the platter of a member. */
  readonly platters: Map<string, Set<number>>;
  readonly damaged: Set<string>;
  /** Names of the checks that saw something, in that order. */
  seen(): string[];
  /** What they said. */
  messages(): string[];
  /** As if everything a member holds were synced. */
  sync(id: string, log: LogView): void;
}

/**
 * The checks of a group of three, "a", "b" and "c"; `synced`: nobody confirms what is not on its platter; `halvesFor`: who
 * decides about the entry of an index.
 */
export function checkedGroup(
  synced = true,
  halvesFor: (index: number) => readonly (readonly (readonly string[])[])[] = () => [[['a', 'b', 'c']]],
): CheckedGroup {
  const list = new ViolationList(
    () => 0,
    () => undefined,
  );
  const platters = new Map<string, Set<number>>();
  const damaged = new Set<string>();
  const platter = (id: string): Set<number> => {
    const held = platters.get(id) ?? new Set<number>();
    platters.set(id, held);
    return held;
  };
  const checks = new GroupChecks('g', {
    reporter: list,
    platter: (id) => ({ holds: (entry: MirrorEntry) => platter(id).has(entry.hash) }),
    damaged: (id) => damaged.has(id),
    configurations: (_member, index) => halvesFor(index),
    syncedAcknowledgements: synced,
  });
  return {
    checks,
    platters,
    damaged,
    messages: () => list.violations.map(({ message }) => message),
    seen: () => list.violations.map(({ checker }) => checker),
    sync: (id, log) => {
      for (let index = 1; index <= log.lastPosition().index; index += 1)
        platter(id).add(log.positionAt(index)?.hash ?? 0);
    },
  };
}

/** A leads in term 1 and commits two entries that B has too; nothing of it is wrong. */
export function committedTwo(): CheckedGroup {
  const group = checkedGroup();
  const { checks } = group;
  const log = logOf('1', '1');
  group.sync('a', log);
  group.sync('b', log);
  checks.saw(standing('a', 'leader', 1, logOf('1'), 0));
  checks.saw(standing('b', 'follower', 1, log, 0));
  checks.saw(standing('a', 'leader', 1, log, 2));
  checks.saw(standing('b', 'follower', 1, log, 2));
  return group;
}

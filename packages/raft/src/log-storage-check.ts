import type { ExecutionContext } from 'ava';
import { EntryKind, allocateFrame, sealEntry, type Entry } from './entry.ts';
import type { RaftErrorCode } from './errors.ts';
import type { LogPosition, LogStorage } from './storage.ts';

/** One log of the implementation under test, over several lives of its process. */
export interface LogStorageFixture {
  /** Opens the log; the first call makes a new one. Called again only after `close` or `crash`. */
  open(): Promise<LogStorage>;
  /** Ends a life in good order. */
  close(storage: LogStorage): Promise<void>;
  /** Ends a life by a power cut: what no sync covered may be lost, in whole or from some point on. */
  crash(storage: LogStorage): Promise<void>;
  /** Called once, after the last life has ended. */
  dispose(): Promise<void>;
}

export interface SuiteCase {
  readonly title: string;
  run(t: ExecutionContext, fixture: LogStorageFixture): Promise<void>;
}

/** Small bodies of these terms, for {@link entriesAfter}. */
export function terms(...list: number[]): { term: number; bytes: number }[] {
  return list.map((term) => ({ term, bytes: 16 }));
}

/** Sealed entries that continue `position`; the bodies differ by index, term and `salt`. */
export function entriesAfter(
  position: LogPosition,
  bodies: readonly { readonly term: number; readonly bytes: number; readonly salt?: number }[],
): Entry[] {
  const made: Entry[] = [];
  let { index, address, hash } = position;
  for (const { term, bytes, salt } of bodies) {
    const frame = allocateFrame(bytes);
    index++;
    frame.fill((index * 31 + term * 7 + (salt ?? 0)) & 0xff, frame.length - bytes);
    const kind = bytes === 0 ? EntryKind.NoOp : EntryKind.Data;
    const entry = sealEntry(frame, { index, term, kind, address, prevHash: hash });
    made.push(entry);
    address += frame.length;
    hash = entry.hash;
  }
  return made;
}

/** Position after `entry`. */
export function after(entry: Entry): LogPosition {
  return {
    index: entry.index,
    term: entry.term,
    address: entry.address + entry.frame.length,
    hash: entry.hash,
  };
}

/** The error code that `run` throws. */
export function codeOf(run: () => void): RaftErrorCode | 'none' | 'untyped' {
  try {
    run();
    return 'none';
  } catch (error) {
    // By code, not by class: a copy of this package in another folder has another class.
    if (typeof error === 'object' && error !== null && 'code' in error) return error.code as RaftErrorCode;
    return 'untyped';
  }
}

/** Compares everything the port shows with the list of entries that it should hold. */
export function checkEqual(
  t: ExecutionContext,
  log: LogStorage,
  base: LogPosition,
  expected: readonly Entry[],
  note: string,
): void {
  const first = base.index + 1;
  const last = expected.at(-1);
  t.is(log.firstIndex(), first, `${note}: first index`);
  t.deepEqual(log.lastPosition(), last === undefined ? base : after(last), `${note}: last position`);
  t.deepEqual(log.positionAt(base.index), base, `${note}: position before the first entry`);
  t.is(log.positionAt(first + expected.length), null, `${note}: position behind the end`);
  t.is(log.term(first + expected.length), null, `${note}: term behind the end`);
  for (const entry of expected) {
    t.is(log.term(entry.index), entry.term, `${note}: term of ${entry.index}`);
    t.deepEqual(log.positionAt(entry.index), after(entry), `${note}: position of ${entry.index}`);
  }
  const found = log.entries(first, first + expected.length + 5, Number.MAX_SAFE_INTEGER);
  t.is(found.length, expected.length, `${note}: count of entries`);
  found.forEach((entry, at) => {
    const wanted = expected[at];
    if (wanted === undefined) return;
    t.deepEqual(withoutFrame(entry), withoutFrame(wanted), `${note}: header of ${wanted.index}`);
    t.true(entry.frame.equals(wanted.frame), `${note}: bytes of ${wanted.index}`);
  });
}

/**
 * Fetches the entry at place `at` of the list and compares what memory has then: at least that entry, from it on without
 * a gap, and no more than what was asked for.
 */
export function checkFetched(
  t: ExecutionContext,
  log: LogStorage,
  expected: readonly Entry[],
  at: number,
  note: string,
): Promise<void> {
  const wanted = expected.slice(at);
  const [first] = wanted;
  if (first === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    log.fetchEntry(first.index, (error) => {
      const found = log.entriesInMemory(
        first.index,
        first.index + wanted.length + 5,
        Number.MAX_SAFE_INTEGER,
      );
      t.is(error, null, `${note}: fetching ${first.index}`);
      t.true(found.length > 0 && found.length <= wanted.length, `${note}: ${found.length} in memory`);
      found.forEach((entry, i) => {
        const { frame, ...header } = wanted[i] ?? first;
        t.deepEqual(withoutFrame(entry), header, `${note}: header of ${entry.index}`);
        t.true(entry.frame.equals(frame), `${note}: bytes of ${entry.index}`);
      });
      t.deepEqual(
        log.entriesInMemory(first.index, first.index + 2, 1).map(({ index }) => index),
        [first.index],
        `${note}: the first one at any size, and one that fits no more`,
      );
      resolve();
    });
  });
}

function withoutFrame(entry: Entry): Omit<Entry, 'frame'> {
  const { index, term, kind, address, hash, prevHash } = entry;
  return { index, term, kind, address, hash, prevHash };
}

/** Position after the last of `entries`, `base` for none. */
export function positionAfterLast(entries: readonly Entry[], base: LogPosition): LogPosition {
  const last = entries.at(-1);
  return last === undefined ? base : after(last);
}

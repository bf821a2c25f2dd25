import {
  KeyIndex,
  StoreError,
  type Disk,
  type KeyEntry,
  type KeyIndexConfig,
  type SegmentLog,
} from '@ledgermq/store';
import { visitKeys } from '../replication/entry-keys.ts';
import type { Findings } from './findings.ts';

type ReadableLog = Pick<
  SegmentLog,
  'entries' | 'firstIndex' | 'startAddress' | 'positionAt' | 'lastPosition'
>;

export interface KeyIndexCheck {
  readonly disk: Disk;
  readonly directory: string;
  readonly log: ReadableLog;
  readonly settings: Partial<KeyIndexConfig>;
  readonly findings: Findings;
  readonly onProgress: (index: number) => void;
}

const CHUNK_BYTES = 1024 * 1024;

/** Checks the files of the key index, and then key by key that they hold what the log says. */
export async function checkKeyIndex(check: KeyIndexCheck): Promise<void> {
  const { disk, directory, log, settings, findings } = check;
  let index: KeyIndex | null = null;
  try {
    if (disk.exists(directory)) index = KeyIndex.open(disk, directory, settings);
    if (index === null) {
      findings.note('key-index', 'there is none, a start builds it');
      return;
    }
    const { completeTo } = index;
    if (log.positionAt(completeTo.index)?.hash !== completeTo.hash) {
      findings.damage(
        'key-index',
        `it is complete up to entry ${completeTo.index}, which the log does not hold`,
      );
      return;
    }
    for (const { file, fault } of index.verify())
      if (fault !== null) findings.damage('key-index', `${file}: ${fault}`);
    if (!findings.isDamaged('key-index')) compareKeys(check, index);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'INDEX_CORRUPT') throw error;
    findings.damage('key-index', error.message);
  } finally {
    await index?.close();
  }
}

/** Builds the key index anew in a directory that holds none, up to an entry. */
export async function buildKeyIndex(check: Omit<KeyIndexCheck, 'findings'>, upTo: number): Promise<void> {
  const { disk, directory, log, settings, onProgress } = check;
  const before = log.firstIndex() - 1;
  const start = { index: before, hash: log.positionAt(before)?.hash ?? 0 };
  const index = KeyIndex.begin(disk, directory, settings, start, 'doubtful');
  try {
    forEntries(log, upTo, onProgress, (entry) => {
      visitKeys(entry, (hash, address, storeTimestamp) => {
        index.add(hash, address, storeTimestamp);
      });
      index.complete({ index: entry.index, hash: entry.hash });
    });
    await index.checkpoint();
  } finally {
    await index.close();
  }
}

function compareKeys({ log, findings, onProgress }: KeyIndexCheck, index: KeyIndex): void {
  const held = keysWithin(index, log.startAddress());
  let next = held.next();
  // The oldest files go when there are too many: then the index begins later than the log.
  const from = next.done === true ? 0 : next.value.address;
  let fault: string | null = null;
  forEntries(log, index.completeTo.index, onProgress, (entry) => {
    visitKeys(entry, (hash, address) => {
      if (fault !== null || address < from) return;
      if (next.done === true) fault = `lacks a key of the message at ${address}`;
      else if (next.value.address !== address || next.value.hash !== hash)
        fault = `is not what the log says at ${address}`;
      else next = held.next();
    });
  });
  if (fault === null && next.done !== true)
    fault = `holds a key at ${next.value.address} of which the log knows nothing`;
  if (fault !== null) findings.damage('key-index', `the index ${fault}`);
}

function* keysWithin(index: KeyIndex, startAddress: number): Generator<KeyEntry, void, undefined> {
  for (const entry of index.entries()) if (entry.address >= startAddress) yield entry;
}

function forEntries(
  log: ReadableLog,
  upTo: number,
  onProgress: (index: number) => void,
  visit: (entry: ReturnType<ReadableLog['entries']>[number]) => void,
): void {
  for (let from = log.firstIndex(); from <= upTo;) {
    const entries = log.entries(from, upTo + 1, CHUNK_BYTES);
    if (entries.length === 0) return;
    entries.forEach(visit);
    from += entries.length;
    onProgress(from - 1);
  }
}

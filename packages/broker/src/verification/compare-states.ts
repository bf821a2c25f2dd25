import { createHash } from 'node:crypto';
import { QueueUnits, StoreError, type DerivedState, type QueueIndex, type StateEntry } from '@ledgermq/store';

const UNITS_PER_READ = 1024;
const DIFFERENCES_MAX = 20;

/** What a state has unlike the one that the log makes, both as opened at their last checkpoint at `index`; at most some of it. */
export async function compareStates(
  own: DerivedState,
  rebuilt: DerivedState,
  index: number,
): Promise<readonly string[]> {
  const found = [
    ...compareRows(own.takeEntries(), rebuilt.takeEntries()),
    ...compareQueues(own.queueIndex, rebuilt.queueIndex),
  ];
  if (found.length > 0) return found.slice(0, DIFFERENCES_MAX);
  // What is left are the ids of messages by which repeated sends are known.
  const [mine, theirs] = [await digestOf(own, index), await digestOf(rebuilt, index)];
  return mine === theirs ? [] : ['the ids of messages already stored are not those of the log'];
}

function compareRows(own: readonly StateEntry[], other: readonly StateEntry[]): string[] {
  const values = new Map(other.map(({ key, value }) => [key.toString('latin1'), value]));
  const found: string[] = [];
  for (const { key, value } of own) {
    const name = key.toString('latin1');
    const expected = values.get(name);
    values.delete(name);
    if (expected === undefined) found.push(`row "${key.toString()}" is not made by the log`);
    else if (!expected.equals(value)) found.push(`row "${key.toString()}" is not as the log makes it`);
  }
  for (const name of values.keys()) found.push(`row "${Buffer.from(name, 'latin1').toString()}" is missing`);
  return found;
}

function compareQueues(own: QueueIndex, other: QueueIndex): string[] {
  const found: string[] = [];
  const [mine, theirs] = [new QueueUnits(UNITS_PER_READ), new QueueUnits(UNITS_PER_READ)];
  for (let number = 0; number < Math.max(own.queueCount, other.queueCount); number += 1) {
    const fault = compareQueue(own, other, number, mine, theirs);
    if (fault !== null) found.push(`queue number ${number} ${fault}`);
  }
  return found;
}

function compareQueue(
  own: QueueIndex,
  other: QueueIndex,
  number: number,
  mine: QueueUnits,
  theirs: QueueUnits,
): string | null {
  const next = own.nextOffset(number);
  if (next !== other.nextOffset(number)) return `ends at ${next}, not at ${other.nextOffset(number)}`;
  try {
    own.verify(number);
    for (let offset = Math.max(own.minOffset(number), other.minOffset(number)); offset < next;) {
      const count = own.read(number, offset, UNITS_PER_READ, mine);
      if (count === 0 || other.read(number, offset, count, theirs) !== count)
        return `cannot be read at ${offset}`;
      for (let at = 0; at < count; at += 1) {
        if (!sameUnit(mine, theirs, at)) return `leads elsewhere at offset ${offset + at}`;
      }
      offset += count;
    }
  } catch (error) {
    if (error instanceof StoreError && error.code === 'INDEX_CORRUPT') return `is damaged: ${error.message}`;
    throw error;
  }
  return null;
}

function sameUnit(mine: QueueUnits, theirs: QueueUnits, at: number): boolean {
  return (
    mine.addresses[at] === theirs.addresses[at] &&
    mine.sizes[at] === theirs.sizes[at] &&
    mine.tagsCodes[at] === theirs.tagsCodes[at] &&
    mine.storeTimestamps[at] === theirs.storeTimestamps[at]
  );
}

/** Equal states give equal snapshots, byte by byte. */
async function digestOf(state: DerivedState, index: number): Promise<string> {
  const content = state.exportSnapshot(index);
  const hash = createHash('sha256');
  try {
    for await (const part of content) hash.update(part);
  } finally {
    content.close();
  }
  return hash.digest('hex');
}

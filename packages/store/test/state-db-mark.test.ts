import { crc32 } from 'node:zlib';
import test from 'ava';
import { StoreError } from '../src/errors.ts';
import { MemoryLevel } from '../src/memory-level.ts';
import { callerPrefix, markPrefix, queueBlockPrefix, queuePagePrefix, StateDb } from '../src/state-db.ts';
import type { CheckpointMark, StateOperation } from '../src/state-db.ts';

const OWNER = 4_711;
const ENCODING = { keyEncoding: 'buffer', valueEncoding: 'buffer', sync: true } as const;
const MARK_KEY = Buffer.from([markPrefix]);
const MARK: CheckpointMark = {
  appliedIndex: 42,
  uniqKeys: { head: 3, tail: 1, newestTimestamp: 99, fileCapacity: 128 },
};

function keyOf(prefix: number, name: string): Buffer {
  return Buffer.concat([Buffer.from([prefix]), Buffer.from(name)]);
}

const page = keyOf(queuePagePrefix, 'page');
const block = keyOf(queueBlockPrefix, 'block');

/** A database after two checkpoints: rows that came, changed and went. */
async function stored(owner = OWNER): Promise<MemoryLevel> {
  const level = new MemoryLevel();
  const db = await StateDb.open(level.connect(), owner);
  await db.load();
  const puts = [
    { key: 'topic', value: 'four queues' },
    { key: 'gone', value: 'soon' },
  ];
  const indexPuts = [
    { key: page, value: Buffer.from('0 to 15') },
    { key: block, value: Buffer.from('block') },
  ];
  await db.commit({ mark: { ...MARK, appliedIndex: 41 }, indexPuts, indexDeletes: [], puts, deletes: [] });
  const changed = [{ key: 'topic', value: 'eight queues' }];
  await db.commit({ mark: MARK, indexPuts: [], indexDeletes: [], puts: changed, deletes: ['gone'] });
  await db.close();
  return level;
}

async function change(level: MemoryLevel, ...operations: StateOperation[]): Promise<void> {
  const connection = level.connect();
  await connection.open();
  await connection.batch(operations, ENCODING);
  await connection.close();
}

async function storedMark(level: MemoryLevel): Promise<Buffer> {
  const connection = level.connect();
  await connection.open();
  const bounds = { keyEncoding: 'buffer', valueEncoding: 'buffer', gte: MARK_KEY } as const;
  for await (const [key, value] of connection.iterator({ ...bounds, lt: Buffer.from([markPrefix + 1]) })) {
    if (key.equals(MARK_KEY)) {
      await connection.close();
      return Buffer.from(value);
    }
  }
  throw new Error('there is no mark');
}

/** The code and text of what loading says, or null if it takes it for sound. */
async function complaint(level: MemoryLevel, owner = OWNER): Promise<string | null> {
  const db = await StateDb.open(level.connect(), owner);
  try {
    const { mark } = await db.load();
    if (mark?.appliedIndex !== 42) throw new Error(`the mark is at ${mark?.appliedIndex ?? 0}`);
    return null;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return `${error.code}: ${error.message}`;
  } finally {
    await db.close();
  }
}

const put = (key: Buffer, value: string | Buffer): StateOperation => ({
  type: 'put',
  key,
  value: Buffer.from(value),
});
const lost = /^INDEX_CORRUPT: .*has lost rows of its last checkpoint, or has others/;

for (const [what, operation, expected] of [
  ['a row that is gone', { type: 'del', key: keyOf(callerPrefix, 'topic') }, lost],
  ['a row that came back', put(keyOf(callerPrefix, 'gone'), 'soon'), lost],
  ['a row with the value of the checkpoint before', put(keyOf(callerPrefix, 'topic'), 'four queues'), lost],
  ['a page of the queue directory that is gone', { type: 'del', key: page }, lost],
  ['a page of the queue directory that changed', put(page, '0 to 14'), lost],
  ['no mark beside rows', { type: 'del', key: MARK_KEY }, /^INDEX_CORRUPT: .*has no mark/],
  ['a second mark', put(keyOf(markPrefix, 'x'), 'mark'), /^INDEX_CORRUPT: .*has a second mark/],
  ['a mark of another length', put(MARK_KEY, 'short'), /^INDEX_CORRUPT: .*wrong length/],
] as const) {
  test(`${what} is noticed`, async (t) => {
    const level = await stored();
    t.is(await complaint(level), null);
    await change(level, operation);
    t.regex(String(await complaint(level)), expected);
  });
}

test('a block of a queue is not part of the check: whoever reads it checks it', async (t) => {
  const level = await stored();
  await change(level, { type: 'del', key: block });
  t.is(await complaint(level), null);
});

test('the state of another owner is not used, whatever its rows are', async (t) => {
  t.regex(String(await complaint(await stored(OWNER + 1))), /damaged mark, or that of another member/);
  t.is(await complaint(await stored(OWNER + 1), OWNER + 1), null);
});

test('every byte of the mark is checked', async (t) => {
  const level = await stored();
  const mark = await storedMark(level);
  for (let at = 0; at < mark.length; at += 1) {
    const damaged = Buffer.from(mark);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await change(level, put(MARK_KEY, damaged));
    t.regex(String(await complaint(level)), /^INDEX_CORRUPT: /, `byte ${at}`);
  }
  await change(level, put(MARK_KEY, mark));
  t.is(await complaint(level), null);
});

test('a mark of another version is not read', async (t) => {
  const level = await stored();
  for (const version of [2, 4]) {
    const mark = await storedMark(level);
    mark.writeUInt32LE(version, 0);
    mark.writeUInt32LE(crc32(mark.subarray(0, mark.length - 4), OWNER), mark.length - 4);
    await change(level, put(MARK_KEY, mark));
    t.regex(String(await complaint(level)), /unknown version/, `version ${version}`);
  }
});

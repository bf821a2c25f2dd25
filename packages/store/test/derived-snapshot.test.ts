import { join } from 'node:path/posix';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { parseDerivedStateConfig } from '../src/derived-config.ts';
import { ContentReader } from '../src/derived-snapshot.ts';
import { openDerivedState, replaceDerivedState } from '../src/derived-state.ts';
import type { DerivedState } from '../src/derived-state.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import { NodeDisk } from '../src/node-disk.ts';
import { nodeLevel } from '../src/state-db.ts';
import {
  DIRECTORY,
  DerivedWorld,
  appendUnit,
  randomFrom,
  readUnits,
  tinyLimits,
  unitAt,
} from './derived-fixture.ts';
import { storeErrorFrom, storeErrorOf, temporaryDirectory } from './log-fixture.ts';

const modes: readonly CrashMode[] = ['kill', 'lose', 'tear', 'reorder'];

function insertKey(state: DerivedState, name: string, storeTimestamp: number): void {
  const bytes = Buffer.from(name);
  state.uniqKeys.insert(1, bytes, 0, bytes.length, 2, 3, storeTimestamp + 1, storeTimestamp);
}

function hasKey(state: DerivedState, name: string): boolean {
  const bytes = Buffer.from(name);
  return state.uniqKeys.find(1, bytes, 0, bytes.length) >= 0;
}

/** Entries [from, to): each appends a unit to one of a few queues and remembers a key. */
function apply(state: DerivedState, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const queue = (index * 7) % 5;
    appendUnit(state.queueIndex, queue, unitAt(queue, state.queueIndex.nextOffset(queue)));
    insertKey(state, `key-${index}`, index);
  }
}

function putsOf(index: number): { key: string; value: string }[] {
  return [
    { key: 'applied', value: String(index) },
    { key: `row-${index}`, value: 'x'.repeat(index % 50) },
  ];
}

function checkpoint(world: DerivedWorld, state: DerivedState, appliedIndex: number): Promise<void> {
  return world.settle(state.checkpoint({ appliedIndex, puts: putsOf(appliedIndex), deletes: [] }));
}

async function collect(world: DerivedWorld, content: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  await world.settle(
    (async (): Promise<void> => {
      for await (const part of content) parts.push(part);
    })(),
  );
  return Buffer.concat(parts);
}

/** Pieces of a content, cut at whatever places. */
function pieces(content: Buffer, bytes: number): AsyncIterable<Buffer> {
  return (async function* cut(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < content.length; at += bytes)
      yield await Promise.resolve(content.subarray(at, at + bytes));
  })();
}

/** The content of the state after entries 1 .. 99. */
async function contentAt99(): Promise<Buffer> {
  const world = new DerivedWorld();
  const state = await world.open();
  apply(state, 1, 100);
  await checkpoint(world, state, 99);
  return collect(world, state.exportSnapshot(99));
}

test('equal states give equal bytes, however they came to be', async (t) => {
  const straight = await contentAt99();
  // Other block places, another ring position and order of checkpoints, retention: none of it shows.
  const world = new DerivedWorld();
  const state = await world.open();
  apply(state, 1, 40);
  await world.settle(
    state.checkpoint({ appliedIndex: 39, puts: [{ key: 'row-99', value: 'old' }], deletes: [] }),
  );
  state.queueIndex.setMinOffset(0, 3);
  await world.crash('lose', randomFrom(5));
  const reopened = await world.open();
  apply(reopened, 40, 100);
  reopened.queueIndex.setMinOffset(1, 7);
  await checkpoint(world, reopened, 99);
  t.true((await collect(world, reopened.exportSnapshot(99))).equals(straight));
  // And through an import and more entries.
  const other = new DerivedWorld();
  const imported = await other.settle(
    (await other.open()).importSnapshot({ index: 99, content: pieces(straight, 1000) }),
  );
  for (const [one, where] of [
    [imported, other],
    [reopened, world],
  ] as const) {
    apply(one, 100, 150);
    await checkpoint(where, one, 149);
  }
  const [left, right] = [
    await collect(other, imported.exportSnapshot(149)),
    await collect(world, reopened.exportSnapshot(149)),
  ];
  t.true(left.equals(right));
  t.false(left.equals(straight));
});

test('what is imported: rows, keys, and queues that begin where they end', async (t) => {
  const content = await contentAt99();
  for (const bytes of [1, 7, 48, 100_000]) {
    const world = new DerivedWorld();
    const old = await world.open();
    apply(old, 1, 30);
    let state = await world.settle(old.importSnapshot({ index: 99, content: pieces(content, bytes) }));
    for (let round = 0; round < 2; round += 1) {
      t.is(state.appliedIndex, 99);
      t.deepEqual(
        state.takeEntries().map(({ key, value }) => `${key.toString()}=${value.toString()}`),
        ['applied=99', `row-99=${'x'.repeat(49)}`],
      );
      for (let queue = 0; queue < 5; queue += 1) {
        t.true(state.queueIndex.nextOffset(queue) > 0);
        t.is(state.queueIndex.minOffset(queue), state.queueIndex.nextOffset(queue));
        state.queueIndex.verify(queue);
      }
      t.true(hasKey(state, 'key-99') && hasKey(state, 'key-36') && !hasKey(state, 'key-35'));
      await world.settle(state.close());
      state = await world.open();
    }
    const next = state.queueIndex.nextOffset(2);
    appendUnit(state.queueIndex, 2, unitAt(2, next));
    for (let more = next + 1; more < next + 600; more += 1) appendUnit(state.queueIndex, 2, unitAt(2, more));
    await checkpoint(world, state, 800);
    await world.crash('lose', randomFrom(bytes));
    const last = await world.open();
    t.deepEqual(
      readUnits(last.queueIndex, 2, next),
      Array.from({ length: 600 }, (_, at) => unitAt(2, next + at)),
    );
    last.queueIndex.verify(2);
    await world.settle(last.settled());
    t.deepEqual(world.disk.list(DIRECTORY), ['2', 'current']);
  }
});

test('an export shows its checkpoint, whatever is applied and checkpointed meanwhile', async (t) => {
  const expected = await contentAt99();
  const world = new DerivedWorld();
  const state = await world.open();
  apply(state, 1, 100);
  await checkpoint(world, state, 99);
  const parts: Buffer[] = [];
  const reading = (async (): Promise<void> => {
    for await (const part of state.exportSnapshot(99)) parts.push(part);
  })();
  for (let round = 0; round < 6; round += 1) {
    apply(state, 100 + round * 10, 110 + round * 10);
    for (let queue = 0; queue < 5; queue += 1) {
      state.queueIndex.setMinOffset(queue, state.queueIndex.nextOffset(queue));
    }
    await checkpoint(world, state, 109 + round * 10);
  }
  await world.settle(reading);
  t.true(Buffer.concat(parts).equals(expected));
});

test('while keys are being exported, inserts stop before they overwrite them, and go on afterwards', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  apply(state, 1, 65);
  await checkpoint(world, state, 64);
  const taken = state.exportSnapshot(64);
  apply(state, 65, 112);
  await checkpoint(world, state, 111);
  t.false(state.mustWait);
  apply(state, 112, 113);
  await checkpoint(world, state, 112);
  t.true(state.mustWait);
  t.true((await collect(world, taken)).length > 64 * 48);
  t.false(state.mustWait);
  apply(state, 113, 150);
  const given = state.exportSnapshot(112);
  given.close();
  await checkpoint(world, state, 149);
  t.false(state.mustWait);
});

test('an export is refused at another index than the last checkpoint, and while one is written', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  t.is(storeErrorOf(() => state.exportSnapshot(0)).code, 'INDEX_RANGE');
  apply(state, 1, 10);
  await checkpoint(world, state, 9);
  t.is(storeErrorOf(() => state.exportSnapshot(8)).code, 'INDEX_RANGE');
  const running = state.checkpoint({ appliedIndex: 10, puts: [], deletes: [] });
  t.is(storeErrorOf(() => state.exportSnapshot(9)).code, 'LIMIT_EXCEEDED');
  await world.settle(running);
  state.exportSnapshot(10).close();
});

test('a damaged content is refused and the state stays what it was', async (t) => {
  const content = await contentAt99();
  const world = new DerivedWorld();
  const state = await world.open();
  apply(state, 1, 30);
  await checkpoint(world, state, 29);
  const damages: readonly Buffer[] = [
    content.subarray(0, 10),
    content.subarray(0, content.length - 1),
    content.subarray(0, 32 + 48 * 5 + 3),
    Buffer.concat([content, Buffer.alloc(1)]),
    Buffer.concat([Buffer.from([1]), content.subarray(1)]),
  ];
  for (const damaged of damages) {
    const importing = state.importSnapshot({ index: 99, content: pieces(damaged, 500) });
    t.is((await storeErrorFrom(world.settle(importing))).code, 'SNAPSHOT_CORRUPT');
  }
  const wrong = state.importSnapshot({ index: 98, content: pieces(content, 500) });
  t.is((await storeErrorFrom(world.settle(wrong))).code, 'SNAPSHOT_CORRUPT');
  t.is(state.appliedIndex, 29);
  apply(state, 30, 40);
  await checkpoint(world, state, 39);
  await world.settle(state.close());
  t.is((await world.open()).appliedIndex, 39);
});

for (const mode of modes) {
  test(`a crash (${mode}) between any two steps of an import leaves the old state or the new one`, async (t) => {
    const content = await contentAt99();
    const seen = new Set<number>();
    for (let steps = 0; ; steps += 1) {
      const world = new DerivedWorld();
      const state = await world.open();
      apply(state, 1, 30);
      await checkpoint(world, state, 29);
      let done = false;
      state.importSnapshot({ index: 99, content: pieces(content, 1500) }).then(
        () => {
          done = true;
        },
        () => undefined,
      );
      await world.step(steps);
      await new Promise((resolve) => setImmediate(resolve));
      const finished: boolean = done;
      await world.crash(mode, randomFrom(steps * 17 + 3));
      const reopened = await world.open();
      seen.add(reopened.appliedIndex);
      t.true(reopened.appliedIndex === 99 || (reopened.appliedIndex === 29 && !finished));
      if (reopened.appliedIndex === 29) {
        t.deepEqual(readUnits(reopened.queueIndex, 0, 0).length, reopened.queueIndex.nextOffset(0));
        // The next attempt does not stumble over the remains of this one.
        const again = await world.settle(
          reopened.importSnapshot({ index: 99, content: pieces(content, 9000) }),
        );
        checkImported(t, again);
      } else {
        checkImported(t, reopened);
      }
      if (finished) break;
    }
    t.deepEqual([...seen].sort(), [29, 99]);
  });
}

test('folders that somebody else put beside the state are neither used for another one nor removed', async (t) => {
  const world = new DerivedWorld();
  const state = await world.open();
  await world.settle(state.settled());
  const foreign = ['2', '3', '1.before', '7.bak'].map((name) => join(DIRECTORY, name, 'notes'));
  for (const path of foreign) {
    world.disk.mkdir(join(path, '..'));
    world.disk.open(path, 'create').close();
  }
  const imported = await world.settle(
    state.importSnapshot({ index: 99, content: pieces(await contentAt99(), 5000) }),
  );
  checkImported(t, imported);
  await world.settle(imported.settled());
  t.false(world.disk.exists(join(DIRECTORY, '1')));
  const kept = foreign.map((path) => path.replace('/2/', '/set-aside/2.at-0.foreign.1/'));
  t.deepEqual(
    kept.filter((path) => !world.disk.exists(path)),
    [],
  );
});

function checkImported(t: ExecutionContext, state: DerivedState): void {
  t.is(state.appliedIndex, 99);
  t.is(state.takeEntries().length, 2);
  t.is(state.uniqKeys.size, 64);
  for (let queue = 0; queue < 5; queue += 1) state.queueIndex.verify(queue);
}

test('a directory that cannot be used is replaced, by nothing or by a snapshot, and is kept aside', async (t) => {
  const content = await contentAt99();
  for (const withSnapshot of [false, true]) {
    for (const [name, damage] of [
      ['1/queue-index.dat', null],
      ['current', Buffer.alloc(8192)],
      ['current', null],
    ] as const) {
      const world = new DerivedWorld();
      const state = await world.open();
      apply(state, 1, 50);
      await checkpoint(world, state, 49);
      await world.settle(state.close());
      const path = join(DIRECTORY, name);
      if (damage === null) world.disk.drop(path);
      else world.disk.corrupt(path, 0, damage);
      t.is((await storeErrorFrom(world.open())).code, 'INDEX_CORRUPT', name);
      const snapshot = withSnapshot ? { index: 99, content: pieces(content, 5000) } : null;
      const fresh = await world.settle(replaceDerivedState(world.ports, DIRECTORY, tinyLimits, snapshot));
      t.is(fresh.appliedIndex, withSnapshot ? 99 : 0);
      if (withSnapshot) checkImported(t, fresh);
      t.true(world.disk.list(join(DIRECTORY, 'set-aside')).length > 0);
      apply(fresh, 100, 120);
      await checkpoint(world, fresh, 120);
      await world.crash('lose', randomFrom(1));
      t.is((await world.open()).appliedIndex, 120);
    }
  }
});

test('a checkpoint waits until the log is durable up to its index', async (t) => {
  const world = new DerivedWorld();
  const asked: number[] = [];
  let sync: () => void = () => undefined;
  world.syncedUpTo = (index): Promise<void> => {
    asked.push(index);
    return asked.length > 1
      ? Promise.resolve()
      : new Promise((resolve) => {
          sync = resolve;
        });
  };
  const state = await world.open();
  apply(state, 1, 20);
  const running = state.checkpoint({ appliedIndex: 19, puts: [], deletes: [] });
  await world.step(100);
  t.is(state.appliedIndex, 0);
  running.catch(() => undefined);
  await world.crash('lose', randomFrom(1));
  sync();
  await world.step(100);
  const next = await world.open();
  t.is(next.appliedIndex, 0, 'nothing was committed before the log was durable');
  apply(next, 1, 20);
  const again = next.checkpoint({ appliedIndex: 19, puts: [], deletes: [] });
  await world.settle(again);
  t.deepEqual(asked, [19, 19]);
  t.is(next.appliedIndex, 19);
});

test('a content is read the same, however it is cut', async (t) => {
  const content = await contentAt99();
  const read = (cuts: readonly number[]): string[] => {
    const seen: string[] = [];
    const reader = new ContentReader({
      header: (header) => seen.push(JSON.stringify(header)),
      key: (words, at) => seen.push(words.subarray(at, at + 12).join()),
      row: (key, value) => seen.push(`${key.toString('hex')}=${value.toString('hex')}`),
      queue: (queueNumber, next) => seen.push(`${queueNumber}:${next}`),
    });
    let at = 0;
    for (const cut of [...cuts].sort((left, right) => left - right)) {
      reader.push(content.subarray(at, cut));
      at = cut;
    }
    reader.push(content.subarray(at));
    reader.end();
    return seen;
  };
  const whole = read([]);
  t.is(whole.length, 1 + 64 + 2 + 5);
  fc.assert(
    fc.property(fc.array(fc.nat(content.length), { maxLength: 30 }), (cuts) => {
      t.deepEqual(read(cuts), whole);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test('on the real disk and LevelDB, with checkpoints meanwhile', async (t) => {
  const folder = temporaryDirectory();
  t.teardown(folder.remove);
  const ports = { disk: new NodeDisk(), level: nodeLevel, immediate: setImmediate };
  const settings = parseDerivedStateConfig(tinyLimits);
  const state = await openDerivedState(ports, join(folder.path, 'one'), settings);
  apply(state, 1, 100);
  await state.checkpoint({ appliedIndex: 99, puts: putsOf(99), deletes: [] });
  const taken = state.exportSnapshot(99);
  apply(state, 100, 110);
  await state.checkpoint({ appliedIndex: 109, puts: putsOf(109), deletes: ['applied'] });
  const parts: Buffer[] = [];
  for await (const part of taken) parts.push(part);
  const content = Buffer.concat(parts);
  t.true(content.equals(await contentAt99()));
  const target = await openDerivedState(ports, join(folder.path, 'two'), settings);
  const imported = await target.importSnapshot({ index: 99, content: pieces(content, 4096) });
  checkImported(t, imported);
  await imported.close();
  const again = await openDerivedState(ports, join(folder.path, 'two'), settings);
  checkImported(t, again);
  await again.close();
  await state.close();
});

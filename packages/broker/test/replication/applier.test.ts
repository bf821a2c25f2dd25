import test from 'ava';
import { noStoreMetrics } from '@ledgermq/store';
import type { ExecutionContext } from 'ava';
import { StoreError, type DerivedStateConfig } from '@ledgermq/store';
import { configurationOf, type Entry, type LogPosition } from '@ledgermq/raft';
import { Applier, type ApplierConfig } from '../../src/replication/applier.ts';
import { EntryWaiters } from '../../src/replication/entry-waiters.ts';
import type { SendOutcome } from '../../src/replication/outcome.ts';
import { PendingEntries } from '../../src/replication/pending-entries.ts';
import { EntryChain } from '../machine/entry-chain.ts';
import { MachineWorld, putTopic, settle, stateOf, type MachineLife } from '../machine/machine-world.ts';
import { VirtualClock } from '../virtual-clock.ts';

const NEVER: ApplierConfig = {
  checkpointBytes: 1e9,
  checkpointRecords: 1e9,
  checkpointIntervalMs: 1e9,
  replayBytesMax: 1e9,
  replayRecordsMax: 1e9,
};
/** Small enough that 28 ids without a checkpoint are too many. */
const FEW_KEYS: Partial<DerivedStateConfig> = { uniqKeyCountMax: 16 };
const KEYS_BEFORE_WAIT = 28;
const MEMBERS = configurationOf(['n1', 'n2', 'n3']);

class Fixture {
  readonly clock: VirtualClock = new VirtualClock();
  readonly pending: PendingEntries = new PendingEntries();
  readonly log: EntryChain;
  readonly world: MachineWorld;
  readonly life: MachineLife;
  readonly applier: Applier;
  readonly told: string[] = [];
  readonly fatal: Error[] = [];
  /** Indexes after which a snapshot is due, and what was taken. */
  readonly snapshotsDueAt: number[] = [];
  firstIndex = 1;
  hasRoom = true;
  readonly snapshots: { readonly position: LogPosition; readonly checkpointed: number }[] = [];

  private constructor(config: ApplierConfig, world: MachineWorld, life: MachineLife, log: EntryChain) {
    this.world = world;
    this.life = life;
    this.log = log;
    const ports = {
      machine: life.machine,
      derived: () => life.derived,
      configuration: () => MEMBERS,
      install: () => Promise.resolve(),
      onAdvanced: () => undefined,
      pending: this.pending,
      // One entry at a time, so that catching up takes several turns.
      log: { entries: (from: number) => log.read(from, from + 1), firstIndex: () => this.firstIndex },
      clock: this.clock,
      leader: () => 'n2',
      onArrival: (...arrival: unknown[]) => this.told.push(`arrival ${arrival.join(' ')}`),
      onTopics: () => this.told.push('topics'),
      onApplied: () => this.told.push('applied'),
      onFatal: (error: Error) => this.fatal.push(error),
      metrics: noStoreMetrics,
      mayCheckpoint: () => this.hasRoom,
      snapshots: {
        passed: () => undefined,
        due: (entry: Entry) => this.snapshotsDueAt.includes(entry.index),
        take: (position: LogPosition): void => {
          this.snapshots.push({ position, checkpointed: life.derived.appliedIndex });
        },
      },
    };
    this.applier = new Applier(config, ports, 0);
  }

  static async open(
    config: ApplierConfig,
    world: MachineWorld = new MachineWorld(),
    log: EntryChain = new EntryChain(),
  ): Promise<Fixture> {
    return new Fixture(config, world, await world.open(), log);
  }

  /** One entry with a message to queue 0 of T, and the topic if it is the first. */
  next(uniqKey?: string): Entry {
    const commands = this.log.entries.length === 0 ? [putTopic('T')] : [];
    return this.log.data([{ topic: 'T', ...(uniqKey === undefined ? {} : { uniqKey }) }], commands);
  }

  get checkpointed(): number {
    return this.life.derived.appliedIndex;
  }
}

/** The state is that of a machine which applied the same entries without ever stopping. */
async function sameAsStraight(
  t: ExecutionContext,
  life: MachineLife,
  entries: readonly Entry[],
): Promise<void> {
  const straight = await new MachineWorld(FEW_KEYS).open();
  const applier = new Applier(
    { ...NEVER, checkpointBytes: 1, checkpointIntervalMs: 1 },
    {
      machine: straight.machine,
      derived: () => straight.derived,
      configuration: () => MEMBERS,
      install: () => Promise.resolve(),
      onAdvanced: () => undefined,
      pending: new PendingEntries(),
      log: { entries: () => [], firstIndex: () => 1 },
      clock: new VirtualClock(),
      leader: () => null,
      onArrival: () => undefined,
      onTopics: () => undefined,
      onApplied: () => undefined,
      onFatal: (error) => t.fail(error.message),
      metrics: noStoreMetrics,
      mayCheckpoint: () => true,
      snapshots: { passed: () => undefined, due: () => false, take: () => undefined },
    },
    0,
  );
  for (const entry of entries) {
    applier.apply([entry]);
    await settle();
  }
  t.deepEqual(stateOf(life), stateOf(straight));
}

test('waiters are settled, then arrivals are told once per queue, then the end of the turn', async (t) => {
  const fixture = await Fixture.open(NEVER);
  const waiters = new EntryWaiters((error) => t.fail(String(error)));
  waiters.addRecord((outcome: SendOutcome) => fixture.told.push(outcome.type));
  const first = fixture.next();
  fixture.pending.add(first.index, first.term, waiters, 1, 1);
  fixture.applier.apply([first, fixture.next(), fixture.log.noOp(3)]);
  t.deepEqual(fixture.told, ['stored', 'topics', 'arrival T 0 2 0', 'applied']);
  const last = fixture.log.entries[2] as Entry;
  t.deepEqual(
    [fixture.applier.appliedIndex, fixture.applier.appliedTerm, fixture.applier.appliedEnd],
    [3, 3, last.address + last.frame.length],
  );
  fixture.applier.apply([]);
  t.is(fixture.told.length, 4);
});

test('a checkpoint is written after so many bytes', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1_000 });
  fixture.applier.apply([fixture.next()]);
  await settle();
  t.is(fixture.checkpointed, 0);
  while (fixture.log.end < 1_000) fixture.applier.apply([fixture.next()]);
  await settle();
  t.is(fixture.checkpointed, fixture.log.entries.length);
});

test('a checkpoint is written after so much time, and none when nothing was applied', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointIntervalMs: 5_000 });
  fixture.applier.apply([fixture.next()]);
  fixture.clock.advance(4_999);
  await settle();
  t.is(fixture.checkpointed, 0);
  fixture.applier.apply([fixture.next()]);
  fixture.clock.advance(1);
  await settle();
  t.is(fixture.checkpointed, 2);
  t.is(fixture.clock.timerCount, 0);
  fixture.applier.apply([fixture.next()]);
  fixture.clock.advance(5_000);
  await settle();
  t.is(fixture.checkpointed, 3);
});

test('a checkpoint is written when the derived state needs one', async (t) => {
  const fixture = await Fixture.open(NEVER, new MachineWorld(FEW_KEYS));
  for (let i = 0; i < 24; i += 1) fixture.applier.apply([fixture.next(`k${i}`)]);
  await settle();
  t.is(fixture.checkpointed, 24);
});

test('entries wait while there is no room, and go on in order when there is', async (t) => {
  const fixture = await Fixture.open(NEVER, new MachineWorld(FEW_KEYS));
  fixture.world.gate.held = true;
  const settled: number[] = [];
  for (let i = 0; i < 40; i += 1) {
    const entry = fixture.next(`k${i}`);
    const waiters = new EntryWaiters((error) => t.fail(String(error)));
    waiters.addRecord(() => settled.push(i));
    fixture.pending.add(entry.index, entry.term, waiters, 1, 1);
    // Some come together, so that the room ends within a call.
    if (i % 5 === 4) fixture.applier.apply(fixture.log.read(entry.index - 4, entry.index + 1));
  }
  await settle();
  t.is(fixture.applier.appliedIndex, KEYS_BEFORE_WAIT);
  t.is(settled.length, KEYS_BEFORE_WAIT);
  fixture.world.gate.open();
  await settle();
  t.true(fixture.applier.appliedIndex > KEYS_BEFORE_WAIT && fixture.applier.appliedIndex < 40);
  fixture.applier.apply([fixture.next('while others wait')]);
  for (let turn = 0; turn < 20; turn += 1) {
    await settle();
    fixture.clock.endTurn();
  }
  t.is(fixture.applier.appliedIndex, 41);
  t.deepEqual(
    settled,
    Array.from({ length: 40 }, (_, i) => i),
  );
  t.deepEqual(fixture.fatal, []);
  fixture.applier.apply([fixture.next('last')]);
  t.is(fixture.applier.appliedIndex, 42);
  await sameAsStraight(t, fixture.life, fixture.log.entries);
});

test('an entry that comes within the answer of another is applied after it', async (t) => {
  const fixture = await Fixture.open(NEVER);
  const outcomes: SendOutcome[] = [];
  const first = fixture.log.data([{ topic: 'T' }, { topic: 'T' }], [putTopic('T')]);
  const waiters = new EntryWaiters((error) => t.fail(String(error)));
  waiters.addRecord((outcome) => {
    outcomes.push(outcome);
    fixture.applier.apply([fixture.log.data([{ topic: 'U' }])]);
  });
  waiters.addRecord((outcome) => outcomes.push(outcome));
  fixture.pending.add(first.index, first.term, waiters, 1, 1);
  fixture.applier.apply([first]);
  t.like(outcomes, [
    { type: 'stored', queueOffset: 0 },
    { type: 'stored', queueOffset: 1 },
  ]);
  t.is(fixture.applier.appliedIndex, 1);
  fixture.clock.endTurn();
  t.is(fixture.applier.appliedIndex, 2);
});

test('a log that lost an entry which waits is fatal', async (t) => {
  const fixture = await Fixture.open(NEVER, new MachineWorld(FEW_KEYS));
  fixture.world.gate.held = true;
  for (let i = 0; i < 30; i += 1) fixture.applier.apply([fixture.next(`k${i}`)]);
  fixture.log.entries.length = 10;
  fixture.world.gate.open();
  await settle();
  t.is(fixture.fatal.length, 1);
});

test('a number of records demands a checkpoint, however small they are', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointRecords: 3 });
  fixture.applier.apply([fixture.next(), fixture.log.noOp(), fixture.next()]);
  await settle();
  t.is(fixture.checkpointed, 0);
  fixture.applier.apply([fixture.next()]);
  await settle();
  t.is(fixture.checkpointed, 4);
});

for (const limit of ['replayBytesMax', 'replayRecordsMax'] as const) {
  test(`what a restart would apply again stays within ${limit} while a checkpoint is slow`, async (t) => {
    const sample = new EntryChain().data([{ topic: 'T' }]).frame.length;
    const max = limit === 'replayBytesMax' ? sample * 5 : 5;
    const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1, [limit]: max });
    fixture.world.gate.held = true;
    for (let count = 0; count < 20; count += 1) fixture.applier.apply([fixture.next()]);
    await settle();
    const { appliedIndex } = fixture.applier;
    t.true(appliedIndex >= 4 && appliedIndex <= 5, `${appliedIndex} entries are in no checkpoint`);
    fixture.world.gate.open();
    for (let turn = 0; turn < 40; turn += 1) {
      fixture.clock.endTurn();
      await settle();
    }
    t.is(fixture.applier.appliedIndex, 20, 'it goes on when the checkpoint is durable');
    await fixture.applier.stop();
    t.is(fixture.checkpointed, 20);
    await sameAsStraight(t, fixture.life, fixture.log.entries);
  });
}

test('a limit of what is applied again below that of a checkpoint demands one itself', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, replayRecordsMax: 2 });
  for (let count = 0; count < 6; count += 1) {
    fixture.applier.apply([fixture.next()]);
    await settle();
    fixture.clock.endTurn();
    await settle();
  }
  t.is(fixture.applier.appliedIndex, 6);
  t.true(fixture.checkpointed >= 4);
});

test('a checkpoint that fails is fatal, and nothing is applied or written after it', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1 });
  fixture.world.level.failNextBatch();
  fixture.applier.apply([fixture.next()]);
  await settle();
  t.is(fixture.fatal.length, 1);
  t.true(fixture.fatal[0] instanceof StoreError);
  fixture.applier.apply([fixture.next()]);
  await fixture.applier.stop();
  t.deepEqual([fixture.applier.appliedIndex, fixture.checkpointed], [1, 0]);
});

test('stopping writes a last checkpoint, after the one that runs', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1 });
  fixture.world.gate.held = true;
  fixture.applier.apply([fixture.next()]);
  fixture.applier.apply([fixture.next()]);
  const stopped = fixture.applier.stop();
  fixture.applier.apply([fixture.next()]);
  fixture.world.gate.open();
  await stopped;
  t.is(fixture.checkpointed, 2, 'what comes after the stop is left to the next life');
  t.deepEqual(fixture.fatal, []);
  t.is(fixture.clock.timerCount, 0);
  await fixture.applier.stop();
  await fixture.life.derived.close();
  const next = await Fixture.open(NEVER, fixture.world, fixture.log);
  next.applier.apply(fixture.log.read(3, 4));
  await sameAsStraight(t, next.life, fixture.log.entries);
});

test('an entry applied by half is never part of a checkpoint', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointIntervalMs: 10 });
  const good = fixture.next();
  fixture.applier.apply([good]);
  const record = Buffer.from(good.frame.subarray(52, 52 + good.frame.readUInt32BE(48)));
  const half = fixture.log.raw([record, Buffer.alloc(100)]);
  t.throws(() => fixture.applier.apply([half]), { code: 'ENTRY_INVALID' });
  fixture.clock.advance(100);
  await settle();
  await fixture.applier.stop();
  t.is(fixture.checkpointed, 0);
  await fixture.life.derived.close();
  const next = await fixture.world.open();
  next.machine.apply(good);
  await sameAsStraight(t, next, [good]);
});

test('a snapshot is taken of the state at exactly the entry after which it is due', async (t) => {
  const fixture = await Fixture.open(NEVER);
  fixture.snapshotsDueAt.push(2);
  const entries = [fixture.next(), fixture.next(), fixture.next(), fixture.next()];
  fixture.applier.apply(entries);
  t.is(fixture.applier.appliedIndex, 2, 'nothing is applied before the checkpoint has noted its content');
  fixture.clock.endTurn();
  t.is(fixture.applier.appliedIndex, 4, 'applying goes on while the checkpoint is being written');
  await settle();
  const { index, term, hash, address, frame } = entries[1] as Entry;
  t.deepEqual(fixture.snapshots, [
    { position: { index, term, hash, address: address + frame.length }, checkpointed: 2 },
  ]);
  await settle();
  await fixture.applier.stop();
  t.is(fixture.checkpointed, 4);
});

test('a snapshot that is due while a checkpoint runs waits for it, and applying waits too', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1 });
  fixture.snapshotsDueAt.push(2);
  fixture.world.gate.held = true;
  fixture.applier.apply([fixture.next()]);
  fixture.applier.apply([fixture.next(), fixture.next()]);
  await settle();
  t.is(fixture.applier.appliedIndex, 2);
  fixture.world.gate.open();
  await settle();
  await settle();
  t.deepEqual(
    fixture.snapshots.map(({ position, checkpointed }) => [position.index, checkpointed]),
    [[2, 2]],
  );
  fixture.clock.endTurn();
  t.is(fixture.applier.appliedIndex, 3);
});

test('entries that wait while the log is begun anew for a snapshot are part of that', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1 });
  fixture.snapshotsDueAt.push(2);
  fixture.world.gate.held = true;
  fixture.applier.apply([fixture.next()]);
  fixture.applier.apply([fixture.next(), fixture.next()]);
  await settle();
  t.is(fixture.applier.appliedIndex, 2);
  fixture.firstIndex = 11;
  fixture.world.gate.open();
  await settle();
  await settle();
  fixture.clock.endTurn();
  t.is(fixture.applier.appliedIndex, 2);
  t.deepEqual(fixture.fatal, []);
  await fixture.applier.install({
    position: { index: 10, term: 3, address: 5_000, hash: 7 },
    configuration: MEMBERS,
    bytes: 1,
    crc: 0,
  });
  t.deepEqual(
    [fixture.applier.appliedIndex, fixture.applier.appliedTerm, fixture.applier.appliedEnd],
    [10, 3, 5_000],
  );
});

test('no checkpoint begins while there is no room for one, and one that is due then begins when there is', async (t) => {
  const fixture = await Fixture.open({ ...NEVER, checkpointBytes: 1, checkpointIntervalMs: 50 });
  fixture.hasRoom = false;
  fixture.applier.apply([fixture.next()]);
  for (let turn = 0; turn < 5; turn += 1) {
    fixture.clock.advance(50);
    await settle();
  }
  t.is(fixture.checkpointed, 0);
  t.is(fixture.applier.appliedIndex, 1);
  fixture.hasRoom = true;
  fixture.applier.checkpointIfDue();
  fixture.clock.advance(0);
  await settle();
  t.is(fixture.checkpointed, 1);
  t.deepEqual(fixture.fatal, []);
});

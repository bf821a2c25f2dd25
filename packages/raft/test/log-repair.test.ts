import test from 'ava';
import { raftConfigDefaults } from '../src/config.ts';
import type { Entry } from '../src/entry.ts';
import { LogRepair, type Absence, type LogHole } from '../src/log-repair.ts';
import { silentLogger } from '../src/logger.ts';
import { MemoryLogStorage } from '../src/memory-storage.ts';
import type { Message, RepairRequest } from '../src/message.ts';
import { entriesAfter } from '../src/suite.ts';
import { ManualClock, settle } from './manual-clock.ts';

const START = { index: 0, term: 0, address: 0, hash: 0 };

function entriesOf(count: number, salt = 0, from = START): Entry[] {
  return entriesAfter(
    from,
    Array.from({ length: count }, () => ({ term: 1, bytes: 100, salt })),
  );
}

function logOf(entries: readonly Entry[]): MemoryLogStorage {
  const log = new MemoryLogStorage();
  log.append(entries);
  return log;
}

function positionAfter(entry: Entry | undefined): typeof START {
  if (entry === undefined) return START;
  const { index, term, address, hash, frame } = entry;
  return { index, term, address: address + frame.length, hash };
}

/** The hole that is left when the entries from `first` to `last` are lost. */
function holeIn(entries: readonly Entry[], first: number, last: number): LogHole {
  const before = positionAfter(entries[first - 2]);
  const end = positionAfter(entries[last - 1]);
  return {
    afterIndex: first - 1,
    afterHash: before.hash,
    afterAddress: before.address,
    beforeIndex: last + 1,
    beforeAddress: end.address,
    beforePrevHash: end.hash,
  };
}

/** A member that repairs its log; its peers, which have no driver either, answer from logs, or not at all. */
class Repairing {
  readonly clock: ManualClock = new ManualClock();
  readonly asked: RepairRequest[] = [];
  readonly filled: { hole: LogHole; entries: readonly Entry[] }[] = [];
  readonly unobtainable: LogHole[] = [];
  readonly sent: Message[] = [];
  readonly peers = new Map<string, MemoryLogStorage>();
  absence: Absence | null = null;
  giveUp = false;
  failure: Error | null = null;
  result: string | null = null;
  readonly repair: LogRepair;

  constructor(holes: readonly LogHole[], peers: Record<string, MemoryLogStorage> = {}, repairBytesMax = 400) {
    for (const [id, log] of Object.entries(peers)) this.peers.set(id, log);
    const answerers = new Map<string, LogRepair>();
    const options = {
      group: 'g',
      peers: ['n1', 'n2', 'n3'],
      config: { ...raftConfigDefaults, repairBytesMax },
      clock: this.clock,
      logger: silentLogger,
    };
    this.repair = new LogRepair({
      ...options,
      id: 'n1',
      holes,
      log: new MemoryLogStorage(),
      transport: {
        send: (to, messages) => {
          this.sent.push(...messages);
          for (const message of messages) if (message.type === 'repair-request') this.asked.push(message);
          const log = this.peers.get(to);
          if (log === undefined) return;
          const other =
            answerers.get(to) ??
            new LogRepair({
              ...options,
              id: to,
              holes: [],
              log,
              transport: {
                send: (_to, answers) => this.clock.immediate(() => this.repair.receive(to, answers)),
              },
              fillHole: () => undefined,
            });
          answerers.set(to, other);
          other.receive('n1', messages);
        },
      },
      fillHole: (hole, entries) => {
        if (this.failure !== null) throw this.failure;
        this.filled.push({ hole, entries: entries.slice() });
      },
      onUnobtainable: (hole, absence) => {
        this.unobtainable.push(hole);
        this.absence = absence;
        return this.giveUp;
      },
    });
    void this.repair.run().then(
      (result) => (this.result = result),
      (error: unknown) => (this.result = String(error)),
    );
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      await settle();
    }
  }
}

test('holes are filled in order, in parts that fit the limit of bytes', async (t) => {
  const all = entriesOf(30);
  const holes = [holeIn(all, 1, 1), holeIn(all, 5, 14), holeIn(all, 20, 20)];
  const one = new Repairing(holes, { n2: logOf(all), n3: logOf(all) });
  await one.run(2_000);
  t.is(one.result, 'filled');
  t.deepEqual(
    one.filled.map(({ entries }) => entries.map(({ index }) => index)),
    [[1], [5, 6, 7, 8, 9, 10, 11, 12, 13, 14], [20]],
  );
  t.deepEqual(one.filled[1]?.entries, all.slice(4, 14));
  t.true(one.asked.length > 5, 'a hole needs several questions');
  t.is(one.clock.timers, 0);
});

test('a silent peer is passed over, and peers that come up late are found', async (t) => {
  const all = entriesOf(10);
  const one = new Repairing([holeIn(all, 3, 8)]);
  await one.run(60_000);
  t.is(one.result, null, 'it waits without an end');
  t.true(one.asked.length < 100, `${one.asked.length} questions in a minute`);
  one.peers.set('n3', logOf(all));
  await one.run(5_000);
  t.is(one.result, 'filled');
});

test('a peer whose log differs does not fill a hole', async (t) => {
  const all = entriesOf(10);
  const foreign = [...all.slice(0, 4), ...entriesOf(6, 9, positionAfter(all[3]))];
  const one = new Repairing([holeIn(all, 4, 8)], { n2: logOf(foreign) });
  await one.run(20_000);
  t.is(one.result, null);
  t.deepEqual(one.filled, []);
  one.peers.set('n3', logOf(all));
  await one.run(5_000);
  t.is(one.result, 'filled');
  t.deepEqual(one.filled[0]?.entries, all.slice(3, 8));
});

test('two peers that each have a part fill a hole together', async (t) => {
  const all = entriesOf(12);
  const late = new MemoryLogStorage(positionAfter(all[5]));
  late.append(all.slice(6));
  const one = new Repairing([holeIn(all, 3, 10)], { n2: logOf(all.slice(0, 7)), n3: late });
  await one.run(5_000);
  t.is(one.result, 'filled');
  t.deepEqual(one.filled[0]?.entries, all.slice(2, 10));
});

test('entries of two logs that differ are not joined', async (t) => {
  const all = entriesOf(12);
  // n2 never had the end of the hole, and its entries before that are others.
  const foreign = [...all.slice(0, 3), ...entriesOf(3, 9, positionAfter(all[2]))];
  const one = new Repairing([holeIn(all, 4, 10)], { n2: logOf(foreign), n3: logOf(all) });
  await one.run(5_000);
  t.is(one.result, 'filled');
  t.deepEqual(one.filled[0]?.entries, all.slice(3, 10));
});

test('what nobody has is reported, and the repair goes on or gives up as it is told', async (t) => {
  const all = entriesOf(10);
  const foreign = [...all.slice(0, 3), ...entriesOf(6, 9, positionAfter(all[2]))];
  const holes = [holeIn(all, 4, 8), holeIn(all, 10, 10)];
  const one = new Repairing(holes, { n2: logOf(foreign), n3: logOf(foreign) });
  await one.run(10_000);
  t.true(one.unobtainable.length >= 1 && one.unobtainable.length < 20, `${one.unobtainable.length}`);
  t.is(one.result, null);
  one.giveUp = true;
  await one.run(5_000);
  t.is(one.result, 'cut');
  t.deepEqual(one.filled, [], 'the hole behind it went with it');

  const silent = new Repairing([holeIn(all, 4, 8)], { n2: logOf(foreign) });
  silent.giveUp = true;
  await silent.run(30_000);
  t.deepEqual(silent.unobtainable, [], 'n3 was not heard, so it may have the entries');
});

test('only when no other log holds even the first missing entry it cannot have been committed', async (t) => {
  const all = entriesOf(10);
  const short = all.slice(0, 3);
  const other = [...all.slice(0, 2), ...entriesOf(5, 9, positionAfter(all[1]))];
  const late = new MemoryLogStorage(positionAfter(all[8]));
  late.append(all.slice(9));
  const branch = [...all.slice(0, 6), ...entriesOf(4, 9, positionAfter(all[5]))];
  const cases: [string, MemoryLogStorage, MemoryLogStorage, Absence][] = [
    ['one ends before it, one has another entry there', logOf(short), logOf(other), 'never-committed'],
    ['one has dropped it', logOf(short), late, 'unknown'],
    ['one has the first entries and others after them', logOf(short), logOf(branch), 'unknown'],
    ['one has only the first entries', logOf(all.slice(0, 5)), logOf(short), 'unknown'],
  ];
  for (const [note, n2, n3, expected] of cases) {
    const one = new Repairing([holeIn(all, 4, 8)], { n2, n3 });
    one.giveUp = true;
    await one.run(10_000);
    t.is(one.result, 'cut', note);
    t.is(one.absence, expected, note);
  }
});

function unreadable(entries: readonly Entry[]): MemoryLogStorage {
  const log = logOf(entries);
  log.entries = () => {
    throw new Error('a checksum is wrong');
  };
  return log;
}

test('entries that a peer cannot read are not taken for missing there', async (t) => {
  const all = entriesOf(10);
  const late = new MemoryLogStorage(positionAfter(all[8]));
  late.append(all.slice(9));
  const others: [string, MemoryLogStorage][] = [
    ['may have had it', late],
    ['has the first of them', logOf(all.slice(0, 5))],
  ];
  for (const [note, n3] of others) {
    const one = new Repairing([holeIn(all, 4, 8)], { n2: unreadable(all), n3 });
    one.giveUp = true;
    await one.run(10_000);
    t.deepEqual(one.unobtainable, [], note);
    t.is(one.result, null, note);
  }
});

test('members that cannot read the same entries do not wait for each other when nobody else ever had them', async (t) => {
  const all = entriesOf(10);
  const one = new Repairing([holeIn(all, 4, 8)], { n2: unreadable(all) });
  one.giveUp = true;
  await one.run(10_000);
  t.deepEqual(one.unobtainable, [], 'n3 was not heard');
  one.peers.set('n3', logOf(all.slice(0, 2)));
  await one.run(10_000);
  t.is(one.result, 'cut');
  t.is(one.absence, 'unreadable');
});

test('stop ends a repair, and a failure to fill is told', async (t) => {
  const all = entriesOf(10);
  const one = new Repairing([holeIn(all, 4, 8)]);
  await one.run(500);
  await one.repair.stop();
  await settle();
  t.is(one.result, 'stopped');
  t.is(one.clock.timers, 0);
  one.repair.receive('n2', []);

  const two = new Repairing([holeIn(all, 4, 8)], { n2: logOf(all) });
  two.failure = new Error('the disk failed');
  await two.run(3_000);
  t.is(two.result, 'Error: the disk failed');
});

test('a late answer to an earlier question is ignored', async (t) => {
  const all = entriesOf(20);
  const one = new Repairing([holeIn(all, 4, 18)], { n2: logOf(all) });
  const { repair } = one;
  const stale = {
    type: 'repair-answer',
    from: 'n2',
    to: 'n1',
    term: 0,
    firstIndex: 1,
    lastIndex: 20,
  } as const;
  for (let at = 0; at < 40; at++) {
    repair.receive('n2', [{ ...stale, entries: all.slice(16, 18) }]);
    repair.receive('n2', [{ ...stale, from: 'n3', entries: all.slice(3, 6) }]);
    await one.run(50);
  }
  t.is(one.result, 'filled');
  t.deepEqual(one.filled[0]?.entries, all.slice(3, 18));
});

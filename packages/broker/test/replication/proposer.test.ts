import type { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import type { Entry, ProposeResult } from '@ledgermq/raft';
import { ENTRY_HEADER_BYTES } from '@ledgermq/raft';
import { BrokerMachine } from '../../src/machine/machine.ts';
import type { CommandOutcome, SendOutcome } from '../../src/replication/outcome.ts';
import { Proposer, proposerDefaults, type ProposerConfig } from '../../src/replication/proposer.ts';
import { EntryChain, recordOf, type TestMessage } from '../machine/entry-chain.ts';
import { MachineWorld, putTopic } from '../machine/machine-world.ts';
import { VirtualClock } from '../virtual-clock.ts';

type Outcome = SendOutcome | CommandOutcome;

/** A proposer over a consensus that the test plays. */
class Fixture {
  readonly clock: VirtualClock = new VirtualClock();
  readonly log: EntryChain = new EntryChain();
  readonly proposer: Proposer;
  readonly reported: unknown[] = [];
  /** How many entries there were each time when the consensus was told to begin. */
  readonly startedAfter: number[] = [];
  /** What the consensus answers; null: it takes the entry. */
  refusal: Extract<ProposeResult, { type: 'refused' }>['reason'] | null = null;
  failure: Error | null = null;
  term = 1;

  constructor(config: Partial<ProposerConfig> = {}) {
    this.proposer = new Proposer(
      { ...proposerDefaults, ...config },
      {
        clock: this.clock,
        propose: (_kind, frame) => this.#propose(frame),
        startWork: () => {
          this.startedAfter.push(this.log.entries.length);
        },
        report: (error) => this.reported.push(error),
      },
    );
    this.proposer.setLeader(true, 'n1');
  }

  /** Queues a message; the result gathers every call of its callback. */
  send(message: TestMessage): Outcome[] {
    const told: Outcome[] = [];
    const record = recordOf(message);
    const write = (target: Buffer, at: number): number => record.copy(target, at);
    this.proposer.appendMessage(record.length, write, (outcome) => told.push(outcome));
    return told;
  }

  sendAll(messages: readonly TestMessage[]): Outcome[][] {
    const told: Outcome[][] = [];
    const records = messages.map(recordOf);
    this.proposer.appendMessages(
      records.map((record) => record.length),
      (target, at, position) => records[position]?.copy(target, at) ?? 0,
      (outcomes) => told.push([...outcomes]),
    );
    return told;
  }

  command(name = 'T'): Outcome[] {
    const told: Outcome[] = [];
    this.proposer.appendCommand(putTopic(name), (outcome) => told.push(outcome));
    return told;
  }

  /** Applies the entries from position `from` on with a machine of its own. */
  async apply(from = 0): Promise<void> {
    const { derived } = await new MachineWorld().open();
    const machine = new BrokerMachine(derived);
    for (const entry of this.log.entries.slice(from)) this.applyOne(machine, entry);
    await derived.close();
  }

  applyOne(machine: BrokerMachine, entry: Entry): void {
    const replies = machine.apply(entry);
    this.proposer.pending.applied(entry.index, entry.term, machine.outcomes, replies, () => 'n2');
  }

  #propose(frame: Buffer): ProposeResult {
    if (this.failure !== null) throw this.failure;
    if (this.refusal !== null) return { type: 'refused', reason: this.refusal, leader: 'n2' };
    const entry = this.log.body(frame.subarray(ENTRY_HEADER_BYTES), this.term);
    return { type: 'appended', index: entry.index, term: entry.term };
  }
}

function refused(reason: string, leader: string | null = 'n1'): unknown {
  return { type: 'refused', reason, leader };
}

test('what one turn wants to store becomes one entry, and everybody hears of his part', async (t) => {
  const fixture = new Fixture();
  const first = fixture.send({ topic: 'T', queueId: 1 });
  const command = fixture.command('T');
  const batch = fixture.sendAll([{ topic: 'T', queueId: 1 }, { topic: 'U' }]);
  const last = fixture.send({ topic: 'T', queueId: 1 });
  t.is(fixture.log.entries.length, 0);
  t.is(fixture.proposer.pendingCount, 5);
  fixture.clock.endTurn();
  t.is(fixture.log.entries.length, 1);
  t.is(fixture.proposer.pendingCount, 5);
  t.deepEqual([first, command, batch, last], [[], [], [], []]);
  await fixture.apply();
  t.deepEqual(command, [{ type: 'applied', changed: true }]);
  t.like(first, [{ type: 'stored', queueOffset: 0 }]);
  t.like(batch[0], [
    { type: 'stored', queueOffset: 1 },
    { type: 'refused', reason: 'topic-missing' },
  ]);
  t.like(last, [{ type: 'stored', queueOffset: 2 }]);
  t.deepEqual([fixture.proposer.pendingCount, fixture.proposer.pendingBytes], [0, 0]);
  fixture.clock.endTurn();
  t.is(fixture.log.entries.length, 1, 'an empty turn proposes nothing');
});

test('a turn beyond batchBytesMax is split, a batch frame never', (t) => {
  const size = recordOf({ topic: 'T' }).length;
  const fixture = new Fixture({ batchBytesMax: size * 3 });
  for (let i = 0; i < 7; i += 1) fixture.send({ topic: 'T' });
  fixture.sendAll(Array.from({ length: 5 }, () => ({ topic: 'T' })));
  fixture.clock.endTurn();
  const counts = fixture.log.entries.map(({ frame }) => frame.readUInt32BE(ENTRY_HEADER_BYTES) / size);
  t.deepEqual(counts, [3, 3, 1, 5]);
  t.deepEqual(fixture.startedAfter, [1, 2, 3], 'a full entry does not wait for the end of the turn');
});

test('commands are split by count and by bytes', (t) => {
  const counted = new Fixture({ commandsPerEntryMax: 2 });
  for (let i = 0; i < 5; i += 1) counted.command(`T${i}`);
  counted.clock.endTurn();
  t.is(counted.log.entries.length, 3);
  const sized = new Fixture({ batchBytesMax: 100 });
  for (let i = 0; i < 5; i += 1) sized.command('x'.repeat(80));
  sized.clock.endTurn();
  t.is(sized.log.entries.length, 5);
});

test('whoever does not lead refuses at once and names the leader', (t) => {
  const fixture = new Fixture();
  fixture.proposer.setLeader(false, 'n3');
  t.deepEqual(fixture.send({ topic: 'T' }), [refused('not-leader', 'n3')]);
  t.deepEqual(fixture.sendAll([{ topic: 'T' }, { topic: 'T' }]), [
    [refused('not-leader', 'n3'), refused('not-leader', 'n3')] as Outcome[],
  ]);
  t.deepEqual(fixture.command(), [refused('not-leader', 'n3')]);
  fixture.clock.endTurn();
  t.is(fixture.log.entries.length, 0);
});

test('what the consensus refuses is refused with its reason', (t) => {
  const reasons = [
    ['not-leader', 'not-leader'],
    ['too-many-uncommitted', 'overloaded'],
    ['entry-too-large', 'too-large'],
    ['stopped', 'stopping'],
  ] as const;
  for (const [given, told] of reasons) {
    const fixture = new Fixture();
    fixture.refusal = given;
    const outcome = fixture.send({ topic: 'T' });
    fixture.clock.endTurn();
    t.deepEqual(outcome, [refused(told, 'n2')]);
    t.deepEqual([fixture.proposer.pendingCount, fixture.proposer.pendingBytes], [0, 0]);
  }
});

test('above a limit the answer is overloaded, and below it again it goes on', async (t) => {
  const size = recordOf({ topic: 'T' }).length;
  for (const config of [{ pendingCountMax: 2 }, { pendingBytesMax: size * 2 }]) {
    const fixture = new Fixture(config);
    const taken = [fixture.send({ topic: 'T' }), fixture.send({ topic: 'T' })];
    t.deepEqual(fixture.send({ topic: 'T' }), [refused('overloaded')]);
    fixture.clock.endTurn();
    t.deepEqual(
      fixture.send({ topic: 'T' }),
      [refused('overloaded')],
      'what is proposed counts until it is applied',
    );
    t.deepEqual(fixture.command('x'.repeat(200)), [refused('overloaded')]);
    await fixture.apply();
    t.deepEqual(taken.flat().length, 2);
    t.deepEqual(fixture.send({ topic: 'T' }), []);
  }
});

test('a full disk, a record too large and a stop are told as such', (t) => {
  const size = recordOf({ topic: 'T' }).length;
  const fixture = new Fixture({ recordBytesMax: size });
  t.deepEqual(fixture.sendAll([{ topic: 'T' }, { topic: 'T' }])[0], [
    refused('too-large'),
    refused('too-large'),
  ]);
  fixture.proposer.setDiskFull(true);
  t.deepEqual(fixture.send({ topic: 'T' }), [refused('disk-full')]);
  fixture.proposer.setDiskFull(false);
  const proposed = fixture.send({ topic: 'T' });
  fixture.clock.endTurn();
  const gathered = fixture.send({ topic: 'T' });
  fixture.proposer.stop();
  fixture.proposer.stop();
  t.is(proposed[0]?.type, 'unknown');
  t.deepEqual(gathered, [refused('stopping')]);
  t.deepEqual(fixture.send({ topic: 'T' }), [refused('stopping')]);
  fixture.clock.endTurn();
  t.deepEqual([proposed.length, gathered.length, fixture.log.entries.length], [1, 1, 1]);
  t.is(fixture.clock.timerCount, 0);
});

test('a writer that throws, or writes no record, leaves nothing behind', async (t) => {
  const fixture = new Fixture();
  const record = recordOf({ topic: 'T' });
  const fault = new Error('a fault of the caller');
  const write = (target: Buffer, at: number): number => record.copy(target, at);
  const never = (): void => t.fail();
  const faulty: ((target: Buffer, at: number) => number)[] = [
    () => {
      throw fault;
    },
    () => 0,
    (target, at) => write(target, at) + 1,
    (target, at) => write(target, at) - 1,
    (target, at) => {
      const written = write(target, at);
      target.fill(7, at + 4, at + 8);
      return written;
    },
  ];
  fixture.clock.endTurn();
  for (const one of faulty) t.throws(() => fixture.proposer.appendMessage(record.length, one, never));
  const second = (target: Buffer, at: number, position: number): number =>
    position === 0 ? write(target, at) : (faulty[0] as () => number)();
  t.throws(() => fixture.proposer.appendMessages([record.length, record.length], second, never), {
    is: fault,
  });
  fixture.clock.endTurn();
  fixture.proposer.flush();
  t.is(fixture.log.entries.length, 0, 'an entry of nothing is not proposed');
  t.deepEqual([fixture.proposer.pendingCount, fixture.proposer.pendingBytes], [0, 0]);
  fixture.command();
  const good = fixture.send({ topic: 'T' });
  fixture.clock.endTurn();
  await fixture.apply();
  t.like(good, [{ type: 'stored', queueOffset: 0 }]);
});

test('a batch of no messages is settled at once', (t) => {
  const fixture = new Fixture();
  t.deepEqual(fixture.sendAll([]), [[]]);
  fixture.clock.endTurn();
  t.is(fixture.log.entries.length, 0);
});

test('a consensus that throws leaves the outcome unknown', (t) => {
  const fixture = new Fixture();
  fixture.failure = new Error('broken');
  const outcome = fixture.send({ topic: 'T' });
  t.throws(() => fixture.clock.endTurn(), { message: 'broken' });
  t.is(outcome[0]?.type, 'unknown');
  t.is(outcome.length, 1);
});

test('without an answer in time the outcome is unknown, once', async (t) => {
  const fixture = new Fixture({ proposalTimeoutMs: 100 });
  const first = fixture.send({ topic: 'T' });
  fixture.clock.advance(60);
  const second = fixture.send({ topic: 'T' });
  fixture.clock.advance(39);
  t.deepEqual([first, second], [[], []]);
  fixture.clock.advance(1);
  t.is(first[0]?.type, 'unknown');
  t.deepEqual(second, []);
  fixture.clock.advance(60);
  t.is(second[0]?.type, 'unknown');
  t.is(fixture.clock.timerCount, 0, 'no timer runs for nothing');
  await fixture.apply();
  t.deepEqual([first.length, second.length], [1, 1]);
  t.is(fixture.proposer.pendingCount, 0);
});

test('an entry replaced by that of another term is refused, so that it may be sent to the new master', async (t) => {
  const fixture = new Fixture();
  const lost = fixture.send({ topic: 'T' });
  fixture.clock.endTurn();
  fixture.proposer.setLeader(false, 'n2');
  const replaced = new EntryChain();
  replaced.data([], [putTopic('T')], 2);
  const { derived } = await new MachineWorld().open();
  fixture.applyOne(new BrokerMachine(derived), replaced.entries[0] as Entry);
  t.deepEqual(lost, [refused('not-leader', 'n2')]);
});

test('records keep their bytes, whatever their sizes and the size of the frame', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(9_000), { maxLength: 12 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 30_000 }),
      (turns, batchBytesMax) => {
        const fixture = new Fixture({ batchBytesMax, batchBytesMin: 64 });
        const expected: string[] = [];
        for (const sizes of turns) {
          for (const [i, bytes] of sizes.entries()) {
            const message = { topic: 'T', body: String.fromCharCode(97 + (i % 26)).repeat(bytes) };
            expected.push(recordOf(message).toString('latin1'));
            fixture.send(message);
            if (i % 3 === 0) fixture.command(`T${i}`);
          }
          fixture.clock.endTurn();
        }
        const stored = fixture.log.entries.map(({ frame }) => {
          const end = ENTRY_HEADER_BYTES + 4 + frame.readUInt32BE(ENTRY_HEADER_BYTES);
          return frame.toString('latin1', ENTRY_HEADER_BYTES + 4, end);
        });
        return stored.join('') === expected.join('');
      },
    ),
    { seed: 31_337, numRuns: 100 },
  );
  t.pass();
});

test('a caller that sends from within an answer is served in the next entry', async (t) => {
  const fixture = new Fixture();
  let second: Outcome[] = [];
  const record = recordOf({ topic: 'T' });
  fixture.proposer.appendMessage(
    record.length,
    (target, at) => record.copy(target, at),
    () => {
      second = fixture.send({ topic: 'T' });
    },
  );
  fixture.clock.endTurn();
  await fixture.apply();
  fixture.clock.endTurn();
  t.is(fixture.log.entries.length, 2);
  t.deepEqual(second, []);
});

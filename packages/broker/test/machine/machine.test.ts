import { Buffer } from 'node:buffer';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { BrokerError } from '../../src/errors.ts';
import { bootstrapCommand } from '../../src/machine/bootstrap.ts';
import type { Command } from '../../src/machine/command.ts';
import type { BrokerMachine } from '../../src/machine/machine.ts';
import { RecordFate } from '../../src/machine/record-outcomes.ts';
import { defaultSubscriptionGroup } from '../../src/machine/subscription-groups.ts';
import { EntryChain, STORED_AT, recordOf, type TestMessage } from './entry-chain.ts';
import {
  MachineWorld,
  checkpoint,
  fatesOf,
  putTopic,
  stateOf,
  topicConfig,
  type Fate,
  type MachineLife,
} from './machine-world.ts';

const { STORED, DUPLICATE, TOPIC_MISSING } = RecordFate;

/** A machine with its log. */
class Subject {
  readonly world: MachineWorld = new MachineWorld({ uniqKeyCountMax: 64 });
  readonly log: EntryChain = new EntryChain();
  #life: MachineLife | null = null;

  static async start(...commands: Command[]): Promise<Subject> {
    const subject = new Subject();
    subject.#life = await subject.world.open();
    if (commands.length > 0) subject.run(...commands);
    return subject;
  }

  get life(): MachineLife {
    if (this.#life === null) throw new Error('not open');
    return this.#life;
  }

  get machine(): BrokerMachine {
    return this.life.machine;
  }

  run(...commands: Command[]): readonly string[] {
    return this.machine.apply(this.log.data([], commands));
  }

  send(...messages: TestMessage[]): Fate[] {
    this.machine.apply(this.log.data(messages));
    return fatesOf(this.machine.outcomes);
  }

  /** `fate` and queue offset of one message. */
  sent(message: TestMessage): [number, number] {
    const [only] = this.send(message);
    return [only?.fate ?? -1, only?.queueOffset ?? -1];
  }

  async restart(): Promise<void> {
    await checkpoint(this.life, this.log.entries.length);
    await this.life.derived.close();
    this.#life = await this.world.open();
  }
}

function entryInvalid(t: ExecutionContext, apply: () => unknown): void {
  const error = t.throws(apply, { instanceOf: BrokerError });
  t.is(error.code, 'ENTRY_INVALID');
}

test('offsets of each queue count from 0, positions are addresses in the log', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  const before = subject.log.end;
  const first = recordOf({ topic: 'T', queueId: 1 });
  const fates = subject.send(
    { topic: 'T', queueId: 1 },
    { topic: 'T', queueId: 3 },
    { topic: 'T', queueId: 1 },
  );
  t.deepEqual(
    fates.map((fate) => [fate.fate, fate.queueId, fate.queueOffset, fate.physicalOffset - before - 52]),
    [
      [STORED, 1, 0, 0],
      [STORED, 3, 0, first.length],
      [STORED, 1, 1, first.length * 2],
    ],
  );
});

test('a message to no topic, or to a queue beyond its topic, is not stored', async (t) => {
  const subject = await Subject.start(putTopic('T', 2));
  t.deepEqual(
    subject
      .send(
        { topic: 'U' },
        { topic: 'T', queueId: 2 },
        { topic: 'T', queueId: -1 },
        { topic: 'T', queueId: 1 },
      )
      .map(({ fate }) => fate),
    [TOPIC_MISSING, TOPIC_MISSING, TOPIC_MISSING, STORED],
  );
  t.is(subject.machine.queueCount, 1);
});

test('a topic that comes with its first message takes it', async (t) => {
  const subject = await Subject.start();
  t.deepEqual(subject.machine.apply(subject.log.data([{ topic: 'T' }], [putTopic('T')])), ['changed']);
  t.is(subject.machine.outcomes.fate(0), STORED);
});

test('an id stored before is answered with the first position, also after a restart', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  const [first] = subject.send({ topic: 'T', queueId: 2, uniqKey: 'k' });
  subject.send({ topic: 'T', queueId: 2, uniqKey: 'other' });
  const again: TestMessage = { topic: 'T', queueId: 0, uniqKey: 'k', body: 'a second try elsewhere' };
  t.deepEqual(subject.send(again), [{ ...first, fate: DUPLICATE }]);
  await subject.restart();
  t.deepEqual(subject.send(again), [{ ...first, fate: DUPLICATE }]);
  t.is(subject.machine.queue('T', 0), undefined, 'a duplicate opens no queue');
});

test('two records of one id in one entry are stored once', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  const fates = subject.send({ topic: 'T', uniqKey: 'k' }, { topic: 'T', uniqKey: 'k' });
  t.deepEqual(
    fates.map(({ fate }) => fate),
    [STORED, DUPLICATE],
  );
});

test('ids are known per topic, and not where one id may rightly come twice', async (t) => {
  const names = [
    '%RETRY%g',
    '%DLQ%g',
    'SCHEDULE_TOPIC_XXXX',
    'RMQ_SYS_TRANS_HALF_TOPIC',
    'rmq_sys_wheel_timer',
  ];
  const subject = await Subject.start(...['A', 'B', ...names].map((name) => putTopic(name)));
  t.deepEqual(subject.sent({ topic: 'A', uniqKey: 'k' }), [STORED, 0]);
  t.deepEqual(subject.sent({ topic: 'B', uniqKey: 'k' }), [STORED, 0]);
  for (const topic of names) {
    t.deepEqual(subject.sent({ topic, uniqKey: 'k' }), [STORED, 0], topic);
    t.deepEqual(subject.sent({ topic, uniqKey: 'k' }), [STORED, 1], topic);
  }
});

test('message, topic and broker may opt out of the check', async (t) => {
  const optedOut = putTopic('O', 1, { attributes: { deduplication: 'false' } });
  const subject = await Subject.start(putTopic('T'), optedOut);
  const message = { topic: 'T', uniqKey: 'k' };
  t.deepEqual(subject.sent(message), [STORED, 0]);
  t.deepEqual(subject.sent({ ...message, properties: { DEDUP: 'false' } }), [STORED, 1]);
  t.deepEqual(subject.sent({ ...message, properties: { DEDUP: 'true' } }), [DUPLICATE, 0]);
  t.deepEqual(
    [subject.sent({ topic: 'O', uniqKey: 'k' })[0], subject.sent({ topic: 'O', uniqKey: 'k' })[0]],
    [0, 0],
  );
  t.deepEqual(subject.run({ type: 'putSettings', settings: { enableSendDeduplication: false } }), [
    'changed',
  ]);
  t.deepEqual(subject.sent(message), [STORED, 2]);
  await subject.restart();
  t.deepEqual(subject.sent(message), [STORED, 3], 'the setting is kept');
});

test('a message without an id is stored every time', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  t.deepEqual(
    [subject.sent({ topic: 'T' }), subject.sent({ topic: 'T' })],
    [
      [STORED, 0],
      [STORED, 1],
    ],
  );
});

test('a topic made anew begins empty and knows no ids, offsets or arrivals of the old one', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  const commits = [{ group: 'g', topic: 'T', queueId: 0, offset: 1 }];
  subject.send({ topic: 'T', uniqKey: 'k' });
  subject.run({ type: 'commitOffsets', commits, force: false });
  t.deepEqual(subject.run({ type: 'deleteTopic', topicName: 'T', timestamp: 2 }, putTopic('T')), [
    'changed',
    'changed',
  ]);
  t.is(subject.machine.offsets.get('g', 'T', 0), undefined);
  t.is(subject.machine.queue('T', 0), undefined);
  t.is(subject.life.derived.queueIndex.nextOffset(0), 0, 'the index gives its places free');
  subject.machine.arrivals.flush(() => t.fail());
  t.deepEqual(subject.sent({ topic: 'T', uniqKey: 'k' }), [STORED, 0]);
  await subject.restart();
  t.deepEqual(subject.sent({ topic: 'T', uniqKey: 'k' }), [DUPLICATE, 0]);
});

test('topics are put, changed, grown and deleted', async (t) => {
  const subject = await Subject.start();
  const auto: Command = { type: 'putTopic', topic: topicConfig('T', 8), autoCreate: true, timestamp: 900 };
  t.deepEqual(subject.run(putTopic('T', 2)), ['changed']);
  t.deepEqual(subject.run(putTopic('T', 2)), ['unchanged']);
  t.deepEqual(subject.run(auto), ['unchanged'], 'creation on first use leaves a topic as it is');
  t.is(subject.machine.topics.get('T')?.writeQueueNums, 2);
  t.deepEqual(subject.machine.topics.dataVersion, { stateVersion: 0, timestamp: 1_000, counter: 1 });
  subject.send({ topic: 'T', queueId: 1 });
  t.deepEqual(subject.run(putTopic('T', 4)), ['changed']);
  t.deepEqual(subject.sent({ topic: 'T', queueId: 1 }), [STORED, 1]);
  t.deepEqual(subject.run(putTopic('T', 5_000), putTopic('', 1), putTopic('x'.repeat(256))), [
    'invalid',
    'invalid',
    'invalid',
  ]);
  const remove: Command = { type: 'deleteTopic', topicName: 'T', timestamp: 10 };
  t.deepEqual(subject.run(remove, remove), ['changed', 'unchanged']);
  t.deepEqual(subject.machine.topics.dataVersion, { stateVersion: 0, timestamp: 1_000, counter: 3 });
});

test('groups are put, kept and deleted, with their offsets when asked', async (t) => {
  const subject = await Subject.start(putTopic('T'), putTopic('U'));
  const group = defaultSubscriptionGroup('g');
  const put = (autoCreate: boolean): Command => {
    return { type: 'putSubscriptionGroup', group: { ...group, retryMaxTimes: 3 }, autoCreate, timestamp: 1 };
  };
  t.deepEqual(subject.run(put(true), put(true), put(false)), ['changed', 'unchanged', 'changed']);
  const commits = [
    { group: 'g', topic: 'T', queueId: 0, offset: 5 },
    { group: 'g', topic: 'U', queueId: 0, offset: 6 },
    { group: 'h', topic: 'T', queueId: 0, offset: 7 },
  ];
  subject.run({ type: 'commitOffsets', commits, force: false });
  const remove = (cleanOffset: boolean): Command => {
    return { type: 'deleteSubscriptionGroup', groupName: 'g', cleanOffset, timestamp: 2 };
  };
  t.deepEqual(subject.run(remove(false)), ['changed']);
  t.is(subject.machine.offsets.get('g', 'T', 0), 5);
  subject.run(remove(true));
  t.deepEqual([...subject.machine.offsets.all()], [{ group: 'h', topic: 'T', queueId: 0, offset: 7 }]);
  await subject.restart();
  t.deepEqual([...subject.machine.offsets.all()], [{ group: 'h', topic: 'T', queueId: 0, offset: 7 }]);
  t.is(subject.machine.groups.size, 0);
});

test('consumer offsets only grow unless forced', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  const commit = (offset: number, force = false, queueId = 0): readonly string[] =>
    subject.run({ type: 'commitOffsets', commits: [{ group: 'g', topic: 'T', queueId, offset }], force });
  t.deepEqual([commit(5), commit(5), commit(3), commit(9)].flat(), [
    'changed',
    'unchanged',
    'unchanged',
    'changed',
  ]);
  t.deepEqual(commit(2, true), ['changed']);
  t.is(subject.machine.offsets.get('g', 'T', 0), 2);
  t.deepEqual([commit(-1, true), commit(2 ** 53, true), commit(1, false, 5_000)].flat(), [
    'invalid',
    'invalid',
    'invalid',
  ]);
  await subject.restart();
  t.is(subject.machine.offsets.get('g', 'T', 0), 2);
  t.is(subject.machine.offsets.rowCount, 1);
});

test('a commit that comes after its topic was deleted does not count for the next topic of that name', async (t) => {
  const subject = await Subject.start(putTopic('T'), putTopic('U'));
  const commits = ['T', 'U'].map((topic) => ({ group: 'g', topic, queueId: 0, offset: 1_000 }));
  subject.run({ type: 'deleteTopic', topicName: 'T', timestamp: 2 });
  for (const force of [false, true]) {
    t.deepEqual(subject.run({ type: 'commitOffsets', commits: commits.slice(0, 1), force }), ['invalid']);
  }
  subject.run({ type: 'commitOffsets', commits, force: false });
  subject.run(putTopic('T'));
  t.is(subject.machine.offsets.get('g', 'T', 0), undefined);
  t.is(subject.machine.offsets.get('g', 'U', 0), 1_000, 'the others of the same command count');
});

test('the first command of a group takes effect once', async (t) => {
  const options = {
    brokerClusterName: 'c',
    brokerName: 'b',
    autoCreateTopicEnable: true,
    defaultTopicQueueNums: 8,
    settings: { enableSendDeduplication: false },
  };
  const subject = await Subject.start();
  t.deepEqual(subject.run(bootstrapCommand(options, 5), bootstrapCommand(options, 6)), [
    'changed',
    'unchanged',
  ]);
  t.is(subject.machine.topics.get('TBW102')?.perm, 7);
  t.is(subject.machine.topics.get('SCHEDULE_TOPIC_XXXX')?.readQueueNums, 18);
  t.is(subject.machine.groups.get('TOOLS_CONSUMER')?.retryMaxTimes, 16);
  t.false(subject.machine.settings.enableSendDeduplication);
  const before = stateOf(subject.life);
  await subject.restart();
  t.true(subject.machine.bootstrapped);
  t.deepEqual(stateOf(subject.life), before);
});

test('arrivals name topic, queue, next offset and tag', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  subject.send({ topic: 'T', queueId: 3, tags: 'a' }, { topic: 'T', queueId: 3, tags: 'a' });
  const told: unknown[] = [];
  subject.machine.arrivals.flush((...arrival) => told.push(arrival));
  t.deepEqual(told, [['T', 3, 2, 97]]);
});

test('a wall clock that leaps ahead and back makes nobody forget an id', async (t) => {
  const subject = await Subject.start(putTopic('T'));
  subject.send({ topic: 'T', uniqKey: 'first' });
  subject.send({ topic: 'T', uniqKey: 'ahead', storeTimestamp: STORED_AT + 3_600_000 });
  subject.send({ topic: 'T', uniqKey: 'back', storeTimestamp: STORED_AT + 20 });
  t.deepEqual(subject.sent({ topic: 'T', uniqKey: 'first', storeTimestamp: STORED_AT + 30 }), [DUPLICATE, 0]);
});

test('an entry of damaged content is a typed error', async (t) => {
  const record = recordOf({ topic: 'T' });
  const wrongMagic = Buffer.from(record);
  wrongMagic.writeInt32BE(1, 4);
  const tooLong = Buffer.from(record);
  tooLong.writeInt32BE(record.length + 1, 0);
  const negative = Buffer.from(record);
  negative.writeInt32BE(-1, 0);
  const damaged: ((log: EntryChain) => Parameters<BrokerMachine['apply']>[0])[] = [
    (log) => log.body(Buffer.alloc(3)),
    (log) => log.body(Buffer.from([0, 0, 0, 9, 1])),
    (log) => log.raw([record.subarray(0, 90)]),
    (log) => log.raw([record.subarray(0, record.length - 1)]),
    (log) => log.raw([wrongMagic]),
    (log) => log.raw([tooLong]),
    (log) => log.raw([negative]),
    (log) => log.raw([record, Buffer.alloc(10)]),
    (log) => log.raw([record], Buffer.from([0xff])),
  ];
  for (const entryOf of damaged) {
    const subject = await Subject.start(putTopic('T'));
    entryInvalid(t, () => subject.machine.apply(entryOf(subject.log)));
  }
});

test('a row of an unknown kind or of a later version is not guessed at', async (t) => {
  const { machine } = await new MachineWorld().open();
  const unknown = t.throws(() => machine.restore([{ key: Buffer.from('other/x'), value: Buffer.alloc(0) }]), {
    instanceOf: BrokerError,
  });
  t.is(unknown.code, 'STORE_FAILED');
  const later = t.throws(
    () => machine.restore([{ key: Buffer.from('machine'), value: Buffer.from([8, 2]) }]),
    {
      instanceOf: BrokerError,
    },
  );
  t.is(later.code, 'STORE_FAILED');
});

import test from 'ava';
import {
  HistoryRecorder,
  QUEUE_LOCK_DEFAULTS,
  appendLogModel,
  checkLinearizable,
  consumerOffsetModel,
  pairOperations,
  queueLockModel,
  topicModel,
  type LinearizableResult,
  type Model,
} from '../src/index.ts';

interface Asked {
  readonly f: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly term?: number;
  readonly outcome?: 'ok' | 'fail' | 'info';
  /** Milliseconds that pass before it is asked, and until it is answered. */
  readonly after?: number;
  readonly takes?: number;
}

/** One operation after the other. */
function check<S, A>(model: Model<S, A>, asked: readonly Asked[]): LinearizableResult['type'] {
  let now = 0;
  const recorder = new HistoryRecorder({ clock: () => now });
  for (const { f, input, output = null, outcome = 'ok', term, after = 1, takes = 1 } of asked) {
    now += after * 1e6;
    const open = recorder.invoke(f, input);
    now += takes * 1e6;
    if (outcome === 'ok') open.ok(output, term === undefined ? {} : { term });
    else open[outcome](['x']);
  }
  return checkLinearizable(model, pairOperations(recorder.records)).type;
}

const place = { group: 'g', queue: 'q' };
const commit = (offset: number, more: Partial<Asked> & { force?: boolean } = {}): Asked => ({
  f: 'commit-offset',
  input: { ...place, offset, force: more.force ?? false },
  ...more,
});
const query = (offset: number | null): Asked => ({ f: 'query-offset', input: place, output: { offset } });

test('a consumer offset rises, and goes back only by force', (t) => {
  t.is(check(consumerOffsetModel, [commit(5), commit(3), query(5)]), 'linearizable');
  t.is(check(consumerOffsetModel, [commit(5), commit(3), query(3)]), 'violation');
  t.is(check(consumerOffsetModel, [commit(5), commit(3, { force: true }), query(3)]), 'linearizable');
  t.is(check(consumerOffsetModel, [commit(5), commit(3, { force: true }), query(5)]), 'violation');
});

test('a consumer offset that was acknowledged is there, and one that failed is not', (t) => {
  t.is(check(consumerOffsetModel, [commit(5), query(null)]), 'violation');
  t.is(check(consumerOffsetModel, [commit(5, { outcome: 'fail' }), query(5)]), 'violation');
  t.is(check(consumerOffsetModel, [commit(5, { outcome: 'info' }), query(5)]), 'linearizable');
  t.is(check(consumerOffsetModel, [commit(5, { outcome: 'info' }), query(null), query(5)]), 'linearizable');
  t.is(check(consumerOffsetModel, [commit(5, { outcome: 'info' }), query(5), query(null)]), 'violation');
});

test('a young queue answers 0 for no offset, and -1 commits nothing', (t) => {
  t.is(check(consumerOffsetModel, [commit(-1), query(0), query(null)]), 'linearizable');
  t.is(check(consumerOffsetModel, [commit(2), query(0)]), 'violation');
});

test('groups and queues do not influence each other', (t) => {
  const other: Asked = { f: 'query-offset', input: { group: 'h', queue: 'q' }, output: { offset: null } };
  t.is(check(consumerOffsetModel, [commit(5), other, query(5)]), 'linearizable');
});

const put = (config: unknown): Asked => ({ f: 'put-topic', input: { topic: 't', config } });
const get = (config: unknown): Asked => ({ f: 'get-topic', input: { topic: 't' }, output: { config } });

test('a topic is as it was put last, whatever the order of its fields', (t) => {
  t.is(
    check(topicModel, [get(null), put({ a: 1, b: { c: 2, d: 3 } }), get({ b: { d: 3, c: 2 }, a: 1 })]),
    'linearizable',
  );
  t.is(check(topicModel, [put({ a: 1 }), put({ a: 2 }), get({ a: 1 })]), 'violation');
  t.is(
    check(topicModel, [put({ a: 1 }), { f: 'delete-topic', input: { topic: 't' } }, get(null)]),
    'linearizable',
  );
  t.is(
    check(topicModel, [put({ a: 1 }), { f: 'delete-topic', input: { topic: 't' } }, get({ a: 1 })]),
    'violation',
  );
});

test('automatic creation leaves a known topic alone', (t) => {
  const create: Asked = { f: 'create-topic', input: { topic: 't', config: { a: 9 } } };
  t.is(check(topicModel, [create, get({ a: 9 }), put({ a: 1 }), create, get({ a: 1 })]), 'linearizable');
  t.is(check(topicModel, [put({ a: 1 }), create, get({ a: 9 })]), 'violation');
});

const lock = (client: string, granted: boolean, more: Partial<Asked> = {}): Asked => ({
  f: 'lock-queue',
  input: { ...place, client },
  output: { granted },
  term: 1,
  ...more,
});
const unlock = (client: string): Asked => ({ f: 'unlock-queue', input: { ...place, client }, term: 1 });
const locks = queueLockModel({ leaseMs: 1000, toleranceMs: 10 });

test('a lock is its holder’s until it is given back', (t) => {
  t.is(check(locks, [lock('a', true), lock('b', false), lock('a', true)]), 'linearizable');
  t.is(check(locks, [lock('a', true), lock('b', true)]), 'violation');
  t.is(check(locks, [lock('a', true), unlock('a'), lock('b', true)]), 'linearizable');
  t.is(check(locks, [lock('a', true), unlock('b'), lock('b', true)]), 'violation');
  t.is(check(locks, [lock('a', true), unlock('a'), lock('b', false)]), 'violation');
  t.is(check(locks, [lock('a', false)]), 'violation');
});

test('a lock that is not refreshed ends with its lease, and not before', (t) => {
  t.is(check(locks, [lock('a', true), lock('b', true, { after: 1100 })]), 'linearizable');
  t.is(check(locks, [lock('a', true), lock('b', false, { after: 1100 })]), 'violation');
  t.is(check(locks, [lock('a', true), lock('b', true, { after: 900 })]), 'violation');
  const refreshed = [lock('a', true), lock('a', true, { after: 900 })];
  t.is(check(locks, [...refreshed, lock('b', true, { after: 900 })]), 'violation');
  t.is(check(locks, [...refreshed, lock('b', false, { after: 900 })]), 'linearizable');
});

test('near the end of the lease either answer is right', (t) => {
  for (const granted of [true, false])
    t.is(check(locks, [lock('a', true), lock('b', granted, { after: 995 })]), 'linearizable');
});

test('a failover forgets locks, and nothing else may', (t) => {
  t.is(check(locks, [lock('a', true), lock('b', true, { term: 2 })]), 'linearizable');
  t.is(
    check(locks, [lock('a', true), lock('b', true, { term: 2 }), lock('c', true, { term: 2 })]),
    'violation',
  );
});

test('a lock request without an answer may hold the queue in any term', (t) => {
  const lost = lock('a', true, { outcome: 'info' });
  t.is(check(locks, [lost, lock('b', false, { term: 2 })]), 'linearizable');
  t.is(check(locks, [lost, lock('b', true, { term: 2 })]), 'linearizable');
  t.is(check(locks, [lost, lock('b', true, { term: 2 }), lock('b', false, { term: 2 })]), 'violation');
});

test('a lock without the term of its master cannot be judged', (t) => {
  t.throws(
    () => check(queueLockModel(QUEUE_LOCK_DEFAULTS), [{ f: 'lock-queue', input: { ...place, client: 'a' } }]),
    {
      code: 'OPERATION_INVALID',
      message: /term/,
    },
  );
});

test('the log model gives a repeated send its first place', (t) => {
  const send = (id: string, offset: number, outcome: Asked['outcome'] = 'ok'): Asked => ({
    f: 'send',
    input: ['q', id, null],
    output: ['q', id, offset],
    outcome,
  });
  t.is(check(appendLogModel, [send('a', 0), send('b', 1), send('a', 0)]), 'linearizable');
  t.is(check(appendLogModel, [send('a', 0), send('b', 1), send('a', 2)]), 'violation');
  t.is(check(appendLogModel, [send('a', 0, 'info'), send('b', 1), send('a', 0)]), 'linearizable');
});

import test from 'ava';
import fc from 'fast-check';
import {
  checkLinearizable,
  consumerOffsetModel,
  describeLinearizable,
  pairOperations,
  partitionBy,
  queueLockModel,
  topicModel,
  type HistoryRecord,
  type LinearizableResult,
  type Model,
  type Operation,
  type Step,
} from '../src/index.ts';
import { LEASE_MS, consumerOffset, queueLocks, simulateObject, topics } from './object-simulation.ts';

const SEED = 20_261_121;

type RegisterAction = { readonly type: 'write' | 'read'; readonly value: number };

/** A register whose writes are lost now and then, though acknowledged: two states may follow a write. */
const forgetfulRegister: Model<number, RegisterAction> = {
  name: 'forgetful register',
  initial: 0,
  read: ({ f, input, output, outcome }) =>
    f === 'write'
      ? { type: 'write', value: input as number }
      : outcome === 'ok'
        ? { type: 'read', value: output as number }
        : null,
  partition: (steps) => partitionBy(steps, () => 'register'),
  step: (state, { action: { type, value } }) =>
    type === 'write' ? [state, value] : state === value ? [state] : [],
  keyOf: String,
  describe: String,
};

/** The same without forgetting. */
const register: Model<number, RegisterAction> = {
  ...forgetfulRegister,
  name: 'register',
  step: (state, { action: { type, value } }) => (type === 'write' ? [value] : state === value ? [state] : []),
};

/** Every order of every choice of unknown operations, judged by the definition alone. */
function bruteForce<State, Action>(model: Model<State, Action>, operations: readonly Operation[]): boolean {
  const steps: Step<Action>[] = [];
  for (const operation of operations) {
    const action = operation.outcome === 'fail' ? null : model.read(operation);
    if (action !== null) steps.push({ operation, action });
  }
  return [...model.partition(steps).values()].every((part) => {
    const required = part.filter(({ operation }) => operation.outcome === 'ok');
    const optional = part.filter(({ operation }) => operation.outcome === 'info');
    for (let chosen = 0; chosen < 1 << optional.length; chosen++) {
      const taken = [...required, ...optional.filter((_, i) => (chosen & (1 << i)) !== 0)];
      for (const order of permutations(taken)) if (isLegal(model, order)) return true;
    }
    return false;
  });
}

function isLegal<State, Action>(model: Model<State, Action>, order: readonly Step<Action>[]): boolean {
  const respectsTime = order.every((later, at) =>
    order.slice(0, at).every((earlier) => later.operation.returned >= earlier.operation.invoked),
  );
  if (!respectsTime) return false;
  let states: readonly State[] = [model.initial];
  for (const step of order) states = states.flatMap((state) => model.step(state, step));
  return states.length > 0;
}

function* permutations<T>(items: readonly T[]): IterableIterator<T[]> {
  if (items.length === 0) yield [];
  for (const [at, item] of items.entries()) {
    for (const rest of permutations(items.filter((_, other) => other !== at))) yield [item, ...rest];
  }
}

/** Small histories with any answers: clients take turns, and most of what they are told is made up. */
function randomHistory(numbers: readonly number[], operationsMax: number): HistoryRecord[] {
  const records: HistoryRecord[] = [];
  const open = new Map<number, HistoryRecord>();
  let operations = 0;
  let nextProcess = 0;
  const write = (record: Omit<HistoryRecord, 'index' | 'time'>): HistoryRecord => {
    const full = { ...record, index: records.length, time: records.length };
    records.push(full);
    return full;
  };
  for (const number of numbers) {
    const choice = Math.floor(number / 8);
    if (number % 2 === 0 && operations < operationsMax) {
      operations += 1;
      const f = choice % 2 === 0 ? 'write' : 'read';
      const process = nextProcess++;
      open.set(
        process,
        write({ process, type: 'invoke', f, value: f === 'write' ? 1 + (choice % 3) : null }),
      );
      continue;
    }
    const [process, invoke] = [...open][choice % Math.max(1, open.size)] ?? [];
    if (process === undefined || invoke === undefined) continue;
    open.delete(process);
    const type = number % 16 === 1 ? 'info' : number % 16 === 3 ? 'fail' : 'ok';
    write({ process, type, f: invoke.f, value: invoke.f === 'read' ? choice % 4 : invoke.value });
  }
  return records;
}

const numbers = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.noBias(fc.array(fc.nat(99_999), { minLength: 10, maxLength, size: 'max' }));

for (const model of [register, forgetfulRegister]) {
  test(`the search agrees with trying all orders: ${model.name}`, (t) => {
    t.log(`seed ${SEED}`);
    let right = 0;
    let wrong = 0;
    fc.assert(
      fc.property(numbers(16), (choices) => {
        const operations = pairOperations(randomHistory(choices, 6));
        const result = checkLinearizable(model, operations);
        const expected = bruteForce(model, operations);
        if ((result.type === 'linearizable') !== expected)
          throw new Error(`all orders say ${expected}; ${describeLinearizable(result)}`);
        if (expected) right += 1;
        else wrong += 1;
      }),
      { seed: SEED, numRuns: 2000 },
    );
    t.log(`${right} right, ${wrong} wrong`);
    t.true(Math.min(right, wrong) > 200);
  });
}

const lockModel = queueLockModel({ leaseMs: LEASE_MS, toleranceMs: 0 });
const objects = {
  'consumer offset': {
    make: consumerOffset,
    check: (operations: readonly Operation[]) => checkLinearizable(consumerOffsetModel, operations),
    answer: (output: unknown) => ({ offset: ((output as { offset: number | null }).offset ?? 0) + 1 }),
    asks: 'query-offset',
  },
  topics: {
    make: topics,
    check: (operations: readonly Operation[]) => checkLinearizable(topicModel, operations),
    answer: () => ({ config: { queues: 99, perm: 6 } }),
    asks: 'get-topic',
  },
  'queue lock': {
    make: queueLocks,
    check: (operations: readonly Operation[]) => checkLinearizable(lockModel, operations),
    answer: (output: unknown) => ({ granted: !(output as { granted: boolean }).granted }),
    asks: 'lock-queue',
  },
};

for (const [name, { make, check, answer, asks }] of Object.entries(objects)) {
  test(`what a sequential object does is accepted, other answers are mostly not: ${name}`, (t) => {
    t.log(`seed ${SEED}`);
    let rejected = 0;
    let tried = 0;
    fc.assert(
      fc.property(numbers(150), fc.nat(1000), (choices, pick) => {
        const operations = pairOperations(simulateObject(make(), choices));
        const result = check(operations);
        if (result.type !== 'linearizable') throw new Error(describeLinearizable(result));
        const answered = operations.filter(({ f, outcome }) => f === asks && outcome === 'ok');
        const wrong = answered[pick % answered.length];
        if (wrong === undefined) return;
        tried += 1;
        const changed = operations.map((operation) =>
          operation === wrong ? { ...operation, output: answer(operation.output) } : operation,
        );
        if (check(changed).type === 'violation') rejected += 1;
      }),
      { seed: SEED, numRuns: 1000 },
    );
    t.log(`${rejected} of ${tried} changed answers are rejected`);
    t.true(rejected > tried / 4);
  });
}

function violationOf(result: LinearizableResult): Extract<LinearizableResult, { type: 'violation' }> {
  if (result.type !== 'violation') throw new Error(describeLinearizable(result));
  return result;
}

function recordsOf(
  lines: readonly (readonly [process: number, type: HistoryRecord['type'], f: string, value: unknown])[],
): HistoryRecord[] {
  return lines.map(([process, type, f, value], index) => ({ index, time: index, process, type, f, value }));
}

test('a violation names the longest legal order and what cannot follow', (t) => {
  const operations = pairOperations(
    recordsOf([
      [0, 'invoke', 'write', 1],
      [0, 'ok', 'write', 1],
      [1, 'invoke', 'write', 2],
      [0, 'invoke', 'read', null],
      [0, 'ok', 'read', 2],
      [0, 'invoke', 'read', null],
      [0, 'ok', 'read', 1],
      [1, 'ok', 'write', 2],
    ]),
  );
  const result = violationOf(checkLinearizable(register, operations));
  t.deepEqual(
    result.longest.map(({ invoked }) => invoked),
    [0, 2, 3],
  );
  t.deepEqual(result.states, ['2']);
  t.is(result.due.invoked, 5);
  t.deepEqual(
    result.candidates.map(({ invoked }) => invoked),
    [5],
  );
  t.regex(describeLinearizable(result), /not linearizable[^]*leaves 2[^]*operation 5 has returned by then/);
});

test('an unknown write may take effect at any later time, but not before it began', (t) => {
  const late = recordsOf([
    [0, 'invoke', 'write', 1],
    [0, 'info', 'write', 1],
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', 0],
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', 1],
  ]);
  t.is(checkLinearizable(register, pairOperations(late)).type, 'linearizable');
  const early = recordsOf([
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', 1],
    [0, 'invoke', 'write', 1],
    [0, 'info', 'write', 1],
  ]);
  t.is(checkLinearizable(register, pairOperations(early)).type, 'violation');
  const twice = recordsOf([
    [0, 'invoke', 'write', 1],
    [0, 'info', 'write', 1],
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', 1],
    [1, 'invoke', 'write', 2],
    [1, 'ok', 'write', 2],
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', 1],
  ]);
  t.is(checkLinearizable(register, pairOperations(twice)).type, 'violation');
});

/** Many open writes and a read of what nobody wrote: every order must be tried. */
function hard(writes: number): Operation[] {
  const lines: [number, HistoryRecord['type'], string, unknown][] = [];
  for (let i = 0; i < writes; i++) lines.push([i, 'invoke', 'write', i + 1]);
  lines.push([1000, 'invoke', 'read', null], [1000, 'ok', 'read', -1]);
  return pairOperations(recordsOf(lines));
}

test('a search that is given up is unknown, with the reason', (t) => {
  t.like(checkLinearizable(register, hard(24), { stepsMax: 1000 }), {
    type: 'unknown',
    reason: 'too-many-steps',
  });
  t.like(checkLinearizable(register, hard(24), { configurationsMax: 1000 }), {
    type: 'unknown',
    reason: 'too-many-configurations',
  });
  let now = 0;
  const clock = { monotonic: () => (now += 60) };
  const late = checkLinearizable(register, hard(24), { clock, timeoutMs: 100 });
  t.like(late, { type: 'unknown', reason: 'timeout', model: 'register', partition: 'register' });
  t.is(checkLinearizable(register, hard(6)).type, 'violation');
});

test('memory of configurations makes a long history with much overlap short work', (t) => {
  const lines: [number, HistoryRecord['type'], string, unknown][] = [];
  for (let round = 0; round < 2000; round++) {
    for (let i = 0; i < 6; i++) lines.push([i, 'invoke', 'write', 10 * round + i]);
    for (let i = 0; i < 6; i++) lines.push([i, 'ok', 'write', null]);
    lines.push([6, 'invoke', 'read', null], [6, 'ok', 'read', 10 * round + (round % 6)]);
  }
  const result = checkLinearizable(register, pairOperations(recordsOf(lines)), { stepsMax: 5_000_000 });
  t.is(result.type, 'linearizable');
});

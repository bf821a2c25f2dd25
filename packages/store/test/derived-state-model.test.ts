import test from 'ava';
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { DerivedState } from '../src/derived-state.ts';
import type { CrashMode } from '../src/unsynced-changes.ts';
import { DerivedWorld, appendUnit, randomFrom, readUnits, tinyLimits, unitAt } from './derived-fixture.ts';
import type { Unit } from './derived-fixture.ts';

interface ModelQueue {
  min: number;
  next: number;
  /** Units from offset `base` on: a dropped queue begins again. */
  units: Unit[];
}

interface ModelKey {
  readonly topicNumber: number;
  readonly key: string;
  readonly queueOffset: number;
  readonly storeTimestamp: number;
}

/** What the derived state must be: plain arrays and the window rule word by word. */
class Model {
  appliedIndex = 0;
  queues: ModelQueue[] = Array.from({ length: 8 }, () => ({ min: 0, next: 0, units: [] }));
  keys: ModelKey[] = [];
  entries = new Map<string, string>();

  copy(): Model {
    const copied = new Model();
    copied.appliedIndex = this.appliedIndex;
    copied.queues = this.queues.map((queue) => ({ ...queue, units: [...queue.units] }));
    copied.keys = [...this.keys];
    copied.entries = new Map(this.entries);
    return copied;
  }

  insert(key: ModelKey): void {
    const { uniqKeyCountMax = 0, uniqKeyWindowMs = 0 } = tinyLimits;
    const times = [...this.keys, key].map(({ storeTimestamp }) => storeTimestamp);
    while (this.keys.length > 0) {
      if (this.keys.length < uniqKeyCountMax && ageOfFirst(times) <= uniqKeyWindowMs) break;
      this.keys.shift();
      times.shift();
    }
    this.keys.push(key);
  }
}

/** Time that passed by these stamps, where nothing counts backwards and no step for more than a second. */
function ageOfFirst(times: readonly number[]): number {
  return times.reduce((age, time, at) => {
    const before = times[at - 1] ?? time;
    return age + Math.min(1_000, Math.max(0, time - before));
  }, 0);
}

type Operation =
  | { type: 'append'; queue: number; count: number }
  | { type: 'retain'; queue: number; part: number }
  | { type: 'drop'; queue: number }
  | { type: 'keys'; first: number; count: number; time: number }
  | { type: 'entry'; key: number; value: number }
  | { type: 'checkpoint' }
  | { type: 'step'; count: number }
  | { type: 'crash'; mode: CrashMode; seed: number };

const queue = fc.nat(7);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      queue,
      count: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      queue,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('retain' as const),
      queue,
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drop' as const), queue }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('keys' as const),
      first: fc.nat(60),
      count: fc.integer({ min: 1, max: 30 }),
      time: fc.nat(3000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('entry' as const), key: fc.nat(5), value: fc.nat(3) }),
  },
  { weight: 4, arbitrary: fc.constant<Operation>({ type: 'checkpoint' }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('step' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('crash' as const),
      mode: fc.constantFrom<CrashMode>('kill', 'lose', 'tear', 'reorder'),
      seed: fc.nat(),
    }),
  },
);

/** One run: the model beside the real thing, and a copy of the model for each checkpoint asked for. */
class Run {
  readonly world: DerivedWorld = new DerivedWorld();
  state!: DerivedState;
  model: Model = new Model();
  saved: Map<number, Model> = new Map([[0, new Model()]]);
  puts = new Map<string, string>();
  deletes = new Set<string>();
  running: Promise<void> = Promise.resolve();
  readonly #t: ExecutionContext;

  constructor(t: ExecutionContext) {
    this.#t = t;
  }

  async perform(operation: Operation): Promise<void> {
    this.model.appliedIndex += 1;
    switch (operation.type) {
      case 'append':
        this.#append(operation.queue, operation.count);
        break;
      case 'retain':
        this.#retain(operation.queue, operation.part);
        break;
      case 'drop':
        this.state.queueIndex.dropQueue(operation.queue);
        this.model.queues[operation.queue] = { min: 0, next: 0, units: [] };
        break;
      case 'keys':
        await this.#insertKeys(operation.first, operation.count, operation.time);
        break;
      case 'entry':
        this.#changeEntry(`k${operation.key}`, operation.value);
        break;
      case 'checkpoint':
        await this.checkpoint();
        break;
      case 'step':
        await this.world.step(operation.count);
        break;
      case 'crash':
        await this.crash(operation.mode, operation.seed);
        break;
    }
  }

  #append(queueNumber: number, count: number): void {
    const queue = this.model.queues[queueNumber] as ModelQueue;
    for (let done = 0; done < count; done += 1) {
      // The content depends on the index too: a dropped queue that starts again must not show old units.
      const unit = unitAt(queueNumber, queue.next + this.model.appliedIndex * 10_000);
      appendUnit(this.state.queueIndex, queueNumber, unit);
      queue.units.push(unit);
      queue.next += 1;
    }
  }

  #retain(queueNumber: number, part: number): void {
    const queue = this.model.queues[queueNumber] as ModelQueue;
    const min = queue.min + Math.round((queue.next - queue.min) * part);
    this.state.queueIndex.setMinOffset(queueNumber, min);
    queue.units = queue.units.slice(min - queue.min);
    queue.min = min;
  }

  async #insertKeys(first: number, count: number, time: number): Promise<void> {
    const { uniqKeys } = this.state;
    for (let number = first; number < first + count; number += 1) {
      if (uniqKeys.mustWait) await this.checkpoint();
      if (uniqKeys.mustWait) await this.checkpoint();
      const key = {
        topicNumber: number % 3,
        key: keyText(number),
        queueOffset: this.model.appliedIndex,
        storeTimestamp: time,
      };
      const bytes = Buffer.from(`..${key.key}`);
      uniqKeys.insert(
        key.topicNumber,
        bytes,
        2,
        bytes.length - 2,
        5,
        key.queueOffset,
        2 ** 40 + number,
        time,
      );
      this.model.insert(key);
    }
  }

  #changeEntry(key: string, value: number): void {
    if (value === 0) {
      this.model.entries.delete(key);
      this.puts.delete(key);
      this.deletes.add(key);
    } else {
      this.model.entries.set(key, String(value));
      this.puts.set(key, String(value));
      this.deletes.delete(key);
    }
  }

  /** End the running checkpoint and begin another. */
  async checkpoint(): Promise<void> {
    await this.world.settle(this.running);
    const { appliedIndex } = this.model;
    this.saved = new Map([
      [this.state.appliedIndex, this.saved.get(this.state.appliedIndex) as Model],
      [appliedIndex, this.model.copy()],
    ]);
    const puts = [...this.puts].map(([key, value]) => ({ key, value: Buffer.from(value) }));
    this.running = this.state.checkpoint({ appliedIndex, puts, deletes: [...this.deletes] });
    this.running.catch(() => undefined);
    this.puts = new Map();
    this.deletes = new Set();
  }

  async crash(mode: CrashMode, seed: number): Promise<void> {
    const known = this.state.appliedIndex;
    await this.world.crash(mode, randomFrom(seed));
    this.running = Promise.resolve();
    this.state = await this.world.open();
    const { appliedIndex } = this.state;
    const model = this.saved.get(appliedIndex);
    this.#t.true(appliedIndex >= known && model !== undefined);
    this.model = (model as Model).copy();
    this.saved = new Map([[appliedIndex, this.model.copy()]]);
    this.puts = new Map();
    this.deletes = new Set();
    this.compare();
    const entries = this.state.takeEntries().map(({ key, value }) => [key.toString(), value.toString()]);
    this.#t.deepEqual(entries, [...this.model.entries].sort());
  }

  /** The state shows exactly what the model has. */
  compare(): void {
    const { queueIndex, uniqKeys } = this.state;
    this.model.queues.forEach((queue, queueNumber) => {
      this.#t.is(queueIndex.minOffset(queueNumber), queue.min);
      this.#t.is(queueIndex.nextOffset(queueNumber), queue.next);
      this.#t.deepEqual(readUnits(queueIndex, queueNumber, queue.min), queue.units);
      queueIndex.verify(queueNumber);
    });
    this.#t.is(uniqKeys.size, this.model.keys.length);
    for (let number = 0; number < 90; number += 1) {
      const topicNumber = number % 3;
      const text = Buffer.from(keyText(number));
      const handle = uniqKeys.find(topicNumber, text, 0, text.length);
      const expected = this.model.keys.findLast(
        (key) => key.topicNumber === topicNumber && key.key === keyText(number),
      );
      this.#t.is(handle >= 0, expected !== undefined);
      if (expected === undefined) continue;
      this.#t.is(uniqKeys.queueNumber(handle), 5);
      this.#t.is(uniqKeys.queueOffset(handle), expected.queueOffset);
      this.#t.is(uniqKeys.address(handle), 2 ** 40 + number);
      this.#t.is(uniqKeys.storeTimestamp(handle), expected.storeTimestamp);
    }
  }
}

/** Two thirds of the keys have the form that clients make, the others are any text. */
function keyText(number: number): string {
  return number % 3 === 0 ? `order-${number}` : number.toString(16).toUpperCase().padStart(32, 'C0FFEE');
}

test('after any crash the opened state is that of a checkpoint asked for, whole', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 100 }), async (operations) => {
      const run = new Run(t);
      run.state = await run.world.open();
      for (const operation of operations) await run.perform(operation);
      run.compare();
      await run.crash('tear', 7);
      await run.checkpoint();
      await run.world.settle(run.running);
      await run.crash('lose', 9);
    }),
    { seed: 20_261, numRuns: 150 },
  );
});

import test from 'ava';
import fc from 'fast-check';
import { ProcessQueue } from '../src/process-queue.ts';

interface ModelMessage {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
  finished: boolean;
}

/** The same by brute force. */
class Model {
  readonly messages: ModelMessage[] = [];
  nextOffset: number;

  constructor(startOffset: number) {
    this.nextOffset = startOffset;
  }

  get unfinished(): ModelMessage[] {
    return this.messages.filter(({ finished }) => !finished);
  }

  get committedOffset(): number {
    return Math.min(this.nextOffset, ...this.unfinished.map(({ offset }) => offset));
  }
}

type Step =
  | { readonly type: 'add'; readonly gap: number; readonly bytes: number }
  | { readonly type: 'advance'; readonly by: number }
  | { readonly type: 'finish'; readonly pick: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('add'), gap: fc.nat(3), bytes: fc.nat(5000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('advance'), by: fc.integer({ min: -3, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('finish'), pick: fc.nat(10_000) }) },
);

function apply(step: Step, queue: ProcessQueue, model: Model): void {
  switch (step.type) {
    case 'add': {
      const offset = model.nextOffset + step.gap;
      const slot = queue.add(offset, step.bytes);
      model.messages.push({ slot, offset, bytes: step.bytes, finished: false });
      model.nextOffset = offset + 1;
      return;
    }
    case 'advance':
      queue.advanceTo(model.nextOffset + step.by);
      model.nextOffset = Math.max(model.nextOffset, model.nextOffset + step.by);
      return;
    case 'finish': {
      const message = model.messages[step.pick % Math.max(1, model.messages.length)];
      if (message === undefined) return;
      const fresh = queue.finish(message.slot);
      if (fresh === message.finished) throw new Error('a slot can be finished once only');
      message.finished = true;
    }
  }
}

test('counts, bytes and the offset to commit are those of a plain list, whatever finishes first', (t) => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(steps, { maxLength: 600, size: 'max' }), (start, script) => {
      const queue = new ProcessQueue(start);
      const model = new Model(start);
      for (const step of script) {
        apply(step, queue, model);
        const { unfinished } = model;
        t.is(queue.count, unfinished.length);
        t.is(
          queue.bytes,
          unfinished.reduce((sum, { bytes }) => sum + bytes, 0),
        );
        t.is(queue.nextOffset, model.nextOffset);
        t.is(queue.committedOffset, model.committedOffset);
        const oldest = unfinished[0];
        t.is(queue.span, oldest === undefined ? 0 : model.messages.length - model.messages.indexOf(oldest));
      }
    }),
    { seed: 20_260_102, numRuns: 60 },
  );
});

test('one unfinished message holds the commit back until it is done', (t) => {
  const queue = new ProcessQueue(10);
  const first = queue.add(10, 1);
  const others = Array.from({ length: 500 }, (_, i) => queue.add(11 + i, 1));
  for (const slot of others) t.true(queue.finish(slot));
  t.is(queue.committedOffset, 10);
  t.is(queue.count, 1);
  t.is(queue.span, 501);
  t.true(queue.finish(first));
  t.is(queue.committedOffset, 511);
  t.is(queue.span, 0);
  t.false(queue.finish(first));
});

test('offsets cannot go back', (t) => {
  const queue = new ProcessQueue(5);
  queue.add(7, 1);
  t.throws(() => queue.add(7, 1), { instanceOf: RangeError });
  t.throws(() => new ProcessQueue(5).add(4, 1), { instanceOf: RangeError });
});

test('a slot that was never given out is not finished', (t) => {
  const queue = new ProcessQueue(0);
  t.false(queue.finish(0));
  t.false(queue.finish(64));
  t.is(queue.committedOffset, 0);
});

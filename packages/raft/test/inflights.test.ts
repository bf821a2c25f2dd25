import test from 'ava';
import fc from 'fast-check';
import { Inflights } from '../src/inflights.ts';

type Act =
  { readonly type: 'add'; readonly bytes: number } | { readonly type: 'free'; readonly back: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), bytes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ type: fc.constant('free' as const), back: fc.nat(6) }),
);

test('the ring behaves as a plain list', (t) => {
  const limits = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 }));
  const property = fc.property(limits, fc.array(act, { maxLength: 80 }), ([messagesMax, bytesMax], acts) => {
    const ring = new Inflights(messagesMax, bytesMax);
    let model: { readonly index: number; readonly bytes: number }[] = [];
    let index = 0;
    for (const step of acts) {
      const bytes = model.reduce((sum, item) => sum + item.bytes, 0);
      const full = model.length >= messagesMax || (model.length > 0 && bytes >= bytesMax);
      if (ring.full !== full || ring.count !== model.length || ring.bytes !== bytes) return false;
      if (step.type === 'free') {
        ring.freeTo(index - step.back);
        model = model.filter((item) => item.index > index - step.back);
      } else if (!full) {
        index++;
        ring.add(index, step.bytes);
        model.push({ index, bytes: step.bytes });
      }
      ring.checkInvariants();
    }
    return true;
  });
  fc.assert(property, { seed: 311, numRuns: 500 });
  t.pass();
});

test('one message larger than the byte limit may leave, a second may not', (t) => {
  const ring = new Inflights(10, 100);
  ring.add(1, 5_000);
  t.true(ring.full);
  t.throws(() => ring.add(2, 1), { code: 'INVARIANT_VIOLATED' });
  ring.freeTo(1);
  t.false(ring.full);
});

test('clear forgets everything', (t) => {
  const ring = new Inflights(3, 100);
  ring.add(1, 10);
  ring.add(2, 10);
  ring.clear();
  t.is(ring.count, 0);
  t.is(ring.bytes, 0);
  ring.add(1, 10);
  t.is(ring.count, 1);
});

import test from 'ava';
import * as fc from 'fast-check';
import { TailCache } from '../src/tail-cache.ts';

type CacheEvent =
  | { readonly type: 'append'; readonly bytes: Uint8Array }
  | { readonly type: 'cut'; readonly back: number }
  | { readonly type: 'reset'; readonly address: number };

const events = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('append' as const), bytes: fc.uint8Array({ maxLength: 90 }) }),
    fc.record({ type: fc.constant('cut' as const), back: fc.nat(120) }),
    fc.record({ type: fc.constant('reset' as const), address: fc.nat(5000) }),
  ),
);

test('the ring equals an unbounded log wherever it says that it holds a range', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(1000), events, (capacity, base, list) => {
      const cache = new TailCache(capacity, base);
      const log = new Map<number, number>();
      let end = base;
      for (const event of list) {
        end = applyEvent(cache, log, end, event);
        t.is(cache.end(), end);
        t.true(cache.start() <= end && end - cache.start() <= capacity);
        checkRanges(cache, log);
      }
    }),
    { seed: 77, numRuns: 200 },
  );
});

test('after an append the ring holds as much as it can', (t) => {
  const cache = new TailCache(10, 0);
  cache.append(Buffer.alloc(7));
  cache.append(Buffer.alloc(7));
  t.true(cache.holds(4, 10));
  t.false(cache.holds(3, 1));
  t.is(cache.views(4, 10).length, 2);
  cache.append(Buffer.alloc(25));
  t.is(cache.start(), 29);
});

function applyEvent(cache: TailCache, log: Map<number, number>, end: number, event: CacheEvent): number {
  switch (event.type) {
    case 'append':
      cache.append(Buffer.from(event.bytes));
      event.bytes.forEach((byte, at) => log.set(end + at, byte));
      return end + event.bytes.length;
    case 'cut': {
      const address = Math.max(cache.start(), end - event.back);
      cache.cut(address);
      return address;
    }
    case 'reset':
      cache.reset(event.address);
      return event.address;
  }
}

function checkRanges(cache: TailCache, log: ReadonlyMap<number, number>): void {
  const bytes = cache.end() - cache.start();
  for (const [from, length] of [
    [cache.start(), bytes],
    [cache.start() + (bytes >> 1), bytes - (bytes >> 1)],
  ] as const) {
    const expected = Buffer.from(Array.from({ length }, (_, at) => log.get(from + at) ?? -1));
    const target = Buffer.alloc(length + 2);
    cache.copy(from, length, target, 1);
    if (!target.subarray(1, 1 + length).equals(expected)) throw new Error(`copy of ${from} differs`);
    if (!Buffer.concat(cache.views(from, length)).equals(expected))
      throw new Error(`views of ${from} differ`);
  }
}

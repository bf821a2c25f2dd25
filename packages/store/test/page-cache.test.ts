import test from 'ava';
import fc from 'fast-check';
import { PageCache } from '../src/page-cache.ts';
import { PAGE_BYTES } from '../src/queue-units.ts';

test('the cache holds what a map of pages holds, dirty pages always among it', (t) => {
  const action = fc.record({
    kind: fc.constantFrom('use', 'use', 'dirty', 'clean', 'drop'),
    page: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const cache = new PageCache(24 * PAGE_BYTES);
      const dirty = new Set<number>();
      for (const { kind, page } of actions) {
        if (kind === 'drop') {
          cache.drop(page);
          dirty.delete(page);
          t.is(cache.find(page), -1);
          continue;
        }
        let slot = cache.find(page);
        if (slot < 0) {
          t.false(dirty.has(page));
          slot = cache.take(page);
          cache.words(slot)[cache.wordsAt(slot)] = page;
        }
        if (kind === 'dirty' && dirty.size < 20) {
          t.is(cache.markDirty(slot), !dirty.has(page));
          dirty.add(page);
        } else if (kind === 'clean') {
          cache.markClean(slot);
          dirty.delete(page);
        }
        t.is(cache.dirtyCount, dirty.size);
        for (const held of dirty) {
          const at = cache.find(held);
          t.true(cache.holds(at, held));
          t.is(cache.words(at)[cache.wordsAt(at)], held);
        }
      }
    }),
    { seed: 384, numRuns: 200 },
  );
});

test('a page is refused when all are dirty', (t) => {
  const cache = new PageCache(4 * PAGE_BYTES);
  for (let page = 0; page < 4; page += 1) cache.markDirty(cache.take(page));
  t.throws(() => cache.take(4), { code: 'LIMIT_EXCEEDED' });
  cache.markClean(cache.find(2));
  t.true(cache.take(4) >= 0);
  t.is(cache.find(2), -1);
});

import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { NameCache } from '../src/name-cache.ts';

test('names are right however many share a slot', (t) => {
  const names = new NameCache(2);
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,140}$/), fc.nat(5), (name, at) => {
      const source = Buffer.from(`${'#'.repeat(at)}${name}!`);
      t.is(names.get(source, at, at + name.length), name);
      source.fill(0);
      t.is(names.get(Buffer.from(name), 0, name.length), name);
    }),
    { seed: 21_001, numRuns: 500 },
  );
});

import test from 'ava';
import { SeededRandom } from '../../src/world/seeded-random.ts';

const draw = (random: SeededRandom): number[] => Array.from({ length: 20 }, () => random.nextInt(1_000));

test('equal seeds give equal draws, other seeds others', (t) => {
  t.deepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(7)));
  t.notDeepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(8)));
  t.notDeepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(7 + 2 ** 32)));
});

test('a named stream does not depend on what was drawn elsewhere', (t) => {
  const one = new SeededRandom(7);
  const other = new SeededRandom(7);
  draw(other);
  other.stream('b').nextInt(2);
  t.deepEqual(draw(one.stream('a')), draw(other.stream('a')));
  t.notDeepEqual(draw(one.stream('a')), draw(one.stream('b')));
});

test('draws fill their range evenly', (t) => {
  const random = new SeededRandom(1);
  const counts = new Map<number, number>();
  for (let draws = 0; draws < 10_000; draws += 1) {
    const drawn = random.between(3, 7);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  t.deepEqual([...counts.keys()].sort(), [3, 4, 5, 6, 7]);
  for (const count of counts.values()) t.true(Math.abs(count - 2_000) < 200);
  let hits = 0;
  for (let draws = 0; draws < 10_000; draws += 1) if (random.chance(0.1)) hits += 1;
  t.true(Math.abs(hits - 1_000) < 120);
});

test('weights, picks and shuffles keep to what is given', (t) => {
  const random = new SeededRandom(2);
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let draws = 0; draws < 10_000; draws += 1)
    counts[random.weighted({ often: 9, seldom: 1, never: 0 })] += 1;
  t.is(counts.never, 0);
  t.true(Math.abs(counts.seldom - 1_000) < 120);
  t.deepEqual(random.shuffle([1, 2, 3, 4]).sort(), [1, 2, 3, 4]);
  t.throws(() => random.pick([]), { instanceOf: RangeError });
});

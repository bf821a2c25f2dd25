import test from 'ava';
import fc from 'fast-check';
import { majority, majorityIndex, majorityVote } from '../src/quorum.ts';

const group = fc.array(fc.nat(6), { minLength: 1, maxLength: 7 });

type IndexRule = (voters: readonly string[], valueOf: (voter: string) => number) => number;

function idsOf(values: readonly unknown[]): string[] {
  return values.map((_, at) => `n${at}`);
}

/** The definition, tried out: the highest value that more than half of the voters have reached. */
function naiveIndex(values: readonly number[]): number {
  let best = 0;
  for (let candidate = 0; candidate <= 6; candidate++) {
    if (values.filter((value) => value >= candidate).length * 2 > values.length) best = candidate;
  }
  return best;
}

function agrees(rule: IndexRule): fc.IProperty<[number[]]> {
  return fc.property(group, (values) => {
    const ids = idsOf(values);
    return rule(ids, (id) => values[ids.indexOf(id)] ?? 0) === naiveIndex(values);
  });
}

test('the agreed index is the one found by trying', (t) => {
  fc.assert(agrees(majorityIndex), { seed: 301, numRuns: 2_000 });
  t.pass();
});

test('a rule that is content with half of the voters is caught', (t) => {
  const half: IndexRule = (voters, valueOf) =>
    voters.map(valueOf).sort((a, b) => b - a)[Math.max(0, Math.ceil(voters.length / 2) - 1)] ?? 0;
  t.true(fc.check(agrees(half), { seed: 301, numRuns: 2_000 }).failed);
});

test('a vote is decided exactly when the missing answers cannot change it', (t) => {
  const votes = fc.array(fc.constantFrom(true, false, undefined), { minLength: 1, maxLength: 7 });
  const property = fc.property(votes, (given) => {
    const ids = idsOf(given);
    const missing = given.filter((vote) => vote === undefined).length;
    const yes = given.filter((vote) => vote === true).length;
    const wins = (count: number): boolean => count * 2 > given.length;
    const expected = wins(yes) ? 'won' : wins(yes + missing) ? 'pending' : 'lost';
    return majorityVote(ids, (id) => given[ids.indexOf(id)]) === expected;
  });
  fc.assert(property, { seed: 302, numRuns: 2_000 });
  t.pass();
});

test('two majorities share a voter, and no smaller number does', (t) => {
  for (let count = 1; count <= 9; count++) {
    t.true(majority(count) * 2 > count);
    t.true((majority(count) - 1) * 2 <= count);
  }
});

test('without voters nothing is agreed', (t) => {
  t.is(
    majorityIndex([], () => 9),
    0,
  );
  t.not(
    majorityVote([], () => true),
    'won',
  );
});

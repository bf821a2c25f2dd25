import test from 'ava';
import { mutantNamed } from '../../src/mutants/catalogue.ts';
import { huntMutants } from '../../src/mutants/mutant-hunt.ts';

const runner = new URL('../cli/fake-run.js', import.meta.url);
const quorumOfHalf = mutantNamed('quorum-of-half');

test('a mutant is found at the first seed that shows it and is clean without it', async (t) => {
  const [verdict] = await huntMutants({
    runner,
    mutants: [quorumOfHalf],
    first: 8,
    seedsMax: 50,
    parallel: 1,
  });
  t.is(verdict?.foundAtSeed, 20);
  t.is(verdict?.seedsTried, 13);
  t.deepEqual(verdict?.checkers, ['election-safety']);
  t.deepEqual(verdict?.uncleanSeeds, [10]);
});

test('several processes share the seeds of one mutant', async (t) => {
  const verdicts: string[] = [];
  const [verdict] = await huntMutants({
    runner,
    mutants: [quorumOfHalf],
    first: 11,
    seedsMax: 50,
    parallel: 2,
    onVerdict: ({ mutant }) => verdicts.push(mutant.name),
  });
  t.is(verdict?.foundAtSeed, 20);
  t.true((verdict?.seedsTried ?? 0) >= 10);
  t.deepEqual(verdicts, ['quorum-of-half']);
});

test('a mutant that no seed shows is not found', async (t) => {
  const [verdict] = await huntMutants({
    runner,
    mutants: [quorumOfHalf],
    first: 11,
    seedsMax: 5,
    parallel: 1,
  });
  t.is(verdict?.foundAtSeed, null);
  t.is(verdict?.seedsTried, 5);
});

test('a mutant of a module that no run loads is an error, not a mutant that was not found', async (t) => {
  const mutants = [mutantNamed('two-holders-of-a-queue-lock')];
  await t.throwsAsync(huntMutants({ runner, mutants, first: 11, seedsMax: 5, parallel: 1 }), {
    message: /did not get ready/,
  });
});

import test from 'ava';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutantNamed } from '../../src/mutants/catalogue.ts';
import { mutatedSource } from '../../src/mutants/mutated-source.ts';

function probe(...args: string[]): unknown {
  const program = fileURLToPath(new URL('./plant-probe.js', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' }));
}

test('a process that asks for a mutant loads the changed line', (t) => {
  t.deepEqual(probe('planted'), { before: null, majority: 1, after: 'quorum-of-half' });
});

test('a process that does not ask runs the module as it is', (t) => {
  t.deepEqual(probe(), { before: null, majority: 2, after: null });
});

test('a line that is missing or there twice is refused', (t) => {
  const mutant = mutantNamed('quorum-of-half');
  t.throws(() => mutatedSource('nothing of the kind', mutant), { message: /occurs 0 times/ });
  t.throws(() => mutatedSource(`${mutant.find}\n${mutant.find}`, mutant), { message: /occurs 2 times/ });
});

test('a replacement is taken as it is, whatever signs it contains', (t) => {
  const mutant = { ...mutantNamed('quorum-of-half'), find: 'a', replace: "$& $' $1" };
  t.true(mutatedSource('x a y', mutant).startsWith("x $& $' $1 y\n"));
});

test('safeguards that would hide a bug are taken away with it, each in its own module', (t) => {
  const mutant = {
    ...mutantNamed('quorum-of-half'),
    module: 'one',
    find: 'a',
    replace: 'b',
    also: [
      { module: 'one', find: 'x', replace: 'y' },
      { module: 'two', find: 'a', replace: 'c' },
    ],
  };
  t.true(mutatedSource('x a', mutant).startsWith('y b\n'));
  t.is(mutatedSource('a', mutant, 'two'), 'c');
  t.throws(() => mutatedSource('a', mutant), { message: /"x" occurs 0 times/ });
});

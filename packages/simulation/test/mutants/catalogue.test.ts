import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { mutants } from '../../src/mutants/catalogue.ts';
import { occurrences } from '../../src/mutants/mutated-source.ts';
import { moduleUrl } from '../../src/mutants/plant.ts';

for (const mutant of mutants) {
  test(`the line of mutant ${mutant.name} exists once`, (t) => {
    const url = moduleUrl(mutant);
    const adapt = `a change of the code has overtaken the mutant ${mutant.name} (${mutant.breaks}): adapt it`;
    t.true(existsSync(url), `${mutant.module} does not exist; ${adapt}`);
    const count = occurrences(readFileSync(url, 'utf8'), mutant);
    t.is(count, 1, `"${mutant.find}" occurs ${count} times in ${mutant.module}; ${adapt}`);
    t.not(mutant.find, mutant.replace);
  });
}

test('mutants have names of their own, expectations, and are enough', (t) => {
  t.true(mutants.length >= 26);
  t.is(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  for (const { name, breaks, expectedCheckers } of mutants) {
    t.regex(name, /^[a-z][a-z-]+$/);
    t.not(breaks, '');
    t.true(expectedCheckers.length > 0, name);
  }
});

import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { mutants } from '../../src/mutants/catalogue.ts';
import { editsOf } from '../../src/mutants/mutant.ts';
import { occurrences } from '../../src/mutants/mutated-source.ts';
import { moduleUrl } from '../../src/mutants/plant.ts';

for (const mutant of mutants) {
  test(`the line of mutant ${mutant.name} exists once`, (t) => {
    const adapt = `a change of the code has overtaken the mutant ${mutant.name} (${mutant.breaks}): adapt it`;
    for (const edit of editsOf(mutant)) {
      const url = moduleUrl(edit);
      t.true(existsSync(url), `${edit.module} does not exist; ${adapt}`);
      const count = occurrences(readFileSync(url, 'utf8'), edit);
      t.is(count, 1, `"${edit.find}" occurs ${count} times in ${edit.module}; ${adapt}`);
      t.not(edit.find, edit.replace);
    }
  });
}

test('mutants have names of their own, expectations, and are enough', (t) => {
  t.true(mutants.length >= 45);
  t.is(new Set(mutants.map(({ name }) => name)).size, mutants.length);
  for (const { name, breaks, expectedCheckers } of mutants) {
    t.regex(name, /^[a-z][a-z-]+$/);
    t.not(breaks, '');
    t.true(expectedCheckers.length > 0, name);
  }
});

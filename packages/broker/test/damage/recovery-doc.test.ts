import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { outcomeTable } from './outcomes.ts';

const DOCUMENT = fileURLToPath(new URL('../../../../../docs/recovery.md', import.meta.url));
const BEGIN = '<!-- prettier-ignore-start -->\n';
const END = '<!-- prettier-ignore-end -->\n';

test('the document has the table of the tests', (t) => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  t.true(from >= BEGIN.length && to >= from);
  if (process.env['REWRITE'] === '1')
    writeFileSync(DOCUMENT, text.slice(0, from) + outcomeTable() + text.slice(to));
  else t.is(text.slice(from, to), outcomeTable());
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { Interaction } from './interaction.ts';

/** Relative to the package, which is the working directory of the test runner. */
const directory = 'testdata';

/**
 * A script is prose, then commands. A line with `> ` is a command, a line with `# ` a remark between commands;
 * the indented lines after a command are what it must give.
 */
function rerun(script: string): string {
  const interaction = new Interaction();
  const lines: string[] = [];
  for (const line of script.split('\n')) {
    if (line.startsWith('  ')) continue;
    lines.push(line);
    if (line.startsWith('> ')) lines.push(...interaction.run(line.slice(2)).map((output) => `  ${output}`));
  }
  return lines.join('\n');
}

const scripts = readdirSync(directory).filter((name) => name.endsWith('.txt'));

test('there are scripts', (t) => {
  t.true(scripts.length >= 25);
});

for (const name of scripts) {
  test(name, (t) => {
    const path = `${directory}/${name}`;
    const script = readFileSync(path, 'utf8');
    const actual = rerun(script);
    if (process.env['REWRITE'] === '1') writeFileSync(path, actual);
    else t.is(actual, script);
    t.regex(script, /^[A-Z][^]*?\n\n/u, 'a script begins with prose');
  });
}

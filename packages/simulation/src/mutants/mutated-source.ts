import type { Mutant } from './mutant.ts';

/** The global under which a changed module says that it was loaded. */
export const MUTANT_LOADED = 'ledgermq.mutant';

/** How often the text to change occurs; anything but 1 makes the mutant useless. */
export function occurrences(source: string, { find }: Pick<Mutant, 'find'>): number {
  return source.split(find).length - 1;
}

/** The module with the bug in it. Throws unless the text to change occurs exactly once. */
export function mutatedSource(source: string, mutant: Mutant): string {
  const count = occurrences(source, mutant);
  if (count !== 1) {
    throw new Error(
      `mutant ${mutant.name}: "${mutant.find}" occurs ${count} times in ${mutant.module}, not once`,
    );
  }
  const [before, after] = source.split(mutant.find) as [string, string];
  const sign = `globalThis[Symbol.for(${JSON.stringify(MUTANT_LOADED)})] = ${JSON.stringify(mutant.name)};`;
  return `${before}${mutant.replace}${after}\n${sign}\n`;
}

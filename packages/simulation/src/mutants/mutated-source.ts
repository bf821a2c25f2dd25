import { editsOf, type Edit, type Mutant } from './mutant.ts';

/** The global under which a changed module says that it was loaded. */
export const MUTANT_LOADED = 'ledgermq.mutant';

/** How often the text to change occurs; anything but 1 makes the mutant useless. */
export function occurrences(source: string, { find }: Pick<Edit, 'find'>): number {
  return source.split(find).length - 1;
}

/**
 * A module with the bug in it; `module` is one of those that the mutant changes. Throws unless each text to change occurs
 * exactly once.
 */
export function mutatedSource(source: string, mutant: Mutant, module: string = mutant.module): string {
  let mutated = source;
  for (const edit of editsOf(mutant)) {
    if (edit.module !== module) continue;
    const count = occurrences(source, edit);
    if (count !== 1) {
      throw new Error(`mutant ${mutant.name}: "${edit.find}" occurs ${count} times in ${module}, not once`);
    }
    const [before, after] = mutated.split(edit.find) as [string, string];
    mutated = `${before}${edit.replace}${after}`;
  }
  if (module !== mutant.module) return mutated;
  const sign = `globalThis[Symbol.for(${JSON.stringify(MUTANT_LOADED)})] = ${JSON.stringify(mutant.name)};`;
  return `${mutated}\n${sign}\n`;
}

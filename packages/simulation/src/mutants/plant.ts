import { register } from 'node:module';
import type { Planted } from './load-hook.ts';
import { editsOf, type Edit, type Mutant } from './mutant.ts';
import { MUTANT_LOADED } from './mutated-source.ts';

/** The root of the repository, seen from the compiled file. */
const ROOT = new URL('../../../../../', import.meta.url);

/** Where a compiled module that a mutant changes lies. */
export function moduleUrl(edit: Pick<Edit, 'module'>): URL {
  return new URL(edit.module, ROOT);
}

/** Lets this process load the mutant's modules with the bug in them. To be called before anything imports those. */
export function plantMutant(mutant: Mutant): void {
  const modules = new Map(editsOf(mutant).map((edit) => [moduleUrl(edit).href, edit.module]));
  const data: Planted = { mutant, modules };
  register<Planted>('./load-hook.js', { parentURL: import.meta.url, data });
}

/** Name of the mutant whose module this process has loaded, undefined while there is none. */
export function loadedMutant(): string | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for(MUTANT_LOADED)] as string | undefined;
}

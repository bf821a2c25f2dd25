import { register } from 'node:module';
import type { Planted } from './load-hook.ts';
import type { Mutant } from './mutant.ts';
import { MUTANT_LOADED } from './mutated-source.ts';

/** The root of the repository, seen from the compiled file. */
const ROOT = new URL('../../../../../', import.meta.url);

/** Where the compiled module of a mutant lies. */
export function moduleUrl(mutant: Pick<Mutant, 'module'>): URL {
  return new URL(mutant.module, ROOT);
}

/** Lets this process load the mutant's module with the bug in it. To be called before anything imports that module. */
export function plantMutant(mutant: Mutant): void {
  const data: Planted = { mutant, url: moduleUrl(mutant).href };
  register<Planted>('./load-hook.js', { parentURL: import.meta.url, data });
}

/** Name of the mutant whose module this process has loaded, undefined while there is none. */
export function loadedMutant(): string | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for(MUTANT_LOADED)] as string | undefined;
}

import type { InitializeHook, LoadHook } from 'node:module';
import type { Mutant } from './mutant.ts';
import { mutatedSource } from './mutated-source.ts';

/** What `plantMutant` hands over. */
export interface Planted {
  readonly mutant: Mutant;
  /** Of each module that it changes, by url. */
  readonly modules: ReadonlyMap<string, string>;
}

let planted: Planted | null = null;

/** Called once by Node, in the thread of the hooks. */
export const initialize: InitializeHook<Planted> = (data) => {
  planted = data;
};

/** Called by Node for each module that is loaded. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const module = planted?.modules.get(url);
  if (planted === null || module === undefined) return loaded;
  const { source } = loaded;
  const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString('utf8');
  return { ...loaded, source: mutatedSource(text, planted.mutant, module) };
};

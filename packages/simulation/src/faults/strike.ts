import type { WorldNode } from '../world/world.ts';
import type { HitRole } from './target.ts';

/** What a fault did: whom it hit, or why it did not take place. */
export type Strike =
  | {
      readonly type: 'struck';
      /** Null for a fault of the world as a whole. */
      readonly node: string | null;
      readonly role: HitRole | 'world';
      readonly text: string;
    }
  | { readonly type: 'skipped'; readonly reason: 'nothing-to-hit' | 'unsafe' | 'refused' };

export const NOTHING_TO_HIT: Strike = { type: 'skipped', reason: 'nothing-to-hit' };
/** More data would be lost than a group can be expected to survive. */
export const UNSAFE: Strike = { type: 'skipped', reason: 'unsafe' };
/** A fault that hit a node; null for one that hit the world. */
export function struck(
  hit: { readonly node: WorldNode; readonly role: HitRole | 'world' } | null,
  text: string,
): Strike {
  return { type: 'struck', node: hit?.node.id ?? null, role: hit?.role ?? 'world', text };
}

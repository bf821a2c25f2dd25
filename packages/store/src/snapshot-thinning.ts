import type { LogIndex, SnapshotMeta } from '@ledgermq/raft';

/** Complete snapshots that are kept whatever the log needs. */
const NEWEST_KEPT = 2;
/**
 * Snapshots kept between the base of the log and the newest: places at which the log can be cut later. With so many, what
 * retention wants to keep is exceeded by about a quarter at most.
 */
export const BETWEEN_KEPT_MAX = 8;

/**
 * Which snapshots are worth their room: the base of the log (the oldest one that does not end before the log begins), the two
 * newest, and some between them, about evenly spread over the log. `kept`: oldest first.
 */
export function snapshotsToKeep<T extends { readonly meta: SnapshotMeta }>(
  kept: readonly T[],
  firstIndex: LogIndex,
): readonly T[] {
  const base = kept.findIndex(({ meta }) => meta.position.index >= firstIndex - 1);
  const newestFrom = Math.max(0, kept.length - NEWEST_KEPT);
  // Without a base there is nothing to cut.
  const chosen = base < 0 ? kept.slice(newestFrom) : kept.slice(Math.min(base, newestFrom));
  while (chosen.length > 1 + BETWEEN_KEPT_MAX + NEWEST_KEPT) {
    let least = 1;
    for (let at = 2; at < chosen.length - NEWEST_KEPT; at += 1) {
      if (gapWithout(chosen, at) < gapWithout(chosen, least)) least = at;
    }
    chosen.splice(least, 1);
  }
  return chosen;
}

/** Bytes of log between the neighbours of a snapshot. */
function gapWithout(kept: readonly { readonly meta: SnapshotMeta }[], at: number): number {
  const address = (place: number): number => kept[place]?.meta.position.address ?? 0;
  return address(at + 1) - address(at - 1);
}

import { NO_VOTE_FLOOR } from '@ledgermq/raft';
import type { LogPosition, VoteFloor } from '@ledgermq/raft';
import { fartherReach, noReach } from './durable-mark.ts';
import type { LogReach, MarkedRange } from './durable-mark.ts';

type Marked = Pick<MarkedRange, 'upTo' | 'floor'>;

/** How far entries were acknowledged by the mark of a log that ends at `last`; no demand if it holds them all. */
export function voteFloorOf({ upTo, floor }: Marked, last: LogPosition): VoteFloor {
  const reach = fartherReach(upTo, floor);
  return fartherReach(last, reach) === last ? NO_VOTE_FLOOR : { index: reach.index, term: reach.term };
}

/**
 * What a member must not forget once its log begins anew behind `position`: how far it went, unless the snapshot replaces a
 * branch that was never committed. `held` is what the log has in that place.
 */
export function floorBehind(
  position: LogPosition,
  { upTo, floor }: Marked,
  last: LogPosition,
  held: LogPosition | null,
): LogReach {
  let reach = fartherReach(upTo, floor);
  if (held !== null && held.hash === position.hash) reach = fartherReach(reach, last);
  return reach.index > position.index ? { index: reach.index, term: reach.term } : noReach;
}

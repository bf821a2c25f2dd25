/**
 * Writes gathered over one turn of the event loop. A socket write costs several microseconds whatever its
 * size, so a connection only marks itself as having something to say, and all marked connections speak once
 * the poll phase is over. One immediate serves all connections of the process.
 */
export interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];
let scheduled = false;

/** Call `target.flush()` when the sockets of this turn have been read. The caller registers itself once. */
export function flushAtTurnEnd(target: Flushable): void {
  waiting.push(target);
  if (scheduled) return;
  scheduled = true;
  setImmediate(endTurn);
}

/**
 * Flush every connection that has something queued, now. For code which itself runs at the end of a turn
 * and has just produced many replies: without it they would wait for the next round of the loop.
 */
export function flushTurn(): void {
  if (waiting.length === 0) return;
  const targets = waiting;
  waiting = [];
  for (const target of targets) target.flush();
}

function endTurn(): void {
  scheduled = false;
  flushTurn();
}

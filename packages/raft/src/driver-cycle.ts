import type { Clock } from './clock.ts';
import type { DriverLife } from './driver-life.ts';
import type { EntryFetch, Ready } from './message.ts';
import type { RaftNode } from './node.ts';
import type { PeerMessages } from './peer-messages.ts';
import type { ReadyExecutor } from './ready-executor.ts';
import type { SnapshotExchange } from './snapshot-exchange.ts';

export interface DriverCycleParts {
  readonly clock: Clock;
  readonly node: RaftNode;
  readonly life: DriverLife;
  readonly inbound: PeerMessages;
  readonly executor: ReadyExecutor;
  readonly exchange: SnapshotExchange;
}

/** Readies handled before the event loop gets a turn again; a long replay would hold it otherwise. */
const READIES_PER_TURN_MAX = 16;

/**
 * What a driver does once in a turn of the event loop, whatever came in it: peer messages and what was fetched go
 * into the core, then its Readies are handled until there are no more, then what belongs to snapshots and repair leaves.
 */
export class DriverCycle {
  readonly #parts: DriverCycleParts;
  /** What followers that are behind get in the next turn. */
  #fetched: EntryFetch[] = [];
  #scheduled = false;
  #running = false;
  #turns = 0;
  #readies = 0;

  constructor(parts: DriverCycleParts) {
    this.#parts = parts;
  }

  /** Cycles since the start: the state of consensus changes in none other. */
  get turns(): number {
    return this.#turns;
  }

  get readies(): number {
    return this.#readies;
  }

  /** At the end of this turn of the event loop. */
  schedule(): void {
    const { clock, life } = this.#parts;
    if (this.#scheduled || !life.running) return;
    this.#scheduled = true;
    clock.immediate(() => {
      this.#scheduled = false;
      this.turn(0);
    });
  }

  /** The log was read for a follower. Not sent in this turn, even if the log had it in memory: the others come first. */
  fetched(fetch: EntryFetch): void {
    this.#fetched.push(fetch);
    this.schedule();
  }

  /** At once. No effect within a cycle. */
  flush(): void {
    if (!this.#running) this.turn(0);
  }

  /** Messages first: what was received may make a tick's doubt pointless. */
  turn(ticks: number): void {
    const { node, life, inbound, executor, exchange } = this.#parts;
    if (!life.running) return;
    this.#running = true;
    this.#turns++;
    life.attempt(() => {
      inbound.handle();
      for (const fetch of this.#fetched.splice(0)) node.entryFetched(fetch);
      for (let tick = 0; tick < ticks; tick++) node.tick();
    }, 'INVARIANT_VIOLATED');
    this.#drain();
    exchange.flush();
    const answers = inbound.takeRepairAnswers();
    if (answers.length > 0) executor.deliver(answers);
    this.#running = false;
  }

  #drain(): void {
    const { node, life, executor } = this.#parts;
    let handled = 0;
    while (life.running && node.hasReady()) {
      if (++handled > READIES_PER_TURN_MAX) {
        this.schedule();
        return;
      }
      this.#readies++;
      const ready = this.#takeReady();
      if (ready !== null) executor.handle(ready);
    }
  }

  /** The core may read the log for it. What cannot be read there is found and mended at the next start. */
  #takeReady(): Ready | null {
    const { node, life } = this.#parts;
    let ready: Ready | null = null;
    life.attempt(() => {
      ready = node.ready();
    }, 'STORAGE_FAILED');
    return ready;
  }
}

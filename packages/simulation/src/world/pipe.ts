import type { Link, Waiting } from './link.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What travels on one direction of a connection. */
export type Segment =
  { readonly type: 'data'; readonly bytes: Buffer } | { readonly type: 'open' | 'fin' | 'reset' };

export interface PipeEnd {
  /** Whose code handles what arrives. */
  readonly process: Process;
  arrived(segment: Segment): void;
  /** Something arrived for a process that has ended. */
  orphaned(segment: Segment): void;
}

/** One direction of a connection: keeps the order of TCP over a link whose latency varies and that may be blocked. */
export class Pipe implements Waiting {
  readonly #scheduler: Scheduler;
  readonly #link: Link;
  readonly #random: SeededRandom;
  readonly #splitChance: number;
  readonly #end: PipeEnd;
  #queue: Segment[] = [];
  #lastArrival = 0;
  /** Raised when what was under way has to set out again. */
  #epoch = 0;
  #stalled = false;
  /** Bytes that the sender's kernel took and the receiver's program has not read. */
  #unread = 0;

  constructor(scheduler: Scheduler, link: Link, random: SeededRandom, splitChance: number, end: PipeEnd) {
    this.#scheduler = scheduler;
    this.#link = link;
    this.#random = random;
    this.#splitChance = splitChance;
    this.#end = end;
  }

  get unread(): number {
    return this.#unread;
  }

  /** Whether bytes are on the way, or wait at a blocked link. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  send(segment: Segment): void {
    if (segment.type === 'data') {
      const { bytes } = segment;
      this.#unread += bytes.length;
      if (this.#splitChance > 0 && bytes.length > 1 && this.#random.chance(this.#splitChance)) {
        const at = this.#random.between(1, bytes.length - 1);
        this.#add({ type: 'data', bytes: bytes.subarray(0, at) });
        this.#add({ type: 'data', bytes: bytes.subarray(at) });
        return;
      }
    }
    this.#add(segment);
  }

  /** The receiver's program read so many bytes. */
  read(bytes: number): void {
    this.#unread -= bytes;
  }

  /** Nothing of what is under way arrives. */
  drop(): void {
    this.#epoch += 1;
    this.#queue = [];
    this.#stalled = false;
  }

  restart(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#epoch += 1;
    for (let count = this.#queue.length; count > 0; count -= 1) this.#schedule();
  }

  #add(segment: Segment): void {
    this.#queue.push(segment);
    if (!this.#stalled) this.#schedule();
  }

  #schedule(): void {
    const epoch = this.#epoch;
    this.#lastArrival = Math.max(this.#lastArrival, this.#scheduler.now + this.#link.latency());
    this.#scheduler.after(
      this.#lastArrival - this.#scheduler.now,
      this.#end.process,
      'segment',
      () => this.#arrive(epoch, false),
      () => this.#arrive(epoch, true),
    );
  }

  #arrive(epoch: number, orphaned: boolean): void {
    if (epoch !== this.#epoch) return;
    if (this.#link.blocked) {
      this.#stalled = true;
      this.#epoch += 1;
      this.#link.wait(this);
      return;
    }
    const segment = this.#queue.shift();
    if (segment === undefined) return;
    if (orphaned) this.#end.orphaned(segment);
    else this.#end.arrived(segment);
  }
}

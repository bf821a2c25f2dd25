import type { StoreError } from './errors.ts';
import { diskError } from './disk-error.ts';

export type DiskOperation =
  'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'copy' | 'list' | 'mkdir';

/** A failure to come: the first operation that matches, after `skip` that matched and were let through. */
export interface DiskFault {
  readonly operation: DiskOperation;
  /** Only paths that end so; all paths if absent. */
  readonly pathEnd?: string;
  readonly skip?: number;
  /** Operations that fail (default 1); Infinity for all from then on. */
  readonly times?: number;
  readonly code: 'DISK_FULL' | 'DISK_FAILED';
  /** For 'write': bytes that get into the page cache before the failure (default 0). */
  readonly bytesWritten?: number;
}

/** A slowness to come: operations that match take `ms` longer until the delays are cleared. */
export interface DiskDelay {
  readonly operation: DiskOperation;
  /** Only paths that end so; all paths if absent. */
  readonly pathEnd?: string;
  readonly ms: number;
}

/** How a disk passes time: off the event loop, and on the caller's thread, where nothing else happens meanwhile. */
export interface DiskSleep {
  later(ms: number, fn: () => void): void;
  block(ms: number): void;
}

interface PendingFault {
  readonly fault: DiskFault;
  skip: number;
  times: number;
}

/** What was ordered to go wrong on a disk. */
export class DiskFaults {
  readonly #sleep: DiskSleep | null;
  #faults: PendingFault[] = [];
  #delays: DiskDelay[] = [];

  constructor(sleep: DiskSleep | null) {
    this.#sleep = sleep;
  }

  add(fault: DiskFault): void {
    this.#faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  /** Needs a `sleep` port. */
  slow(delay: DiskDelay): void {
    if (this.#sleep === null) throw new Error('a disk without a sleep port cannot be slow');
    this.#delays.push(delay);
  }

  clear(): void {
    this.#faults = [];
  }

  clearDelays(): void {
    this.#delays = [];
  }

  /** The failure that was ordered for this operation, if there is one; it is used up. */
  take(operation: DiskOperation, path: string): DiskFault | null {
    if (this.#faults.length === 0) return null;
    const at = this.#faults.findIndex(({ fault }) => matches(fault, operation, path));
    const found = this.#faults[at];
    if (found === undefined) return null;
    if (found.skip > 0) {
      found.skip -= 1;
      return null;
    }
    found.times -= 1;
    if (found.times <= 0) this.#faults.splice(at, 1);
    return found.fault;
  }

  /** Throws if a failure was ordered for this operation. */
  trip(operation: DiskOperation, path: string): void {
    const fault = this.take(operation, path);
    if (fault !== null) throw failureOf(fault, path);
  }

  /** Lets an operation on the caller's thread last as long as was ordered. */
  block(operation: DiskOperation, path: string): void {
    const ms = this.#delayOf(operation, path);
    if (ms > 0) this.#sleep?.block(ms);
  }

  /** Calls `fn` when an operation off the event loop has lasted as long as was ordered. */
  wait(operation: DiskOperation, path: string, fn: () => void): void {
    const ms = this.#delayOf(operation, path);
    if (ms > 0 && this.#sleep !== null) this.#sleep.later(ms, fn);
    else fn();
  }

  #delayOf(operation: DiskOperation, path: string): number {
    let ms = 0;
    for (const delay of this.#delays) if (matches(delay, operation, path)) ms += delay.ms;
    return ms;
  }
}

export function failureOf(fault: DiskFault, path: string): StoreError {
  return diskError(fault.code, path, `fails to ${fault.operation} as ordered`);
}

function matches(
  rule: { readonly operation: DiskOperation; readonly pathEnd?: string },
  operation: DiskOperation,
  path: string,
): boolean {
  return rule.operation === operation && path.endsWith(rule.pathEnd ?? '');
}

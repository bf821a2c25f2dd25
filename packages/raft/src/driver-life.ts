import { RaftError, type RaftErrorCode } from './errors.ts';
import type { Logger } from './logger.ts';

export interface DriverLifePorts {
  /** Name of the group, for log lines. */
  readonly group: string;
  readonly logger: Logger;
  /** Ends all timers and queues, once. */
  halt(): void;
  onFatal(error: RaftError): void;
}

/**
 * Whether a driver runs. All its parts ask here before they do something, and end it here: a failed save, append, apply
 * or sync is final. After it the disk may hold anything, and a second fsync would report success for pages
 * that were dropped; so nothing is retried, the driver stops and reports once.
 */
export class DriverLife {
  readonly #ports: DriverLifePorts;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #failed = false;

  constructor(ports: DriverLifePorts) {
    this.#ports = ports;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Returns false if it runs already. Throws `STOPPED` after the end. */
  begin(): boolean {
    if (this.#state === 'running') return false;
    if (this.#state === 'stopped') throw new RaftError('STOPPED', 'a stopped driver does not start again');
    this.#state = 'running';
    return true;
  }

  /** Idempotent. */
  end(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#ports.halt();
  }

  /** Runs a step that must not fail; a failure ends the driver. Returns whether it succeeded. */
  attempt(step: () => void, code: RaftErrorCode): boolean {
    if (this.#state !== 'running') return false;
    try {
      step();
      return true;
    } catch (error) {
      this.fail(error, code);
      return false;
    }
  }

  fail(cause: unknown, code: RaftErrorCode): void {
    if (this.#failed) return;
    this.#failed = true;
    this.end();
    const { group, logger } = this.#ports;
    const error = RaftError.from(cause, code);
    logger.error('the driver stops', { group, code: error.code, reason: error.message });
    this.#ports.onFatal(error);
  }
}

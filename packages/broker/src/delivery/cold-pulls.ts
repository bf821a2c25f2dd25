import type { ClientConnection } from '../exchange.ts';

/** A pull whose messages are being read from a file. */
export interface ColdPull {
  readonly connection: ClientConnection;
  /** What its answer will take. */
  readonly bytes: number;
  /** Reads; calls back once, perhaps at once. */
  fetch(done: (error: Error | null) => void): void;
  /** Runs the pull again. Called at most once, in the moment when the messages have come. */
  resume(): void;
  /** The file cannot be read. */
  fail(error: Error): void;
}

export interface ColdPullsOptions {
  readonly coldPullsMax: number;
  readonly coldPullBytesMax: number;
}

/** Pulls that wait for the disk, while the event loop goes on. Those of a connection that closes are forgotten. */
export class ColdPulls {
  readonly #options: ColdPullsOptions;
  readonly #byConnection = new Map<ClientConnection, Set<ColdPull>>();
  #count = 0;
  #bytes = 0;

  constructor(options: ColdPullsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** Sum of what the answers will take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False when too many wait already. One alone may be larger than the limit of bytes. */
  park(pull: ColdPull): boolean {
    const { coldPullsMax, coldPullBytesMax } = this.#options;
    if (this.#count >= coldPullsMax) return false;
    if (this.#count > 0 && this.#bytes + pull.bytes > coldPullBytesMax) return false;
    const parked = this.#byConnection.get(pull.connection);
    if (parked === undefined) this.#byConnection.set(pull.connection, new Set([pull]));
    else parked.add(pull);
    this.#count += 1;
    this.#bytes += pull.bytes;
    pull.fetch((error) => {
      if (!this.#remove(pull) || pull.connection.closed) return;
      if (error === null) pull.resume();
      else pull.fail(error);
    });
    return true;
  }

  connectionClosed(connection: ClientConnection): void {
    for (const pull of this.#byConnection.get(connection) ?? []) this.#remove(pull);
  }

  /** Forgets everything unanswered. */
  stop(): void {
    this.#byConnection.clear();
    this.#count = 0;
    this.#bytes = 0;
  }

  /** False if it was forgotten before. */
  #remove(pull: ColdPull): boolean {
    const parked = this.#byConnection.get(pull.connection);
    if (parked?.delete(pull) !== true) return false;
    if (parked.size === 0) this.#byConnection.delete(pull.connection);
    this.#count -= 1;
    this.#bytes -= pull.bytes;
    return true;
  }
}

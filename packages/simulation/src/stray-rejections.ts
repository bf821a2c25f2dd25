import process from 'node:process';

/**
 * Promises that are rejected without anybody caring, while one run has the process to itself.
 *
 * Node tells of them when the microtasks of the present macrotask are over. A run ends, and the next one begins, within such
 * microtasks; so whoever stops listening at once hears nothing of its own last ones, and the next run is told instead.
 */
export class StrayRejections {
  readonly #listener: (error: unknown) => void;

  constructor(onRejection: (error: unknown) => void) {
    this.#listener = onRejection;
    process.on('unhandledRejection', this.#listener);
  }

  /** Resolves in a macrotask of its own, when everything that was rejected before, and what that set off, has been told. */
  async end(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', this.#listener);
  }
}

/** One for what was rejected already, one for what code does about it in a macrotask of its own. */
const TURNS = 2;

import type { CrashRandom } from './unsynced-changes.ts';
import type { StateEncoding, StateLevel, StateOperation } from './state-db.ts';

const ENTRIES_PER_TRIP = 16;

/**
 * A state database in memory for tests and simulation. The object is the platter: it outlives crashes, and
 * `connect` gives the database that one life of a process sees. A batch takes effect whole, at some time
 * before it resolves; `crash` decides for those in flight.
 */
export class MemoryLevel {
  readonly #entries = new Map<string, Buffer>();
  readonly #schedule: (complete: () => void) => void;
  #inFlight: (readonly StateOperation[])[] = [];
  #failNext = false;
  #life = 0;

  /** `schedule` completes work where the thread pool would (default: a microtask). */
  constructor(schedule: (complete: () => void) => void = queueMicrotask) {
    this.#schedule = schedule;
  }

  connect(): StateLevel {
    const life = this.#life;
    const requireLife = (): void => {
      if (life !== this.#life) throw new Error('the database was cut off by a crash');
    };
    return {
      open: () => this.#later(requireLife),
      close: () => this.#later(requireLife),
      batch: (operations) => {
        this.#inFlight.push(operations);
        return this.#later(() => {
          requireLife();
          this.#inFlight = this.#inFlight.filter((batch) => batch !== operations);
          if (this.#failNext) {
            this.#failNext = false;
            throw new Error('the database fails as ordered');
          }
          this.#apply(operations);
        });
      },
      iterator: (options) => this.#iterate(options, requireLife),
    };
  }

  /** The next batch is refused and takes no effect. */
  failNextBatch(): void {
    this.#failNext = true;
  }

  /** Everything connected is cut off. Of the batches in flight the first few, by chance, have taken effect. */
  crash(random: CrashRandom): void {
    this.#life += 1;
    this.#failNext = false;
    const kept = random.nextInt(this.#inFlight.length + 1);
    for (const operations of this.#inFlight.slice(0, kept)) this.#apply(operations);
    this.#inFlight = [];
  }

  /** Every entry with its bytes in hex, in key order: for comparing one moment with another. */
  dump(): [string, string][] {
    const entries = [...this.#entries].map(([key, value]): [string, string] => [key, value.toString('hex')]);
    return entries.sort(([left], [right]) => (left < right ? -1 : 1));
  }

  /** Replace the bytes of an entry, or remove it. */
  tamper(key: Buffer, value: Buffer | null): void {
    if (value === null) this.#entries.delete(key.toString('hex'));
    else this.#entries.set(key.toString('hex'), Buffer.from(value));
  }

  /** The entries as of this call, as LevelDB gives them; some per trip to the thread pool. */
  #iterate(
    range: StateEncoding & { readonly gte: Buffer; readonly lt: Buffer },
    requireLife: () => void,
  ): AsyncGenerator<[Buffer, Buffer], void, undefined> {
    const from = range.gte.toString('hex');
    const to = range.lt.toString('hex');
    const found = [...this.#entries].filter(([key]) => key >= from && key < to);
    found.sort(([left], [right]) => (left < right ? -1 : 1));
    return this.#hand(found, requireLife);
  }

  async *#hand(
    found: readonly (readonly [string, Buffer])[],
    requireLife: () => void,
  ): AsyncGenerator<[Buffer, Buffer], void, undefined> {
    for (let at = 0; at === 0 || at < found.length; at += ENTRIES_PER_TRIP) {
      await this.#later(requireLife);
      for (const [key, value] of found.slice(at, at + ENTRIES_PER_TRIP)) {
        yield [Buffer.from(key, 'hex'), Buffer.from(value)];
      }
    }
  }

  #apply(operations: readonly StateOperation[]): void {
    for (const operation of operations) {
      const key = operation.key.toString('hex');
      switch (operation.type) {
        case 'put':
          this.#entries.set(key, Buffer.from(operation.value));
          break;
        case 'del':
          this.#entries.delete(key);
          break;
      }
    }
  }

  #later(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#schedule(() => {
        try {
          work();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }
}

import test from 'ava';
import * as fc from 'fast-check';
import type { Entry } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { SegmentLogConfig } from '../src/config.ts';
import { ColdFixture, bodyOf } from './cold-fixture.ts';

const SEED = 20_261_121;

/** Numbers are choices, taken modulo what is possible at that moment. */
type ColdEvent =
  | { readonly type: 'append'; readonly bytes: readonly number[] }
  | { readonly type: 'cut'; readonly depth: number; readonly bytes: readonly number[] }
  | { readonly type: 'drop'; readonly choice: number }
  | { readonly type: 'reset'; readonly ahead: number }
  | { readonly type: 'fetch'; readonly choices: readonly number[] }
  | { readonly type: 'follow'; readonly from: number; readonly count: number }
  | { readonly type: 'step'; readonly count: number }
  | { readonly type: 'reopen' };

const bodies = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 8 });
const events: fc.Arbitrary<ColdEvent[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('append' as const), bytes: bodies }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('cut' as const), depth: fc.nat(12), bytes: bodies }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('drop' as const), choice: fc.nat(1_000) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('reset' as const), ahead: fc.nat(5) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('fetch' as const),
        choices: fc.array(fc.nat(10_000), { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('follow' as const),
        from: fc.nat(10_000),
        count: fc.integer({ min: 1, max: 20 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('step' as const), count: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);
const limits: fc.Arbitrary<Partial<SegmentLogConfig>> = fc.record({
  segmentBytes: fc.constantFrom(700, 4_096, 100_000),
  denseEntriesMax: fc.constantFrom(4, 1_000),
  coldBlockBytes: fc.constantFrom(64, 300, 1_024),
  coldCacheBytes: fc.constantFrom(256, 2_048, 100_000),
  readAheadBytesMax: fc.constantFrom(0, 1_024, 4_096),
  coldReadsMax: fc.constantFrom(1, 3),
});

/** A log beside the list of its entries: whatever memory says that it has is what the list says. */
class ColdModelRun {
  readonly #fixture: ColdFixture;
  #entries: Entry[] = [];
  #salt = 0;
  #committed = 0;
  #waits: { settled: boolean; times: number }[] = [];
  /** Bodies that came from memory. */
  seen = 0;

  constructor(settings: Partial<SegmentLogConfig>) {
    this.#fixture = new ColdFixture(settings);
  }

  async run(all: readonly ColdEvent[]): Promise<void> {
    for (const event of all) {
      await this.#apply(event);
      this.#check();
    }
    await this.#fixture.settle();
    this.#check();
    for (const { settled, times } of this.#waits) {
      if (!settled || times !== 1) throw new Error(`a wait ended ${times} times`);
    }
    await this.#readAll();
  }

  async #apply(event: ColdEvent): Promise<void> {
    const fixture = this.#fixture;
    const { log } = fixture;
    switch (event.type) {
      case 'append':
        this.#append(this.#entries.length, event.bytes);
        return;
      case 'cut':
        this.#append(Math.max(0, this.#entries.length - event.depth), event.bytes);
        return;
      case 'drop': {
        await fixture.secure();
        this.#committed = log.lastPosition().index;
        const first = log.firstIndex();
        const last = log.lastPosition().index;
        const index = first + (event.choice % (last - first + 2));
        const dropping = log.dropBefore(index, last);
        this.#entries = this.#entries.filter((entry) => entry.index >= log.firstIndex());
        this.#check();
        await fixture.during(dropping);
        return;
      }
      case 'reset': {
        const end = log.lastPosition();
        const { index, term } = end;
        this.#salt += 1;
        const address = end.address + 48 * event.ahead;
        const position = { index: index + event.ahead, term: term + 1, address, hash: this.#salt };
        await fixture.during(log.reset(position));
        this.#entries = [];
        this.#committed = position.index;
        return;
      }
      case 'fetch':
        this.#fetch(
          event.choices.map((choice) => this.#entries[choice % this.#entries.length]?.address ?? 0),
        );
        return;
      case 'follow': {
        const from = event.from % Math.max(1, this.#entries.length);
        for (const entry of this.#entries.slice(from, from + event.count)) {
          if (!log.inMemory(entry.address, entry.frame.length)) this.#fetch([entry.address]);
          await fixture.step();
          this.#check();
        }
        return;
      }
      case 'step':
        for (let count = 0; count < event.count; count += 1) await fixture.step();
        return;
      case 'reopen':
        await fixture.reopen();
    }
  }

  #append(keep: number, bytes: readonly number[]): void {
    const { log } = this.#fixture;
    // What is committed is never cut.
    const kept = this.#entries.filter(({ index }, at) => at < keep || index <= this.#committed);
    const last = kept.at(-1);
    const first = log.firstIndex();
    const from =
      last === undefined
        ? (log.positionAt(first - 1) ?? log.lastPosition())
        : { ...last, address: last.address + last.frame.length };
    this.#salt += 1;
    const term = log.lastPosition().term + 1;
    const fresh = entriesAfter(
      from,
      bytes.map((size) => ({ term, bytes: size, salt: this.#salt })),
    );
    log.append(fresh);
    this.#entries = [...kept, ...fresh];
  }

  #fetch(addresses: readonly number[]): void {
    const wait = { settled: false, times: 0 };
    this.#waits.push(wait);
    this.#fixture.log.fetch(addresses, (error) => {
      wait.settled = true;
      wait.times += 1;
      if (error !== null) throw error;
    });
  }

  #check(): void {
    for (const entry of this.#entries) {
      const held = this.#fixture.held(entry);
      if (held === null) continue;
      this.seen += 1;
      if (!held.equals(bodyOf(entry))) throw new Error(`entry ${entry.index} is not what was appended`);
    }
  }

  /** In the end every entry can be had: in the moment at which the wait for it is over. */
  async #readAll(): Promise<void> {
    for (const entry of this.#entries) {
      let held: Buffer | null = null;
      this.#fixture.log.fetch([entry.address], () => {
        held = this.#fixture.held(entry);
      });
      await this.#fixture.settle();
      if (!(held as Buffer | null)?.equals(bodyOf(entry)))
        throw new Error(`entry ${entry.index} did not come`);
    }
  }
}

test('whatever is appended, cut, dropped or reset meanwhile, memory has what the log has', async (t) => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(events, limits, async (all, settings) => {
      const run = new ColdModelRun(settings);
      await run.run(all);
      seen += run.seen;
    }),
    { seed: SEED, numRuns: 200, includeErrorInReport: true },
  );
  t.true(seen > 5_000, `${seen} bodies were compared`);
});

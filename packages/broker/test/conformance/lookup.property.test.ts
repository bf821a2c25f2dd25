import test from 'ava';
import fc from 'fast-check';
import { ServedGroup, type Sent } from './served-group.ts';

const SEED = 29_031;
const RETAINED = 12_288;
const HOUR_MS = 3_600_000;
const QUEUES = 2;
const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => hour);

interface Held extends Sent {
  readonly queueId: number;
  readonly keys: readonly string[];
  readonly uniqKey: string;
}

type Step =
  | {
      readonly type: 'send';
      readonly queueId: number;
      readonly keys: readonly string[];
      readonly count: number;
    }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'restart'; readonly how: 'stop' | 'kill' | 'lose' }
  | { readonly type: 'look'; readonly place: number; readonly shift: number };

const key = fc.constantFrom('a', 'b', 'Aa', 'BB');
const send = fc.record({
  type: fc.constant('send' as const),
  queueId: fc.nat(QUEUES - 1),
  keys: fc.uniqueArray(key, { maxLength: 3 }),
  count: fc.integer({ min: 1, max: 12 }),
});
const pass = fc.record({
  type: fc.constant('pass' as const),
  ms: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(20 * 60_000, 70 * 60_000)),
});
const restart = fc.record({
  type: fc.constant('restart' as const),
  how: fc.constantFrom('stop' as const, 'kill' as const, 'lose' as const),
});
const look = fc.record({
  type: fc.constant('look' as const),
  place: fc.nat(999),
  shift: fc.integer({ min: -1, max: 1 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: send },
    { weight: 2, arbitrary: pass },
    { weight: 1, arbitrary: restart },
    { weight: 3, arbitrary: look },
  ),
  { minLength: 10, maxLength: 40, size: 'max' },
);

/** All that was ever stored, beside the group that stored it. */
class Story {
  readonly #group: ServedGroup;
  readonly #bySize: boolean;
  readonly #all: Held[] = [];
  #start = 0;
  wentCount = 0;
  looks = 0;

  constructor(group: ServedGroup, bySize: boolean) {
    this.#group = group;
    this.#bySize = bySize;
  }

  async run(step: Step): Promise<void> {
    switch (step.type) {
      case 'send': {
        const messages = Array.from({ length: step.count }, (_, i) => ({
          queueId: step.queueId,
          uniqKey: `ID${this.#all.length + i}`,
          keys: step.keys.join(' '),
          body: 'm'.repeat(300),
        }));
        const sent = await this.#group.send(...messages);
        sent.forEach((place, i) => {
          const uniqKey = messages[i]?.uniqKey ?? '';
          this.#all.push({ ...place, queueId: step.queueId, keys: step.keys, uniqKey });
        });
        break;
      }
      case 'pass':
        this.#group.cluster.clock.advance(step.ms);
        await this.#group.pass(10);
        break;
      case 'restart':
        await this.#group.restart(step.how);
        break;
      case 'look':
        await this.look(step.place, step.shift);
    }
    this.#checkWhatWent();
    equal('fatal errors', this.#group.member.fatal.map(String), []);
  }

  /** One message of the past, and what is asked about it and its surroundings. Again, if old log went meanwhile. */
  async look(place: number, shift: number): Promise<void> {
    const one = this.#all[place % Math.max(1, this.#all.length)];
    if (one === undefined) return;
    for (;;) {
      const { start } = this.#group.member.live.logRange();
      try {
        await this.#lookAt(one, shift, start);
        this.looks += 1;
        return;
      } catch (error) {
        if (this.#group.member.live.logRange().start === start) throw error;
      }
    }
  }

  async #lookAt(one: Held, shift: number, start: number): Promise<void> {
    const held = this.#all.filter(({ physicalOffset }) => physicalOffset >= start);
    const queue = held.filter(({ queueId }) => queueId === one.queueId);
    const total = this.#all.filter(({ queueId }) => queueId === one.queueId).length;
    const min = queue[0]?.queueOffset ?? total;
    const time = one.storeTimestamp + shift;
    const later = queue.find(({ storeTimestamp }) => storeTimestamp >= time);
    const earlier = queue.findLast(({ storeTimestamp }) => storeTimestamp <= time);
    const fields = { queueId: String(one.queueId), timestamp: String(time) };
    await this.#same('max', 30, fields, total);
    await this.#same('min', 31, fields, min);
    await this.#same('earliest', 32, fields, queue[0]?.storeTimestamp ?? -1);
    await this.#same('LOWER', 29, fields, later?.queueOffset ?? total);
    await this.#same('UPPER', 29, { ...fields, boundaryType: 'UPPER' }, earlier?.queueOffset ?? min);
    const viewed = await this.#group.ask(33, { offset: String(one.physicalOffset) });
    equal(`view ${one.uniqKey}`, viewed.code, held.includes(one) ? 0 : 1);
    await this.#queries(one, held, time);
  }

  async #queries(one: Held, held: readonly Held[], time: number): Promise<void> {
    const addresses = async (asked: string, extra: Record<string, string>): Promise<number[]> =>
      (await this.#group.query(asked, extra)).map(({ physicalOffset }) => physicalOffset);
    const byId = await addresses(one.uniqKey, { _UNIQUE_KEY_QUERY: 'true' });
    equal(`id ${one.uniqKey}`, byId, held.includes(one) ? [one.physicalOffset] : []);
    for (const word of ['a', 'Aa', 'BB', 'none']) {
      for (const [begin, end] of [
        [0, Number.MAX_SAFE_INTEGER],
        [time, Number.MAX_SAFE_INTEGER],
        [0, time],
      ] as const) {
        const found = await addresses(word, {
          maxNum: '20',
          beginTimestamp: String(begin),
          endTimestamp: String(end),
        });
        const expected = held
          .filter((m) => m.keys.includes(word) && m.storeTimestamp >= begin && m.storeTimestamp <= end)
          .map(({ physicalOffset }) => physicalOffset);
        equal(`key ${word} from ${begin} to ${end}`, found, expected.slice(-20));
      }
    }
  }

  /** The log never gives back what it let go, and lets nothing go that its rules keep. */
  #checkWhatWent(): void {
    const { start, end } = this.#group.member.live.logRange();
    if (start < this.#start) throw new Error(`the log began at ${this.#start}, and now at ${start}`);
    if (start > this.#start) {
      this.wentCount += 1;
      const gone = this.#all.filter(({ physicalOffset }) => physicalOffset < start);
      const youngest = Math.max(...gone.map(({ storeTimestamp }) => storeTimestamp));
      const expired = youngest < this.#group.now - HOUR_MS;
      if (!(this.#bySize ? end - start >= RETAINED : expired))
        throw new Error(`the log of ${end - start} bytes lost what was ${this.#group.now - youngest} ms old`);
    }
    this.#start = start;
  }

  async #same(what: string, code: number, fields: Record<string, string>, expected: number): Promise<void> {
    equal(`${what} ${JSON.stringify(fields)}`, await this.#group.offsetOf(code, fields), expected);
  }
}

function equal(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one}, expected ${other}`);
}

for (const bySize of [true, false]) {
  test(`by key, id, time and offset is found what a list of the messages gives, while old log goes by ${bySize ? 'size' : 'age'}`, async (t) => {
    let went = 0;
    let looks = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const group = await ServedGroup.start(bySize ? RETAINED : 1e9, {
          deleteWhen: EVERY_HOUR,
          fileReservedTime: bySize ? 1_000 : 1,
          firstCleanDelay: 1_000,
        });
        const told = new Story(group, bySize);
        for (const step of story) await told.run(step);
        for (let place = 0; place < 1_000; place += 97) await told.look(place, (place % 3) - 1);
        went += told.wentCount;
        looks += told.looks;
      }),
      { seed: SEED, numRuns: 10, includeErrorInReport: true },
    );
    t.true(went > 3, 'old log went');
    t.true(looks > 50);
  });
}

import test from 'ava';
import fc from 'fast-check';
import { PeerFrameDecoder, encodePeerFrame } from '../src/codec.ts';
import { raftConfigDefaults, type RaftConfig } from '../src/config.ts';
import { configurationOf } from '../src/configuration-state.ts';
import { RaftDriver } from '../src/driver.ts';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, entryBody, type Entry } from '../src/entry.ts';
import { silentLogger } from '../src/logger.ts';
import { MemorySnapshotStorage } from '../src/memory-snapshot-storage.ts';
import { MemoryHardStateStorage, MemoryLogStorage } from '../src/memory-storage.ts';
import type { Message } from '../src/message.ts';
import type { Random } from '../src/random.ts';
import type { LogPosition, LogStorage } from '../src/storage.ts';
import { ManualClock, settle } from './manual-clock.ts';

const IDS = ['n1', 'n2', 'n3'];

class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  nextInt(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 0x1_0000_0000) * bound);
  }
}

/** The log as one process sees it: syncs take a while, and nothing it does counts after its end. */
class LogLife implements LogStorage {
  readonly #log: MemoryLogStorage;
  readonly #clock: ManualClock;
  readonly #random: Random;
  #ended = false;

  constructor(log: MemoryLogStorage, clock: ManualClock, random: Random) {
    this.#log = log;
    this.#clock = clock;
    this.#random = random;
  }

  end(): void {
    this.#ended = true;
  }

  firstIndex(): number {
    return this.#log.firstIndex();
  }

  lastPosition(): LogPosition {
    return this.#log.lastPosition();
  }

  positionAt(index: number): LogPosition | null {
    return this.#log.positionAt(index);
  }

  term(index: number): number | null {
    return this.#log.term(index);
  }

  entries(from: number, to: number, bytesMax: number): Entry[] {
    return this.#log.entries(from, to, bytesMax);
  }

  append(entries: readonly Entry[]): void {
    if (!this.#ended) this.#log.append(entries);
  }

  async reset(position: LogPosition): Promise<void> {
    if (!this.#ended) await this.#log.reset(position);
  }

  markCommitted(index: number): void {
    if (!this.#ended) this.#log.markCommitted(index);
  }

  sync(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(1 + this.#random.nextInt(20), () => {
        if (!this.#ended) void this.#log.sync().then(resolve);
      });
    });
  }
}

/** One member: what survives its process, and the process while it runs. */
interface Member {
  readonly log: MemoryLogStorage;
  readonly hardState: MemoryHardStateStorage;
  life: LogLife | null;
  driver: RaftDriver | null;
  applied: string[];
}

/** Three drivers over a network of bytes, all in one process and one virtual time. */
class Cluster {
  readonly clock: ManualClock = new ManualClock();
  readonly members: ReadonlyMap<string, Member>;
  readonly #config: RaftConfig;
  readonly #random: Random;

  constructor(seed: number, config: Partial<RaftConfig> = {}) {
    this.#config = { ...raftConfigDefaults, ...config };
    this.#random = new SeededRandom(seed);
    this.members = new Map(
      IDS.map((id) => {
        const log = new MemoryLogStorage();
        return [id, { log, hardState: new MemoryHardStateStorage(), life: null, driver: null, applied: [] }];
      }),
    );
    for (const id of IDS) this.start(id);
  }

  member(id: string): Member {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  start(id: string): void {
    const member = this.member(id);
    member.applied = [];
    const life = new LogLife(member.log, this.clock, this.#random);
    member.life = life;
    const driver = new RaftDriver({
      id,
      group: 'g',
      configuration: configurationOf(IDS),
      snapshots: new MemorySnapshotStorage(),
      config: this.#config,
      log: life,
      hardState: member.hardState,
      appliedIndex: 0,
      machine: {
        appliedIndex: 0,
        apply: (entries) => member.applied.push(...textsOf(entries)),
        install: () => Promise.reject(new Error('no snapshots')),
      },
      transport: { send: (to, messages) => this.#send(id, to, messages) },
      clock: this.clock,
      random: this.#random,
      logger: silentLogger,
      onRole: () => driver.checkInvariants(),
      onFatal: (error) => {
        throw error;
      },
    });
    member.driver = driver;
    driver.start();
    for (const other of this.#running()) {
      if (other === id) continue;
      driver.peerOpened(other);
      this.member(other).driver?.peerOpened(id);
    }
  }

  /** Ends the process of `id` as kill -9 does: unsynced bytes are gone, its sockets close. */
  kill(id: string): void {
    const member = this.member(id);
    member.life?.end();
    member.log.crash();
    // Only its timers need an end; it never stops in good order, because its last sync never resolves.
    void member.driver?.stop();
    member.driver = null;
    for (const other of this.#running()) this.member(other).driver?.peerClosed(id);
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      this.clock.advance(5);
      await settle();
    }
  }

  /** Runs until someone leads; returns the id and the time it took. */
  async awaitLeader(limitMs: number): Promise<{ id: string; ms: number }> {
    for (let ms = 0; ms <= limitMs; ms += 5) {
      const id = this.#running().find((one) => {
        const status = this.member(one).driver?.status();
        return (
          status?.role === 'leader' && status.commitIndex > 0 && status.appliedIndex === status.lastIndex
        );
      });
      if (id !== undefined) return { id, ms };
      await this.run(5);
    }
    throw new Error(`nobody led within ${limitMs} ms`);
  }

  propose(id: string, text: string): boolean {
    const frame = allocateFrame(Buffer.byteLength(text));
    frame.write(text, ENTRY_HEADER_BYTES);
    return this.member(id).driver?.propose(EntryKind.Data, frame).type === 'appended';
  }

  #running(): string[] {
    return IDS.filter((id) => this.member(id).driver !== null);
  }

  #send(from: string, to: string, messages: readonly Message[]): void {
    const bytes = Buffer.concat(encodePeerFrame('g', from, to, messages));
    this.clock.immediate(() => {
      for (const frame of new PeerFrameDecoder().push(bytes)) {
        this.member(to).driver?.receive(frame.from, frame.messages);
      }
    });
  }
}

function textsOf(entries: readonly Entry[]): string[] {
  return entries.filter(({ kind }) => kind === EntryKind.Data).map((entry) => entryBody(entry).toString());
}

test('three members elect the preferred leader, commit, and agree', async (t) => {
  const cluster = new Cluster(1, { preferredLeader: 'n2' });
  const { id, ms } = await cluster.awaitLeader(200);
  t.is(id, 'n2');
  t.true(ms < 100, `${ms} ms`);
  const texts = Array.from({ length: 50 }, (_, at) => `text ${at}`);
  for (const text of texts) t.true(cluster.propose(id, text));
  t.false(cluster.propose('n1', 'not here'));
  await cluster.run(300);
  for (const one of IDS) {
    const member = cluster.member(one);
    t.deepEqual(member.applied, texts, one);
    t.is(member.driver?.status().leader, 'n2');
    t.is(member.log.committedIndex, 51);
  }
  const [first, second, third] = IDS.map((one) => cluster.member(one).log.lastPosition());
  t.deepEqual(first, second);
  t.deepEqual(second, third);
});

test('a killed leader is replaced well before the election timeout, and nothing committed is lost', async (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const cluster = new Cluster(seed, { preferredLeader: 'n1' });
    t.is((await cluster.awaitLeader(200)).id, 'n1');
    cluster.propose('n1', 'before');
    await cluster.run(300);
    cluster.kill('n1');
    const { id, ms } = await cluster.awaitLeader(900);
    t.not(id, 'n1');
    t.true(ms <= 150, `seed ${seed}: ${ms} ms`);
    t.true(cluster.propose(id, 'after'));
    await cluster.run(300);
    cluster.start('n1');
    await cluster.run(1_000);
    for (const one of IDS)
      t.deepEqual(cluster.member(one).applied, ['before', 'after'], `seed ${seed}, ${one}`);
    t.is(cluster.member('n1').driver?.status().leader, id, 'it follows the new leader');
  }
});

test('random kills and restarts lose nothing that a leader applied, and all agree in the end', async (t) => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant('propose' as const) },
    { weight: 2, arbitrary: fc.constant('run' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS) },
  );
  const property = fc.asyncProperty(
    fc.nat(1_000),
    fc.array(action, { minLength: 10, maxLength: 40 }),
    async (seed, actions) => {
      const cluster = new Cluster(seed);
      await cluster.awaitLeader(8_000);
      let longest: string[] = [];
      let sequence = 0;
      const observe = (): void => {
        for (const one of IDS) {
          const { applied } = cluster.member(one);
          const shared = Math.min(applied.length, longest.length);
          t.deepEqual(applied.slice(0, shared), longest.slice(0, shared), 'applied states are prefixes');
          if (applied.length > longest.length) longest = applied.slice();
        }
      };
      for (const step of actions) {
        if (step === 'propose') {
          for (const one of IDS) cluster.propose(one, `text ${++sequence}`);
        } else if (step === 'run') {
          await cluster.run(400);
        } else if (cluster.member(step).driver === null) {
          cluster.start(step);
        } else {
          cluster.kill(step);
        }
        await cluster.run(5);
        observe();
      }
      for (const one of IDS) if (cluster.member(one).driver === null) cluster.start(one);
      await cluster.awaitLeader(8_000);
      await cluster.run(1_000);
      observe();
      for (const one of IDS) {
        t.deepEqual(cluster.member(one).applied, longest, one);
        cluster.member(one).driver?.checkInvariants();
      }
    },
  );
  await fc.assert(property, { seed: 77, numRuns: 60 });
});

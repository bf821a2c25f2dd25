import type { Buffer } from 'node:buffer';
import { join } from 'node:path/posix';
import { parseRaftConfig, type Clock, type Logger, type Message, type TimerHandle } from '@ledgermq/raft';
import {
  MemoryDisk,
  MemoryLevel,
  parseSegmentLogConfig,
  type CrashMode,
  type CrashRandom,
  type Disk,
} from '@ledgermq/store';
import { GroupReplica } from '../src/replica.ts';
import type { DiskSpaceConfig } from '../src/replica-options.ts';
import type { CommandOutcome, SendOutcome } from '../src/replication/outcome.ts';
import { applierDefaults } from '../src/replication/applier.ts';
import { logRetentionDefaults } from '../src/replication/log-retention.ts';
import type { PeerEvents } from '../src/replication/peer-transport.ts';
import { recordOf, type TestMessage } from './machine/entry-chain.ts';
import { topicConfig } from './machine/machine-world.ts';
import { VirtualClock } from './virtual-clock.ts';

export const DIRECTORY = '/data';
const STEP_MS = 5;
/** No longer than a tick. */
const LONG_STEP_MS = 50;
const STEPS_MAX = 4_000;

/** The clock of one life of a process: when that ends, nothing of it happens any more. */
class LifeClock implements Clock {
  readonly #clock: VirtualClock;
  ended = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    return this.#clock.setTimer(ms, () => {
      if (!this.ended) fn();
    });
  }

  clearTimer(handle: TimerHandle): void {
    this.#clock.clearTimer(handle);
  }

  immediate(fn: () => void): void {
    this.#clock.immediate(() => {
      if (!this.ended) fn();
    });
  }
}

/** A disk that outlives its processes. */
export type MemberDisk = Disk & { crash(mode: CrashMode, random: CrashRandom): void };

export interface ReplicaClusterOptions<D extends MemberDisk> {
  readonly raft?: Readonly<Record<string, unknown>>;
  /** Bytes of log kept, 0 for all of it. */
  readonly retained?: number;
  readonly diskSpace?: DiskSpaceConfig;
  /** The disk of a member and its folder there. */
  readonly place: (id: string, clock: VirtualClock) => { readonly disk: D; readonly directory: string };
}

/** One member of the group: its disk stays, its lives come and go. */
export class Member<D extends MemberDisk = MemoryDisk> {
  readonly id: string;
  readonly disk: D;
  readonly directory: string;
  readonly warnings: string[] = [];
  readonly fatal: Error[] = [];
  readonly #levels = new Map<string, MemoryLevel>();
  replica: GroupReplica | null = null;
  events: PeerEvents | null = null;
  clock: LifeClock | null = null;
  /** Role in the consensus, and whether the replica took itself for the master, at each change. */
  roles: string[] = [];
  arrivals = 0;
  topicChanges = 0;

  constructor(id: string, { disk, directory }: { readonly disk: D; readonly directory: string }) {
    this.id = id;
    this.disk = disk;
    this.directory = directory;
  }

  get live(): GroupReplica {
    if (this.replica === null) throw new Error(`${this.id} does not run`);
    return this.replica;
  }

  /** The state database of a folder; it goes where the folder goes. */
  level(directory: string): MemoryLevel {
    const held = this.#levels.get(directory);
    if (held !== undefined && this.disk.exists(join(directory, '..', 'queue-index.dat'))) return held;
    const fresh = new MemoryLevel();
    this.#levels.set(directory, fresh);
    return fresh;
  }

  get stateLevel(): MemoryLevel {
    return this.level(join(this.directory, 'derived', '1', 'state-db'));
  }

  logger(): Logger {
    const nothing = (): void => undefined;
    return { debug: nothing, info: nothing, warn: (text) => this.warnings.push(text), error: nothing };
  }
}

/** Three replicas of one group in virtual time, over a network of function calls, and over disks in memory if not told otherwise. */
export class ReplicaCluster<D extends MemberDisk = MemoryDisk> {
  readonly clock: VirtualClock = new VirtualClock();
  readonly members: readonly Member<D>[];
  readonly #options: ReplicaClusterOptions<D>;
  readonly #cut = new Set<string>();
  #draws = 0x2545f491;

  private constructor(options: ReplicaClusterOptions<D>) {
    this.#options = options;
    this.members = ['n1', 'n2', 'n3'].map((id) => new Member(id, options.place(id, this.clock)));
  }

  /** `retained`: bytes of log kept, 0 for all of it. */
  static start(raft: Readonly<Record<string, unknown>> = {}, retained = 0): Promise<ReplicaCluster> {
    const place = (): { disk: MemoryDisk; directory: string } => ({
      disk: new MemoryDisk(),
      directory: DIRECTORY,
    });
    return ReplicaCluster.over({ raft, retained, place });
  }

  static async over<D extends MemberDisk>(options: ReplicaClusterOptions<D>): Promise<ReplicaCluster<D>> {
    const cluster = new ReplicaCluster(options);
    for (const { id } of cluster.members) await cluster.open(id);
    return cluster;
  }

  member(id: string): Member<D> {
    const found = this.members.find((member) => member.id === id);
    if (found === undefined) throw new Error(`no member ${id}`);
    return found;
  }

  async open(id: string): Promise<void> {
    const member = this.member(id);
    const clock = new LifeClock(this.clock);
    const { raft = {}, retained = 0, diskSpace } = this.#options;
    member.clock = clock;
    member.replica = await GroupReplica.open({
      brokerName: 'broker-a',
      memberId: id,
      members: this.members.map((one) => one.id),
      directory: member.directory,
      config: {
        raft: parseRaftConfig(raft),
        log: parseSegmentLogConfig({
          segmentBytes: retained === 0 ? 65_536 : 4_096,
          tailCacheBytes: 65_536,
        }),
        derived: {},
        applier: { ...applierDefaults, checkpointIntervalMs: 500 },
        snapshots: { intervalBytes: retained === 0 ? 1_000_000 : 8_192 },
        retention: { ...logRetentionDefaults, logBytesMax: retained },
        ...(diskSpace === undefined ? {} : { diskSpace }),
        bootstrap: {
          brokerClusterName: 'c',
          brokerName: 'broker-a',
          autoCreateTopicEnable: true,
          defaultTopicQueueNums: 4,
          settings: { enableSendDeduplication: true },
        },
      },
      disk: member.disk,
      level: (directory) => member.level(directory).connect(),
      clock,
      random: { nextInt: (bound) => this.#draw(bound) },
      logger: member.logger(),
      join: (events) => {
        member.events = events;
        // The connections are the process's, so they may stand before this replica is open.
        for (const { id: other, replica } of this.members) {
          if (other !== id && replica !== null) events.peerOpened(other);
        }
        return { send: (to, messages) => this.#carry(clock, id, to, messages) };
      },
      events: {
        onRole: () => {
          if (member.replica === null) return;
          member.roles.push(`${member.replica.status().role} ${member.replica.leadership.current().leading}`);
        },
        onArrival: () => {
          member.arrivals += 1;
        },
        onTopics: () => {
          member.topicChanges += 1;
        },
        onFatal: (error) => {
          if (!clock.ended) member.fatal.push(error);
        },
      },
      flushAnswers: () => undefined,
    });
    member.replica.start();
    this.#tell(id, 'peerOpened');
  }

  /** The process is gone at once, and with the power what the disk had not synced. */
  kill(id: string, power: 'lose' | 'kill' = 'lose'): void {
    const member = this.member(id);
    this.#end(member);
    const random = { nextInt: (): number => 0 };
    member.disk.crash(power, random);
    member.stateLevel.crash(random);
    this.#tell(id, 'peerClosed');
  }

  async stop(id: string): Promise<void> {
    const member = this.member(id);
    await this.finish(member.live.stop());
    this.#end(member);
    this.#tell(id, 'peerClosed');
  }

  /** Nothing goes from or to this member, silently. */
  cut(id: string): void {
    this.#cut.add(id);
  }

  heal(id: string): void {
    this.#cut.delete(id);
  }

  /** Lets time pass until something holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      if (holds()) return;
      this.clock.advance(STEP_MS);
      await turns();
    }
    throw new Error(`it never came to this: ${what}`);
  }

  /** Lets so much time pass, whatever happens. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LONG_STEP_MS) {
      this.clock.advance(Math.min(left, LONG_STEP_MS));
      await turns();
    }
  }

  async finish<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    await this.until('a promise settles', () => settled);
    return watched;
  }

  /** The member that may propose, once there is one among those that are not cut off. */
  async leader(): Promise<Member<D>> {
    let found: Member<D> | undefined;
    await this.until('someone leads', () => {
      found = this.members.find(
        ({ id, replica }) => replica !== null && !this.#cut.has(id) && replica.leadership.current().leading,
      );
      return found !== undefined;
    });
    return found as Member<D>;
  }

  /** All members that run have applied what the leader has. */
  async level(): Promise<void> {
    const { live } = await this.leader();
    await this.until('all are level', () =>
      this.members.every(({ replica }) => {
        if (replica === null) return true;
        const { appliedIndex, lastIndex } = replica.status();
        // The machine may have to wait for its own storage, behind what was handed to it.
        const applied = replica.inspect().machineIndex() === appliedIndex;
        return applied && appliedIndex === live.status().lastIndex && lastIndex === appliedIndex;
      }),
    );
  }

  /** Queues a message at a member; the list gets its outcome. */
  post(member: Member<D>, message: TestMessage): SendOutcome[] {
    const told: SendOutcome[] = [];
    const record = recordOf({ ...message, storeTimestamp: this.clock.now() });
    const write = (target: Buffer, at: number): number => record.copy(target, at);
    member.live.proposer.appendMessage({ size: record.length, write }, (outcome) => told.push(outcome));
    return told;
  }

  /** Sends as a producer does: to whoever leads, until it is stored. */
  async send(message: TestMessage): Promise<Extract<SendOutcome, { type: 'stored' }>> {
    for (;;) {
      const told = this.post(await this.leader(), message);
      await this.until('a message is settled', () => told.length > 0);
      const [outcome] = told;
      if (outcome?.type === 'stored') return outcome;
      // A refusal comes at once: what refuses needs time to change.
      await this.pass(STEP_MS);
    }
  }

  async createTopic(name: string): Promise<void> {
    const { live } = await this.leader();
    const told: CommandOutcome[] = [];
    live.proposer.putTopic(topicConfig(name), false, (outcome) => told.push(outcome));
    await this.until('a topic is put', () => told[0]?.type === 'applied');
  }

  async commitOffset(offset: number): Promise<void> {
    const { live } = await this.leader();
    const told: CommandOutcome[] = [];
    live.proposer.commitOffset('g', 'T', 0, offset, (outcome) => told.push(outcome));
    await this.until('an offset is committed', () => told[0]?.type === 'applied');
  }

  #end(member: Member<D>): void {
    if (member.clock !== null) member.clock.ended = true;
    member.replica = null;
    member.events = null;
  }

  #tell(about: string, event: 'peerOpened' | 'peerClosed'): void {
    for (const { id, events } of this.members) {
      if (id === about || events === null) continue;
      events[event](about);
    }
  }

  #carry(clock: LifeClock, from: string, to: string, messages: readonly Message[]): void {
    this.clock.immediate(() => {
      if (clock.ended || this.#cut.has(from) || this.#cut.has(to)) return;
      this.member(to).events?.receive(from, messages);
    });
  }

  #draw(bound: number): number {
    this.#draws = (Math.imul(this.#draws, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#draws / 2 ** 32) * bound);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

import type { Buffer } from 'node:buffer';
import { parseRaftConfig, type Message } from '@ledgermq/raft';
import { parseSegmentLogConfig } from '@ledgermq/store';
import type { DiskSpaceConfig } from '../src/replica-options.ts';
import { GroupReplica, type ReplicaConfig } from '../src/replica.ts';
import type { CommandOutcome, SendOutcome } from '../src/replication/outcome.ts';
import { applierDefaults } from '../src/replication/applier.ts';
import { logRetentionDefaults, type LogRetentionConfig } from '../src/replication/log-retention.ts';
import { progressWatchDefaults, type ProgressWatchConfig } from '../src/replication/progress-watch.ts';
import { recordOf, type TestMessage } from './machine/entry-chain.ts';
import { LifeClock, Member, type ClusterMember } from './cluster-member.ts';
import { topicConfig } from './machine/machine-world.ts';
import { VirtualClock } from './virtual-clock.ts';

export { DIRECTORY, Member } from './cluster-member.ts';

const STEP_MS = 5;
/** No longer than a tick. */
const LONG_STEP_MS = 50;
const STEPS_MAX = 4_000;

export type ClusterConfig = Omit<ReplicaConfig, 'bootstrap'>;

/** `retained`: bytes of log kept, 0 for all of it. */
export function clusterConfig(
  raft: Readonly<Record<string, unknown>>,
  retained: number = 0,
  { retention = {}, progress = progressWatchDefaults, diskSpace }: ClusterShape = {},
): ClusterConfig {
  return {
    raft: parseRaftConfig(raft),
    log: parseSegmentLogConfig({
      segmentBytes: retained === 0 ? 65_536 : 4_096,
      tailCacheBytes: 65_536,
    }),
    derived: {},
    applier: { ...applierDefaults, checkpointIntervalMs: 500 },
    snapshots: { intervalBytes: retained === 0 ? 1_000_000 : 8_192 },
    retention: { ...logRetentionDefaults, logBytesMax: retained, ...retention },
    progress,
    ...(diskSpace === undefined ? {} : { diskSpace }),
  };
}

export interface ClusterShape {
  /** n1, n2 and so on; three if absent. */
  readonly members?: number;
  /** With so many of them the group begins; all if absent. */
  readonly founders?: number;
  readonly retention?: Partial<LogRetentionConfig>;
  readonly progress?: ProgressWatchConfig;
  readonly diskSpace?: DiskSpaceConfig;
}

export interface ClusterOptions {
  /** Waits for work outside of virtual time, if the members have such. */
  readonly settled?: () => Promise<void>;
  readonly brokerName?: string;
  /** Members with which the group begins; all of them if absent. */
  readonly founders?: readonly string[];
}

/** Replicas of one group in virtual time, over a network of function calls. */
export class ReplicaCluster<M extends ClusterMember = Member> {
  readonly clock: VirtualClock = new VirtualClock();
  readonly members: readonly M[];
  readonly #config: ClusterConfig;
  readonly #brokerName: string;
  readonly #founders: readonly string[];
  readonly #settled: () => Promise<void>;
  readonly #cut = new Set<string>();
  /** Sees every message that arrives. */
  watch: ((message: Message) => void) | null = null;
  #draws = 0x2545f491;

  constructor(members: readonly M[], config: ClusterConfig, options: ClusterOptions = {}) {
    const { settled = turns, brokerName = 'broker-a', founders = members.map(({ id }) => id) } = options;
    this.members = members;
    this.#brokerName = brokerName;
    this.#config = config;
    this.#founders = founders;
    this.#settled = settled;
  }

  /** Three members on disks in memory. `retained`: bytes of log kept, 0 for all of it. */
  static async start(
    raft: Readonly<Record<string, unknown>> = {},
    retained = 0,
    shape: ClusterShape = {},
  ): Promise<ReplicaCluster> {
    const members = Array.from({ length: shape.members ?? 3 }, (_, i) => new Member(`n${i + 1}`));
    const config = clusterConfig(raft, retained, shape);
    const founders = members.slice(0, shape.founders).map(({ id }) => id);
    const cluster = new ReplicaCluster(members, config, { founders });
    for (const { id } of cluster.members) await cluster.open(id);
    return cluster;
  }

  member(id: string): M {
    const found = this.members.find((member) => member.id === id);
    if (found === undefined) throw new Error(`no member ${id}`);
    return found;
  }

  async open(id: string): Promise<void> {
    const member = this.member(id);
    const clock = new LifeClock(this.clock);
    member.clock = clock;
    member.replica = await GroupReplica.open({
      stopped: new AbortController().signal,
      brokerName: this.#brokerName,
      memberId: id,
      members: this.#founders,
      directory: member.directory,
      config: {
        ...this.#config,
        bootstrap: {
          brokerClusterName: 'c',
          brokerName: this.#brokerName,
          autoCreateTopicEnable: true,
          defaultTopicQueueNums: 4,
          settings: { enableSendDeduplication: true },
        },
      },
      // What an earlier life still tries fails.
      disk: member.diskOfLife(),
      level: (directory) => member.connect(directory),
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
    member.crash(power);
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
      await this.#settled();
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
  async leader(): Promise<M> {
    let found: M | undefined;
    await this.until('someone leads', () => {
      found = this.members.find(
        ({ id, replica }) => replica !== null && !this.#cut.has(id) && replica.leadership.current().leading,
      );
      return found !== undefined;
    });
    return found as M;
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
  post(member: ClusterMember, message: TestMessage): SendOutcome[] {
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

  async commitOffset(offset: number, topic = 'T', queueId = 0): Promise<void> {
    const { live } = await this.leader();
    const told: CommandOutcome[] = [];
    live.proposer.commitOffset('g', topic, queueId, offset, (outcome) => told.push(outcome));
    await this.until('an offset is committed', () => told[0]?.type === 'applied');
  }

  #end(member: ClusterMember): void {
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
      const { events } = this.member(to);
      if (events === null) return;
      if (this.watch !== null) for (const message of messages) this.watch(message);
      events.receive(from, messages);
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

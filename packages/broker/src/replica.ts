import { join } from 'node:path/posix';
import {
  RaftDriver,
  type Clock,
  type Logger,
  type Random,
  type RaftConfig,
  type RaftStatus,
  type Transport,
} from '@ledgermq/raft';
import {
  HardStateFile,
  openDerivedState,
  SegmentLog,
  StoreError,
  type DerivedState,
  type DerivedStateConfig,
  type Disk,
  type SegmentLogConfig,
  type StateLevel,
} from '@ledgermq/store';
import type {
  ConfigurationProposer,
  Leadership,
  LeadershipPort,
  MessageProposer,
  OffsetProposer,
  QueueReader,
  RecordReader,
  SubscriptionGroupsPort,
  TimeReader,
  TopicsPort,
  ConsumerOffsetsPort,
} from './group-port.ts';
import { bootstrapCommand, type BootstrapOptions } from './machine/bootstrap.ts';
import { machineLimits } from './machine/machine-limits.ts';
import { BrokerMachine } from './machine/machine.ts';
import type { HostedReplica, ReplicaEvents, ReplicaHoldings } from './replica-host.ts';
import type { ReplicaInspection } from './replica-inspection.ts';
import { Applier, applierDefaults, type ApplierConfig } from './replication/applier.ts';
import { DiskGuard, diskGuardDefaults } from './replication/disk-guard.ts';
import type { PeerEvents } from './replication/peer-transport.ts';
import { Proposer, proposerDefaults, type ProposerConfig } from './replication/proposer.ts';
import { IndexedQueueReader } from './replication/queue-reader.ts';
import { ReplicaProposer } from './replication/replica-proposer.ts';

export interface ReplicaConfig {
  readonly raft: RaftConfig;
  readonly log: SegmentLogConfig;
  readonly derived: Partial<DerivedStateConfig>;
  readonly applier?: ApplierConfig;
  readonly proposer?: ProposerConfig;
  readonly bootstrap: BootstrapOptions;
}

export interface ReplicaOptions {
  readonly brokerName: string;
  readonly memberId: string;
  /** Ids of all members, this one included. */
  readonly members: readonly string[];
  /** Folder of this replica alone. */
  readonly directory: string;
  readonly config: ReplicaConfig;
  readonly disk: Disk;
  readonly level: (directory: string) => StateLevel;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Joins the group: what is received goes to `events`, the result sends. */
  readonly join: (events: PeerEvents) => Transport;
  readonly events: ReplicaEvents;
  /** After answers were written, to let them leave without waiting for the next turn. */
  readonly flushAnswers: () => void;
}

const LOG_DIRECTORY = 'log';
const DERIVED_DIRECTORY = 'derived';
const HARD_STATE_FILE = 'hard-state';
const SET_ASIDE_DIRECTORY = 'set-aside';

/** One replica of a broker group: its log, its state, its part in the consensus, and the reads that it serves. */
export class GroupReplica implements HostedReplica {
  readonly brokerName: string;
  readonly memberId: string;
  readonly topics: TopicsPort;
  readonly groups: SubscriptionGroupsPort;
  readonly offsets: ConsumerOffsetsPort;
  readonly queues: QueueReader & TimeReader;
  readonly records: RecordReader;
  readonly proposer: MessageProposer & ConfigurationProposer & OffsetProposer;
  readonly leadership: LeadershipPort;
  readonly #options: ReplicaOptions;
  readonly #log: SegmentLog;
  readonly #hardState: HardStateFile;
  readonly #derived: DerivedState;
  readonly #machine: BrokerMachine;
  readonly #reader: IndexedQueueReader;
  readonly #gatherer: Proposer;
  readonly #applier: Applier;
  readonly #driver: RaftDriver;
  readonly #diskGuard: DiskGuard;
  /** Peers whose connection stands, whether or not the driver runs yet. */
  readonly #openPeers: Set<string> = new Set();
  /** The term in which this replica has applied an entry of its own as leader, so that it may open. */
  #openTerm = -1;
  #stopping: Promise<void> | null = null;

  private constructor(
    options: ReplicaOptions,
    log: SegmentLog,
    hardState: HardStateFile,
    derived: DerivedState,
  ) {
    const { brokerName, memberId, config, clock, logger, events } = options;
    this.#options = options;
    this.brokerName = brokerName;
    this.memberId = memberId;
    this.#log = log;
    this.#hardState = hardState;
    this.#derived = derived;
    this.#machine = new BrokerMachine(derived);
    this.#machine.restore(derived.entries);
    this.topics = this.#machine.topics;
    this.groups = this.#machine.groups;
    this.offsets = this.#machine.offsets;
    this.#gatherer = new Proposer(config.proposer ?? proposerDefaults, {
      clock,
      propose: (kind, frame) => this.#driver.propose(kind, frame),
      startWork: () => this.#driver.flush(),
      report: (error) => logger.error('a waiter threw', { error: String(error) }),
    });
    this.proposer = new ReplicaProposer(this.#gatherer, clock);
    this.#applier = new Applier(
      config.applier ?? applierDefaults,
      {
        machine: this.#machine,
        derived,
        pending: this.#gatherer.pending,
        log,
        clock,
        leader: () => this.#driver.status().leader,
        onArrival: (topic, queueId, maxOffset, tagsCode) =>
          events.onArrival(topic, queueId, maxOffset, tagsCode),
        onTopics: () => events.onTopics(),
        onApplied: () => this.#onApplied(),
        onFatal: (error) => events.onFatal(error),
      },
      log.positionAt(derived.appliedIndex)?.address ?? log.startAddress(),
    );
    this.#reader = new IndexedQueueReader({
      machine: this.#machine,
      queueIndex: derived.queueIndex,
      log,
      appliedEnd: () => this.#applier.appliedEnd,
    });
    this.queues = this.#reader;
    this.records = this.#reader;
    this.leadership = { current: () => this.#leadership(), readsAreCurrent: () => this.#readsAreCurrent() };
    this.#driver = this.#createDriver();
    this.#diskGuard = new DiskGuard(diskGuardDefaults, {
      disk: options.disk,
      directory: options.directory,
      clock,
      logger,
      onChange: (full) => this.#gatherer.setDiskFull(full),
    });
  }

  /** Opens and recovers the store. Throws what the store throws; nothing stays open then. */
  static async open(options: ReplicaOptions): Promise<GroupReplica> {
    const { disk, directory, config, logger } = options;
    disk.mkdir(directory);
    const log = SegmentLog.open(disk, join(directory, LOG_DIRECTORY), config.log, logger);
    const undo: (() => void | Promise<void>)[] = [() => log.close()];
    try {
      const hardState = HardStateFile.open(disk, join(directory, HARD_STATE_FILE));
      undo.push(() => hardState.close());
      const derived = await openDerived(options, log);
      undo.push(() => derived.close());
      return new GroupReplica(options, log, hardState, derived);
    } catch (error) {
      for (const close of undo.reverse()) await close();
      throw error;
    }
  }

  start(): void {
    this.#driver.start();
    // Connections that stood before this moment count too: without them no lost leader could be followed up at once.
    for (const peer of this.#openPeers) this.#driver.peerOpened(peer);
    this.#diskGuard.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  status(): RaftStatus {
    return this.#driver.status();
  }

  holdings(): ReplicaHoldings {
    const { queueIndex } = this.#derived;
    let messages = 0;
    for (let number = 0; number < queueIndex.queueCount; number += 1) {
      messages += queueIndex.nextOffset(number) - queueIndex.minOffset(number);
    }
    return { queues: this.#machine.queueCount, messages };
  }

  traffic(): { readonly messagesPut: number; readonly messagesGot: number } {
    return { messagesPut: this.#machine.messageCount, messagesGot: this.#reader.served };
  }

  logRange(): { readonly start: number; readonly end: number } {
    return { start: this.#log.startAddress(), end: this.#log.endAddress() };
  }

  /** For tests and simulation. */
  inspect(): ReplicaInspection {
    return {
      log: this.#log,
      derived: this.#derived,
      machine: this.#machine,
      hardState: () => this.#hardState.load(),
      status: () => this.#driver.status(),
      machineIndex: () => this.#applier.appliedIndex,
      turns: () => this.#driver.metrics().turns,
    };
  }

  #createDriver(): RaftDriver {
    const { memberId, brokerName, members, config, clock, random, logger, events } = this.#options;
    let driver: RaftDriver | null = null;
    const transport = this.#options.join({
      receive: (from, messages) => driver?.receive(from, messages),
      peerOpened: (peer) => {
        this.#openPeers.add(peer);
        driver?.peerOpened(peer);
      },
      peerClosed: (peer) => {
        this.#openPeers.delete(peer);
        driver?.peerClosed(peer);
      },
    });
    driver = new RaftDriver({
      id: memberId,
      group: brokerName,
      peers: members,
      config: config.raft,
      log: this.#log,
      hardState: this.#hardState,
      appliedIndex: this.#derived.appliedIndex,
      machine: this.#applier,
      transport,
      clock,
      random,
      logger,
      onRole: () => this.#onRole(),
      onFatal: (error) => {
        this.#gatherer.stop();
        events.onFatal(error);
      },
    });
    return driver;
  }

  async #stop(): Promise<void> {
    this.#diskGuard.stop();
    this.#gatherer.stop();
    await this.#driver.stop();
    await this.#applier.stop();
    try {
      await this.#derived.close();
    } finally {
      this.#hardState.close();
      await this.#log.close();
    }
  }

  /** A leader is the master only once it has applied an entry of its own term: before, its state may be behind. */
  #leadership(): Leadership {
    const { role, term, leader } = this.#driver.status();
    if (role !== 'leader') return { leading: false, leader, term };
    return this.#openTerm === term ? { leading: true, leader, term } : { leading: false, leader: null, term };
  }

  #readsAreCurrent(): boolean {
    return this.#leadership().leading && this.#driver.status().leaseValid;
  }

  #onRole(): void {
    const { leading, leader } = this.#leadership();
    this.#gatherer.setLeader(leading, leader);
    this.#options.events.onRole();
  }

  #onApplied(): void {
    const { role, term } = this.#driver.status();
    if (role === 'leader' && this.#openTerm !== term && this.#applier.appliedTerm === term) {
      this.#openTerm = term;
      this.#onRole();
      this.#prepareState();
    }
    this.#options.flushAnswers();
  }

  /** The first master of a group gives it its system topics; every master makes its settings those of the group. */
  #prepareState(): void {
    const { clock, config, logger } = this.#options;
    const { settings } = config.bootstrap;
    const failed = (outcome: { readonly type: string }): void => {
      if (outcome.type !== 'applied')
        logger.warn('a first command of this master was not applied', { outcome: outcome.type });
    };
    if (!this.#machine.bootstrapped) {
      this.#gatherer.appendCommand(bootstrapCommand(config.bootstrap, clock.now()), failed);
    } else if (this.#machine.settings.enableSendDeduplication !== settings.enableSendDeduplication) {
      this.#gatherer.appendCommand({ type: 'putSettings', settings }, failed);
    }
  }
}

/**
 * The state as of the last checkpoint. When it cannot be used (damaged, or ahead of a log that lost its unsynced end) it
 * is set aside and built again from the log, which has everything.
 */
async function openDerived(options: ReplicaOptions, log: SegmentLog): Promise<DerivedState> {
  const { disk, directory, level, clock, config, logger } = options;
  const path = join(directory, DERIVED_DIRECTORY);
  const ports = { disk, level, immediate: (fn: () => void) => clock.immediate(fn) };
  // The machine refuses new queues by its own limit, the same on all replicas; the index must not stop before it.
  // What decides the replicated state is not a matter of this node's configuration.
  const settings = {
    ...config.derived,
    queueCountMax: machineLimits.queuesMax,
    uniqKeyCountMax: machineLimits.uniqKeyCountMax,
    uniqKeyWindowMs: machineLimits.uniqKeyWindowMs,
  };
  let reason: string;
  try {
    const derived = await openDerivedState(ports, path, settings);
    const end = log.lastPosition().index;
    if (derived.appliedIndex <= end) return derived;
    reason = `it is complete up to ${derived.appliedIndex}, but the log ends at ${end}`;
    await derived.close();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'INDEX_CORRUPT') throw error;
    reason = error.message;
  }
  if (log.firstIndex() > 1) {
    throw new StoreError(
      'INDEX_CORRUPT',
      `the derived state cannot be used and the log does not begin at 1: ${reason}`,
    );
  }
  const aside = join(directory, SET_ASIDE_DIRECTORY);
  disk.mkdir(aside);
  disk.rename(path, join(aside, `${DERIVED_DIRECTORY}-${clock.now()}`));
  await disk.syncDirectory(directory);
  logger.warn('derived state set aside, it is built again from the log', { reason });
  return openDerivedState(ports, path, settings);
}

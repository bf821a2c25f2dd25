import {
  configurationOf,
  decodeConfiguration,
  RaftDriver,
  type ConfigurationState,
  type RaftStatus,
} from '@ledgermq/raft';
import type { MembershipWish } from './group-administration.ts';
import type {
  ConfigurationProposer,
  KeyReader,
  LeadershipPort,
  LogRange,
  MessageProposer,
  OffsetProposer,
  QueueReader,
  RecordReader,
  SubscriptionGroupsPort,
  TimeReader,
  TopicsPort,
  ConsumerOffsetsPort,
} from './group-port.ts';
import { firstCommand } from './machine/bootstrap.ts';
import { BrokerMachine } from './machine/machine.ts';
import { replicaFigures } from './metrics/replica-figures.ts';
import type { StoreFigures } from './metrics/store-figures.ts';
import { UsageWatch } from './metrics/store-usage.ts';
import { StoreTallies } from './metrics/store-tallies.ts';
import type { HostedReplica, ReplicaHealth, ReplicaHoldings } from './replica-host.ts';
import type { ReplicaOptions } from './replica-options.ts';
import type { ReplicaInspection } from './replica-inspection.ts';
import { Applier, applierDefaults } from './replication/applier.ts';
import { DiskGuard, diskGuardDefaults, type DiskRoom } from './replication/disk-guard.ts';
import { fileOwner } from './replication/file-owner.ts';
import { HandOver } from './replication/hand-over.ts';
import { restoreLonely } from './replication/lonely-member.ts';
import { LogRetention, logRetentionDefaults } from './replication/log-retention.ts';
import { Mastership } from './replication/mastership.ts';
import { hourInUtc } from './replication/retention-policy.ts';
import { ProgressWatch, progressWatchDefaults, type WorkProgress } from './replication/progress-watch.ts';
import { replicaWork } from './replication/replica-work.ts';
import { Proposer, proposerDefaults } from './replication/proposer.ts';
import type { KeyIndexer } from './replication/key-indexer.ts';
import { repairLog } from './replication/log-repair.ts';
import { PeerLink } from './replication/peer-link.ts';
import { ReplicaProposer } from './replication/replica-proposer.ts';
import { ReplicaReads } from './replication/replica-reads.ts';
import { ReplicaStore } from './replication/replica-store.ts';
import { SnapshotSchedule, snapshotScheduleDefaults } from './replication/snapshot-schedule.ts';

export type { ReplicaConfig, ReplicaOptions } from './replica-options.ts';

/** What a replica is made of from the beginning. */
interface ReplicaParts {
  readonly store: ReplicaStore;
  /** As of the last checkpoint. */
  readonly machine: BrokerMachine;
  readonly peers: PeerLink;
  readonly tallies: StoreTallies;
}

/** One replica of a broker group: its log, its state, its part in the consensus, and the reads that it serves. */
export class GroupReplica implements HostedReplica {
  readonly brokerName: string;
  readonly memberId: string;
  readonly topics: TopicsPort;
  readonly groups: SubscriptionGroupsPort;
  readonly offsets: ConsumerOffsetsPort;
  readonly queues: QueueReader & TimeReader;
  readonly records: RecordReader;
  readonly keys: KeyReader;
  readonly proposer: MessageProposer & ConfigurationProposer & OffsetProposer;
  readonly leadership: LeadershipPort;
  readonly storeTallies: StoreTallies;
  readonly #options: ReplicaOptions;
  readonly #store: ReplicaStore;
  readonly #machine: BrokerMachine;
  readonly #reads: ReplicaReads;
  readonly #gatherer: Proposer;
  readonly #applier: Applier;
  readonly #keyIndexer: KeyIndexer;
  readonly #retention: LogRetention;
  readonly #snapshots: SnapshotSchedule;
  readonly #driver: RaftDriver;
  readonly #diskGuard: DiskGuard;
  readonly #progress: ProgressWatch;
  readonly #usage: UsageWatch;
  readonly #peers: PeerLink;
  readonly #mastership: Mastership;
  readonly #handOver: HandOver;
  #stopping: Promise<void> | null = null;

  private constructor(options: ReplicaOptions, { store, machine, peers, tallies }: ReplicaParts) {
    const { brokerName, memberId, config, clock, logger } = options;
    this.#options = options;
    this.brokerName = brokerName;
    this.memberId = memberId;
    this.#store = store;
    this.storeTallies = tallies;
    this.#peers = peers;
    this.#machine = machine;
    this.topics = machine.topics;
    this.groups = machine.groups;
    this.offsets = machine.offsets;
    this.#gatherer = new Proposer(config.proposer ?? proposerDefaults, {
      clock,
      propose: (kind, frame) => this.#driver.propose(kind, frame),
      startWork: () => this.#driver.flush(),
      report: (error) => logger.error('a waiter threw', { error: String(error) }),
    });
    this.proposer = new ReplicaProposer(this.#gatherer, clock);
    this.#retention = new LogRetention(config.retention ?? logRetentionDefaults, {
      log: store.log,
      snapshots: store.snapshots,
      queueIndex: () => store.state.queueIndex,
      checkpointIndex: () => store.state.derived.appliedIndex,
      onDropped: () => this.#keyIndexer.logDropped(),
      disk: options.disk,
      directory: options.directory,
      localHour: options.localHour ?? hourInUtc,
      clock,
      logger,
    });
    this.#snapshots = new SnapshotSchedule(config.snapshots ?? snapshotScheduleDefaults, {
      derived: () => store.state.derived,
      snapshots: store.snapshots,
      retention: this.#retention,
      clock,
      logger,
      metrics: tallies,
    });
    this.#applier = this.#createApplier();
    this.#reads = new ReplicaReads({ ...options, store, machine, metrics: tallies }, () => this.#applier);
    this.queues = this.#reads.queues;
    this.records = this.#reads.queues;
    this.keys = this.#reads.keys;
    this.#keyIndexer = this.#reads.keyIndexer;
    this.#driver = this.#createDriver();
    this.#mastership = new Mastership(this.#driver);
    this.leadership = this.#mastership;
    const isOpen = (peer: string): boolean => peers.isOpen(peer);
    this.#handOver = new HandOver({ memberId, consensus: this.#driver, isOpen, clock });
    this.#progress = new ProgressWatch(config.progress ?? progressWatchDefaults, {
      measure: () =>
        replicaWork({
          log: store.log,
          appliedEnd: () => this.#applier.appliedEnd,
          indexedTo: () => this.#keyIndexer.completeTo,
          status: () => this.#driver.status(),
          transfers: () => this.#driver.snapshotTransfers(),
        }),
      clock,
      logger,
    });
    this.#usage = new UsageWatch({ disk: options.disk, directory: options.directory, clock });
    const { diskSpaceWarningLevelRatio } = config.retention ?? logRetentionDefaults;
    this.#diskGuard = new DiskGuard(
      { ...diskGuardDefaults, ...config.diskSpace, diskSpaceWarningLevelRatio },
      {
        disk: options.disk,
        directory: options.directory,
        clock,
        logger,
        onChange: (room) => this.#onRoom(room),
      },
    );
  }

  /** Opens and recovers the store. Throws what the store throws, or REPAIR_IMPOSSIBLE; nothing stays open then. */
  static async open(options: ReplicaOptions): Promise<GroupReplica> {
    const { config, memberId, directory, logger } = options;
    const peers = new PeerLink(options.join);
    const tallies = new StoreTallies(options.clock);
    const store = await ReplicaStore.open(
      {
        ...options,
        metrics: tallies,
        log: config.log,
        derived: config.derived,
        owner: fileOwner(options.brokerName, memberId),
        onDamage: (error) => options.events.onFatal(error),
      },
      (log) => repairLog({ ...options, log, peers, raft: config.raft }),
    );
    try {
      const { log, logLost, hardState, state } = store;
      const machine = new BrokerMachine(state);
      machine.restore(state.derived.takeEntries());
      const { appliedIndex } = state.derived;
      const configuration = membersOf(machine, options);
      restoreLonely({ memberId, directory, log, logLost, hardState, appliedIndex, configuration, logger });
      return new GroupReplica(options, { store, machine, peers, tallies });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  start(): void {
    this.#driver.start();
    // Connections that stood before this moment count too: without them no lost leader could be followed up at once.
    this.#peers.attach(this.#driver);
    this.#diskGuard.start();
    this.#keyIndexer.start();
    this.#retention.start();
    this.#progress.start();
    this.#snapshots.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  status(): RaftStatus {
    return this.#driver.status();
  }

  holdings(): ReplicaHoldings {
    const { queueIndex } = this.#store.state;
    let messages = 0;
    for (let number = 0; number < queueIndex.queueCount; number += 1) {
      messages += queueIndex.nextOffset(number) - queueIndex.minOffset(number);
    }
    return { queues: this.#machine.queueCount, messages };
  }

  traffic(): { readonly messagesPut: number; readonly messagesGot: number } {
    return { messagesPut: this.#machine.messageCount, messagesGot: this.#reads.queues.served };
  }

  logRange(): LogRange {
    const { log } = this.#store;
    return { start: log.startAddress(), end: log.endAddress(), appliedEnd: this.#applier.appliedEnd };
  }

  health(): ReplicaHealth {
    const { stalls, longestStallMs, diskFull, syncMsMax } = this.#driver.metrics();
    return { stalls, longestStallMs, diskFull, syncMsMax };
  }

  longWork(): readonly WorkProgress[] {
    return this.#progress.current();
  }

  async storeFigures(): Promise<StoreFigures> {
    const usage = await this.#usage.latest();
    const { log, state } = this.#store;
    const { appliedIndex, appliedEnd } = this.#applier;
    const progress = {
      commitIndex: this.#driver.commitIndex,
      appliedIndex,
      appliedEnd,
      checkpointIndex: state.derived.appliedIndex,
      keyIndexTo: this.#keyIndexer.completeTo,
    };
    return replicaFigures(log, progress, usage);
  }

  transferLeadership(to: string): string | null {
    const result = this.#driver.transferLeadership(to);
    return result.type === 'started' ? null : result.reason;
  }

  changeMembers({ voters, learners }: MembershipWish): string | null {
    const result = this.#driver.changeMembers({ voters, learners });
    return result.type === 'appended' ? null : result.reason;
  }

  /** For tests and simulation. */
  inspect(): ReplicaInspection {
    const { log, state, hardState, snapshots } = this.#store;
    return {
      log,
      get derived() {
        return state.derived;
      },
      machine: this.#machine,
      hardState: () => hardState.load(),
      status: () => this.#driver.status(),
      consensus: this.#driver,
      machineIndex: () => this.#applier.appliedIndex,
      turns: () => this.#driver.turns,
      snapshots: () => snapshots.list(),
    };
  }

  #createApplier(): Applier {
    const { config, clock, events } = this.#options;
    const { log, state } = this.#store;
    return new Applier(
      config.applier ?? applierDefaults,
      {
        machine: this.#machine,
        derived: () => state.derived,
        pending: this.#gatherer.pending,
        log,
        clock,
        leader: () => this.#driver.leader,
        onArrival: (topic, queueId, maxOffset, tagsCode) =>
          events.onArrival(topic, queueId, maxOffset, tagsCode),
        onTopics: () => events.onTopics(),
        onApplied: () => this.#onApplied(),
        onAdvanced: () => this.#driver.machineAdvanced(),
        onFatal: (error) => events.onFatal(error),
        snapshots: this.#snapshots,
        metrics: this.storeTallies,
        mayCheckpoint: () => this.#diskGuard.look() !== 'exhausted',
        configuration: () => membersOf(this.#machine, this.#options),
        install: async (meta) => {
          await this.#snapshots.written();
          await state.install(meta);
          this.#machine.restore(state.derived.takeEntries());
        },
      },
      log.positionAt(state.derived.appliedIndex)?.address ?? log.startAddress(),
    );
  }

  #createDriver(): RaftDriver {
    const { memberId, brokerName, config, clock, random, logger, events } = this.#options;
    const { log, hardState, snapshots, state } = this.#store;
    return new RaftDriver({
      id: memberId,
      group: brokerName,
      configuration: membersOf(this.#machine, this.#options),
      config: config.raft,
      log,
      hardState,
      snapshots,
      voteFloor: log.voteFloor,
      appliedIndex: state.derived.appliedIndex,
      machine: this.#applier,
      transport: this.#peers.transport,
      clock,
      random,
      logger,
      onRole: () => this.#onRole(),
      onFatal: (error) => {
        this.#gatherer.stop();
        events.onFatal(error);
      },
    });
  }

  async #stop(): Promise<void> {
    await this.#handOver.run();
    this.#diskGuard.stop();
    this.#progress.stop();
    this.#gatherer.stop();
    await this.#driver.stop();
    await this.#applier.stop();
    await this.#keyIndexer.stop();
    await this.#snapshots.stop();
    await this.#retention.stop();
    await this.#store.close();
  }

  #onRole(): void {
    const { leading, leader } = this.#mastership.current();
    this.#handOver.roleChanged();
    this.#gatherer.setLeader(leading, leader);
    this.#options.events.onRole();
  }

  #onRoom(room: DiskRoom): void {
    const low = room !== 'ample';
    const refused = room === 'scarce' || room === 'exhausted';
    this.#gatherer.setDiskFull(low);
    this.#driver.setDiskLow(low);
    this.#store.log.refuseAppends(refused);
    if (!refused) this.#driver.retryHeld();
    if (room !== 'exhausted') this.#applier.checkpointIfDue();
  }

  #onApplied(): void {
    if (this.#mastership.opens(this.#applier.appliedTerm)) {
      this.#onRole();
      this.#prepareState();
    }
    this.#options.flushAnswers();
    this.#keyIndexer.advance();
  }

  #prepareState(): void {
    const { clock, config, logger } = this.#options;
    const command = firstCommand(this.#machine, config.bootstrap, clock.now());
    if (command === null) return;
    this.#gatherer.appendCommand(command, (outcome) => {
      if (outcome.type !== 'applied')
        logger.warn('a first command of this master was not applied', { outcome: outcome.type });
    });
  }
}

/** Who belongs to the group as of the entry that the machine has applied last. */
function membersOf({ membership }: BrokerMachine, { members }: ReplicaOptions): ConfigurationState {
  return membership === null ? configurationOf(members) : decodeConfiguration(membership);
}

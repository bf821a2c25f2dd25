import { join } from 'node:path/posix';
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
import { bootstrapCommand } from './machine/bootstrap.ts';
import { BrokerMachine } from './machine/machine.ts';
import { replicaFigures } from './metrics/replica-figures.ts';
import type { StoreFigures } from './metrics/store-figures.ts';
import { StoreTallies } from './metrics/store-tallies.ts';
import type { HostedReplica, ReplicaHealth, ReplicaHoldings } from './replica-host.ts';
import type { ReplicaOptions } from './replica-options.ts';
import type { ReplicaInspection } from './replica-inspection.ts';
import { Applier, applierDefaults } from './replication/applier.ts';
import { DiskGuard, diskGuardDefaults, type DiskRoom } from './replication/disk-guard.ts';
import { fileOwner } from './replication/file-owner.ts';
import { isLonely, lostVotesOnly, repairImpossible } from './replication/lonely-member.ts';
import { LogRetention, logRetentionDefaults } from './replication/log-retention.ts';
import { hourInUtc } from './replication/retention-policy.ts';
import { ProgressWatch, progressWatchDefaults, type WorkProgress } from './replication/progress-watch.ts';
import { replicaWork } from './replication/replica-work.ts';
import { Proposer, proposerDefaults } from './replication/proposer.ts';
import { KeyIndexer, keyIndexerDefaults } from './replication/key-indexer.ts';
import { IndexedKeyReader } from './replication/key-reader.ts';
import { IndexedQueueReader } from './replication/queue-reader.ts';
import { QueueStarts } from './replication/queue-starts.ts';
import { repairLog } from './replication/log-repair.ts';
import { PeerLink } from './replication/peer-link.ts';
import { ReplicaProposer } from './replication/replica-proposer.ts';
import { replicaFolder } from './replication/replica-folder.ts';
import { ReplicaStore } from './replication/replica-store.ts';
import { SnapshotSchedule, snapshotScheduleDefaults } from './replication/snapshot-schedule.ts';

export type { ReplicaConfig, ReplicaOptions } from './replica-options.ts';

/** Longest wait of a stopping leader for its successor. */
const HAND_OVER_MS = 1_000;

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
  readonly #reader: IndexedQueueReader;
  readonly #gatherer: Proposer;
  readonly #applier: Applier;
  readonly #keyIndexer: KeyIndexer;
  readonly #retention: LogRetention;
  readonly #snapshots: SnapshotSchedule;
  readonly #driver: RaftDriver;
  readonly #diskGuard: DiskGuard;
  readonly #progress: ProgressWatch;
  readonly #peers: PeerLink;
  /** The term in which this replica has applied an entry of its own as leader, so that it may open. */
  #openTerm = -1;
  #stopping: Promise<void> | null = null;
  /** Called at the next change of role. */
  #roleWaiter: (() => void) | null = null;

  private constructor(options: ReplicaOptions, store: ReplicaStore, peers: PeerLink, tallies: StoreTallies) {
    const { brokerName, memberId, config, clock, logger } = options;
    this.#options = options;
    this.brokerName = brokerName;
    this.memberId = memberId;
    this.#store = store;
    this.storeTallies = tallies;
    this.#peers = peers;
    this.#machine = new BrokerMachine(store.state);
    this.#machine.restore(store.state.derived.takeEntries());
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
    const queueIndex = (): typeof store.state.queueIndex => store.state.queueIndex;
    this.#reader = new IndexedQueueReader({
      machine: this.#machine,
      queueIndex,
      starts: new QueueStarts({ queueIndex, log: store.log }),
      log: store.log,
      appliedEnd: () => this.#applier.appliedEnd,
    });
    this.queues = this.#reader;
    this.records = this.#reader;
    this.#keyIndexer = this.#createKeyIndexer();
    this.keys = new IndexedKeyReader(this.#keyIndexer, this.#reader);
    this.leadership = {
      current: () => this.#leadership(),
      readsAreCurrent: () => this.#readsAreCurrent(),
      confirm: (done) => this.#confirm(done),
    };
    this.#driver = this.#createDriver();
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
    const { config } = options;
    const peers = new PeerLink(options.join);
    const tallies = new StoreTallies(options.clock);
    const store = await ReplicaStore.open(
      {
        ...options,
        metrics: tallies,
        log: config.log,
        derived: config.derived,
        owner: fileOwner(options.brokerName, options.memberId),
        onDamage: (error) => options.events.onFatal(error),
      },
      (log) => repairLog({ ...options, log, peers, raft: config.raft }),
    );
    try {
      const replica = new GroupReplica(options, store, peers, tallies);
      if (!isLonely(replica.status()) || replica.status().standing !== 'repairing') return replica;
      if (!lostVotesOnly(store)) throw repairImpossible(store.log, options.directory);
      options.logger.warn('term and vote are lost; alone in its group this member needs neither', {});
      store.hardState.save({ ...store.hardState.load(), standing: 'full' });
    } catch (error) {
      await store.close();
      throw error;
    }
    // What was loaded belongs to the replica that is not used.
    await store.close();
    return GroupReplica.open(options);
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
    return { messagesPut: this.#machine.messageCount, messagesGot: this.#reader.served };
  }

  logRange(): { readonly start: number; readonly end: number } {
    const { log } = this.#store;
    return { start: log.startAddress(), end: log.endAddress() };
  }

  health(): ReplicaHealth {
    const { stalls, longestStallMs, diskFull, syncMsMax } = this.#driver.metrics();
    return { stalls, longestStallMs, diskFull, syncMsMax };
  }

  longWork(): readonly WorkProgress[] {
    return this.#progress.current();
  }

  storeFigures(): StoreFigures {
    const { disk, directory } = this.#options;
    const { log, state } = this.#store;
    const { appliedIndex, appliedEnd } = this.#applier;
    return replicaFigures(disk, directory, log, {
      commitIndex: this.#driver.commitIndex,
      appliedIndex,
      appliedEnd,
      checkpointIndex: state.derived.appliedIndex,
      keyIndexTo: this.#keyIndexer.completeTo,
    });
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
        configuration: () => this.#configuration(),
        install: async (meta) => {
          await this.#snapshots.stop();
          await state.install(meta);
          this.#machine.restore(state.derived.takeEntries());
        },
      },
      log.positionAt(state.derived.appliedIndex)?.address ?? log.startAddress(),
    );
  }

  #createKeyIndexer(): KeyIndexer {
    const { config, disk, directory, clock, logger, events } = this.#options;
    return new KeyIndexer(config.keyIndex ?? keyIndexerDefaults, {
      disk,
      directory: join(directory, replicaFolder.keyIndex),
      log: this.#store.log,
      appliedIndex: () => this.#applier.appliedIndex,
      clock,
      logger,
      onFatal: (error) => events.onFatal(error),
    });
  }

  /** Who belongs to the group as of the entry applied last. */
  #configuration(): ConfigurationState {
    const { membership } = this.#machine;
    return membership === null ? configurationOf(this.#options.members) : decodeConfiguration(membership);
  }

  #createDriver(): RaftDriver {
    const { memberId, brokerName, config, clock, random, logger, events } = this.#options;
    const { log, hardState, snapshots, state } = this.#store;
    return new RaftDriver({
      id: memberId,
      group: brokerName,
      configuration: this.#configuration(),
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
    await this.#handOver();
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

  /** A leader that is stopped gives its place away first, so that nobody has to notice its absence. */
  async #handOver(): Promise<void> {
    const { clock, memberId } = this.#options;
    const { role, progress } = this.#driver.status();
    if (role !== 'leader') return;
    const [successor] = Object.entries(progress)
      .filter(([id, { learner }]) => id !== memberId && !learner && this.#peers.isOpen(id))
      .sort(([, one], [, other]) => other.match - one.match);
    if (successor === undefined || this.transferLeadership(successor[0]) !== null) return;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(HAND_OVER_MS, resolve);
      this.#roleWaiter = () => {
        clock.clearTimer(timer);
        resolve();
      };
    });
  }

  /** A leader is the master only once it has applied an entry of its own term: before, its state may be behind. */
  #leadership(): Leadership {
    const { role, term, leader } = this.#driver;
    if (role !== 'leader') return { leading: false, leader, term };
    return this.#openTerm === term ? { leading: true, leader, term } : { leading: false, leader: null, term };
  }

  #readsAreCurrent(): boolean {
    return this.#leadership().leading && this.#driver.leaseValid;
  }

  #confirm(done: (confirmed: boolean) => void): void {
    if (!this.#leadership().leading) {
      done(false);
      return;
    }
    this.#driver.readIndex((result) => done(result.type === 'current' && this.#leadership().leading));
  }

  #onRole(): void {
    const { leading, leader } = this.#leadership();
    if (this.#driver.role !== 'leader') this.#roleWaiter?.();
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
    const { role, term } = this.#driver;
    if (role === 'leader' && this.#openTerm !== term && this.#applier.appliedTerm === term) {
      this.#openTerm = term;
      this.#onRole();
      this.#prepareState();
    }
    this.#options.flushAnswers();
    this.#keyIndexer.advance();
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

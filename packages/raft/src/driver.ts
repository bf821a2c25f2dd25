import { BackgroundFlush } from './background-flush.ts';
import type { ConfigurationState } from './configuration-state.ts';
import { DriverCycle } from './driver-cycle.ts';
import { DriverLife } from './driver-life.ts';
import type { DriverMetrics, RaftDriverOptions } from './driver-options.ts';
import { ElectionHint } from './election-hint.ts';
import type { EntryKind } from './entry.ts';
import { FirstElectionGrace } from './first-election-grace.ts';
import { LeadershipCare } from './leadership-care.ts';
import type { Message } from './message.ts';
import { RaftNode } from './node.ts';
import { PeerMessages } from './peer-messages.ts';
import type { MembershipTarget, ProposeResult, TransferResult } from './proposal.ts';
import { ReadWaiters, type ReadDone } from './read-waiters.ts';
import { ReadyExecutor } from './ready-executor.ts';
import { RepairAnswerer } from './repair-answerer.ts';
import { SnapshotExchange } from './snapshot-exchange.ts';
import type { RaftStatus, RaftView, Role, SnapshotTransfer } from './status.ts';
import { NO_VOTE_FLOOR } from './storage.ts';
import { SyncWatch } from './sync-watch.ts';
import { Ticker } from './ticker.ts';

/**
 * Runs one RaftNode: the only place of this package where time passes and bytes reach a disk or a peer.
 *
 * Everything that arrives in one turn of the event loop is handled in one cycle at its end: peer messages wait in
 * a queue, proposals in the core. A cycle takes Readies until there are no more, then sends what belongs to snapshots and
 * repair. What a Ready asks for, and in which order it is done, is in {@link ReadyExecutor}; how entries get to the
 * disk in LogWriter; how snapshots travel in SnapshotSender and SnapshotReceiver; when a leader hands over in
 * LeadershipCare.
 */
export class RaftDriver implements RaftView {
  readonly #options: RaftDriverOptions;
  readonly #life: DriverLife;
  readonly #node: RaftNode;
  readonly #inbound: PeerMessages;
  readonly #executor: ReadyExecutor;
  readonly #exchange: SnapshotExchange;
  readonly #reads: ReadWaiters;
  readonly #watch: SyncWatch;
  readonly #care: LeadershipCare;
  readonly #hint: ElectionHint;
  readonly #grace: FirstElectionGrace;
  readonly #ticker: Ticker;
  readonly #flusher: BackgroundFlush;
  readonly #cycle: DriverCycle;
  #diskLow = false;

  /** Loads the hard state. Throws `CONFIG_INVALID` or `STATE_INVALID`. */
  constructor(options: RaftDriverOptions) {
    const { id, group, config, configuration, log, clock, random, logger, appliedIndex } = options;
    this.#options = options;
    this.#life = new DriverLife({
      group,
      logger,
      halt: () => this.#halt(),
      onFatal: (error) => options.onFatal(error),
    });
    this.#node = new RaftNode({
      id,
      configuration,
      config,
      log,
      hardState: options.hardState.load(),
      appliedIndex,
      random,
      logger,
      voteFloor: options.voteFloor ?? NO_VOTE_FLOOR,
    });
    this.#reads = new ReadWaiters(config.pendingReadsMax);
    this.#watch = new SyncWatch(config, clock);
    this.#executor = new ReadyExecutor({
      options,
      node: this.#node,
      life: this.#life,
      reads: this.#reads,
      watch: this.#watch,
      schedule: () => this.#cycle.schedule(),
      onRole: () => this.#onRole(),
      onConfiguration: (state) => this.#onConfiguration(state),
      onSnapshotsDue: (peers) => this.#exchange.due(peers),
      onFetched: (fetch) => this.#cycle.fetched(fetch),
    });
    this.#exchange = new SnapshotExchange({
      options,
      view: this.#node,
      send: (message) => this.#executor.deliver([message]),
      onSent: (peer, index) => this.#call(() => this.#node.snapshotSent(peer, index)),
      onFailed: (peer) => this.#call(() => this.#node.snapshotFailed(peer)),
      install: (meta, from, term) => this.#executor.install(meta, from, term),
      schedule: () => this.#cycle.schedule(),
      onFailure: (error) => this.#life.fail(error, 'STORAGE_FAILED'),
    });
    this.#inbound = new PeerMessages({
      node: this.#node,
      exchange: this.#exchange,
      answerer: new RepairAnswerer({ id, log, config, logger }),
      messagesMax: config.inboundMessagesMax,
      bytesMax: config.inboundBytesMax,
    });
    this.#cycle = new DriverCycle({
      clock,
      node: this.#node,
      life: this.#life,
      inbound: this.#inbound,
      executor: this.#executor,
      exchange: this.#exchange,
    });
    this.#hint = new ElectionHint({
      id,
      voters: configuration.voters,
      config,
      clock,
      random,
      view: this.#node,
      campaign: () => this.#campaign(),
    });
    this.#care = new LeadershipCare({
      config,
      clock,
      logger,
      watch: this.#watch,
      diskFull: () => this.#diskLow || this.#executor.writer.diskFull,
      isConnected: (peer) => this.#hint.isConnected(peer),
      transfer: (to) => this.transferLeadership(to).type === 'started',
    });
    this.#flusher = new BackgroundFlush(config, clock, () => this.#executor.writer.sync());
    this.#grace = new FirstElectionGrace(config, clock);
    this.#ticker = new Ticker({
      config,
      clock,
      logger,
      onTicks: (ticks) => this.#onTicks(ticks),
      onStall: (ms) => this.#watch.discount(ms),
    });
  }

  /** A driver that does not run neither leads nor knows a leader. */
  get role(): Role {
    return this.#life.running ? this.#node.role : 'follower';
  }

  get term(): number {
    return this.#node.term;
  }

  get leader(): string | null {
    return this.#life.running ? this.#node.leader : null;
  }

  get commitIndex(): number {
    return this.#node.commitIndex;
  }

  get appliedIndex(): number {
    return this.#node.appliedIndex;
  }

  get lastIndex(): number {
    return this.#node.lastIndex;
  }

  get leaseValid(): boolean {
    return this.#life.running && this.#node.leaseValid;
  }

  get configuration(): ConfigurationState {
    return this.#node.configuration;
  }

  get transferTarget(): string | null {
    return this.#life.running ? this.#node.transferTarget : null;
  }

  /** Cycles since the start: the state of consensus changes in none other. */
  get turns(): number {
    return this.#cycle.turns;
  }

  /** Idempotent. Throws `STOPPED` after `stop`. */
  start(): void {
    if (!this.#life.begin()) return;
    this.#grace.begin(this.#node.status());
    this.#ticker.start();
    this.#flusher.start();
    this.#hint.start();
    this.#cycle.schedule();
  }

  /** Ends all work and waits for the disk. Idempotent; never rejects. */
  async stop(): Promise<void> {
    this.#life.end();
    await this.#exchange.idle();
    await this.#executor.writer.idle();
    // With asyncFlush acknowledged entries may not be durable yet, and an orderly stop must not cost them.
    if (!this.#life.failed) await this.#executor.writer.finish();
  }

  /**
   * Asks the leader to append `frame` (see RaftNode.propose). It is written and sent at the end of this turn of
   * the event loop, together with everything else proposed in it.
   */
  propose(kind: EntryKind, frame: Buffer): ProposeResult {
    return this.#offer(() => this.#node.propose(kind, frame));
  }

  /** Handles at once what was proposed: followers and disk work on it while the turn goes on. No effect within a cycle. */
  flush(): void {
    this.#cycle.flush();
  }

  /** Asks the leader to change the members (see RaftNode.proposeConfiguration). */
  changeMembers(target: MembershipTarget): ProposeResult {
    return this.#offer(() => this.#node.proposeConfiguration(target));
  }

  /** Hands the leadership to the voter `to` (see RaftNode.transferLeadership). */
  transferLeadership(to: string): TransferResult {
    if (!this.#life.running) return { type: 'refused', reason: 'stopped' };
    const result = this.#node.transferLeadership(to);
    if (result.type === 'started') this.#cycle.schedule();
    return result;
  }

  /**
   * Calls `done` once: with `current` when a quorum has confirmed that this member led at or after this moment and the
   * machine shows everything that was committed then, or with `lost` when that cannot be known (any more). A refusal comes before this
   * returns. Reads of one turn share one round of heartbeats.
   */
  readIndex(done: ReadDone): void {
    if (!this.#life.running) {
      done({ type: 'lost', reason: 'stopped' });
      return;
    }
    const result = this.#node.readIndex();
    if (result.type === 'refused') {
      done({ type: 'lost', reason: result.reason });
      return;
    }
    this.#reads.asked(result.id, done);
    this.#cycle.schedule();
  }

  /** The disk has little room left: this member gives the leadership away if it can, and takes no offer of it. */
  setDiskLow(low: boolean): void {
    this.#diskLow = low;
  }

  /** The log may have room again that had none: what is held is tried now. */
  retryHeld(): void {
    if (this.#life.running) this.#executor.writer.retryNow();
  }

  /** To be called by a machine that lagged behind what it was given when it has applied more of it. */
  machineAdvanced(): void {
    if (this.#life.running) this.#executor.machineAdvanced();
  }

  /** Messages of the peer `from`, to be handled at the end of this turn. Those in another's name are ignored. */
  receive(from: string, messages: readonly Message[]): void {
    if (!this.#life.running) return;
    if (from === this.#options.id) return;
    this.#inbound.add(from, messages, {
      diskFull: this.#executor.writer.diskFull,
      mayLead: !this.#diskLow && !this.#watch.unfit,
    });
    this.#cycle.schedule();
  }

  /** The connection to `peer` can carry messages. */
  peerOpened(peer: string): void {
    if (!this.#life.running || peer === this.#options.id) return;
    this.#hint.peerOpened(peer);
    this.#exchange.peerOpened(peer);
  }

  /** The connection to `peer` closed, for whatever reason. */
  peerClosed(peer: string): void {
    if (!this.#life.running || peer === this.#options.id) return;
    const wasLeader = this.#node.leader === peer;
    this.#call(() => this.#node.campaignHint(peer));
    this.#hint.peerClosed(peer, wasLeader);
    this.#cycle.schedule();
  }

  status(): RaftStatus {
    const status = this.#node.status();
    if (this.#life.running) return status;
    return { ...status, role: 'follower', leader: null, progress: {}, leaseValid: false };
  }

  /** Snapshots on their way now, in either direction. */
  snapshotTransfers(): readonly SnapshotTransfer[] {
    return this.#exchange.transfers();
  }

  /** Throws `INVARIANT_VIOLATED` if the core contradicts itself; for tests and simulation. */
  checkInvariants(): void {
    this.#node.checkInvariants();
  }

  metrics(): DriverMetrics {
    const { writer } = this.#executor;
    return {
      turns: this.#cycle.turns,
      readies: this.#cycle.readies,
      syncs: writer.syncs,
      syncMsLast: this.#watch.lastMs,
      syncMsMax: this.#watch.longestMs,
      entriesAppended: writer.entriesAppended,
      entriesApplied: this.#executor.entriesApplied,
      inboundDropped: this.#inbound.dropped,
      diskFull: writer.diskFull,
      diskFullCount: writer.fullCount,
      handOvers: this.#care.handOvers,
      stalls: this.#ticker.stalls,
      longestStallMs: this.#ticker.longestStallMs,
      snapshotChunksSent: this.#exchange.chunksSent,
      snapshotChunksRefused: this.#exchange.chunksRefused,
      snapshotsInstalled: this.#executor.snapshotsInstalled,
      repairAnswers: this.#inbound.repairAnswers,
    };
  }

  #offer(append: () => ProposeResult): ProposeResult {
    if (!this.#life.running) return { type: 'refused', reason: 'stopped', leader: null };
    if (this.#executor.writer.diskFull)
      return { type: 'refused', reason: 'disk-full', leader: this.#node.leader };
    const result = append();
    if (result.type === 'appended') this.#cycle.schedule();
    return result;
  }

  #onTicks(ticks: number): void {
    this.#cycle.turn(this.#grace.lasts(this.#node) ? 0 : ticks);
    if (this.#life.running) this.#care.look(this.#node);
  }

  #onRole(): void {
    const status = this.#node.status();
    if (status.leader !== null) this.#hint.leaderKnown();
    this.#exchange.roleChanged(status);
    this.#care.roleChanged(status);
    this.#call(() => this.#options.onRole(status));
  }

  #onConfiguration(state: ConfigurationState): void {
    const { voters, votersOutgoing, learners, learnersNext } = state;
    this.#hint.setVoters(voters);
    this.#exchange.retain(new Set([...voters, ...votersOutgoing, ...learners, ...learnersNext]));
    this.#call(() => this.#options.onConfiguration?.(state));
  }

  #campaign(): void {
    // Its own vote and its first entry would wait for room.
    if (this.#executor.writer.diskFull) return;
    this.#call(() => this.#node.campaign());
    this.#cycle.schedule();
  }

  /** Calls the core, or what is as certain not to throw; a throw is a fault of the program. */
  #call(step: () => void): void {
    this.#life.attempt(step, 'INVARIANT_VIOLATED');
  }

  #halt(): void {
    this.#ticker.stop();
    this.#hint.stop();
    this.#exchange.halt();
    this.#executor.writer.halt();
    this.#inbound.clear();
    this.#flusher.stop();
    this.#reads.end();
  }
}

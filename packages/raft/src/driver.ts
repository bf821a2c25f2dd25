import type { TimerHandle } from './clock.ts';
import { configurationOf } from './configuration-state.ts';
import type { DriverMetrics, RaftDriverOptions } from './driver-options.ts';
import { ElectionHint } from './election-hint.ts';
import type { Entry, EntryKind } from './entry.ts';
import { RaftError, type RaftErrorCode } from './errors.ts';
import { InboundQueue } from './inbound-queue.ts';
import type { Message, Ready } from './message.ts';
import { RaftNode } from './node.ts';
import type { ProposeResult } from './proposal.ts';
import type { RaftStatus } from './status.ts';
import { SyncLane } from './sync-lane.ts';
import { Ticker } from './ticker.ts';

/** Readies handled before the event loop gets a turn again; a long replay would hold it otherwise. */
const READIES_PER_TURN_MAX = 16;

/**
 * Runs one RaftNode: the only place of this package where time passes and bytes reach a disk or a peer.
 *
 * Everything that arrives in one turn of the event loop is handled in one cycle at its end: peer messages wait in
 * a queue, proposals in the core. A cycle takes Readies until there are no more. The order within a Ready, and
 * why it is that one:
 *
 * 1. Save term and vote. Whatever is said or written later may depend on them (paper, Figure 2), so nothing of
 *    this Ready goes before.
 * 2. Append entries to the page cache, so that storage can serve what messages refer to.
 * 3. Send `messages`. A leader's appends need not wait for its own disk (thesis §10.2.1); its own
 *    acknowledgement does, and that is `persisted`.
 * 4. Start a sync, unless one runs; what is appended meanwhile gathers for the next one, which starts as soon as
 *    this one ends.
 * 5. Apply. The machine answers clients here, after the peers and the disk got their work.
 *
 * When a sync ends, `persisted` tells the core, then the messages that waited for it leave in order. Messages of
 * a Ready without entries wait too while older entries are not durable, so they never overtake an older promise.
 *
 * A failed save, append, apply or sync is final. After it the disk may hold anything, and a second fsync would
 * report success for pages that were dropped; so nothing is retried, the driver stops and reports once.
 */
export class RaftDriver {
  readonly #options: RaftDriverOptions;
  readonly #node: RaftNode;
  readonly #inbound: InboundQueue;
  readonly #hint: ElectionHint;
  readonly #lane: SyncLane;
  readonly #ticker: Ticker;
  readonly #peers: ReadonlySet<string>;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #failed = false;
  #scheduled = false;
  #inTurn = false;
  #flushTimer: TimerHandle | null = null;
  /** Until then, and until a leader is known, another member has the first election to itself. */
  #graceEnds = 0;
  #appliedIndex: number;
  #turns = 0;
  #readies = 0;
  #entriesAppended = 0;
  #entriesApplied = 0;

  /** Loads the hard state. Throws `CONFIG_INVALID` or `STATE_INVALID`. */
  constructor(options: RaftDriverOptions) {
    const { id, peers, config, log, clock, random, logger, appliedIndex } = options;
    this.#options = options;
    this.#node = new RaftNode({
      id,
      configuration: configurationOf(peers),
      config,
      log,
      hardState: options.hardState.load(),
      appliedIndex,
      random,
      logger,
      voteFloor: options.voteFloor ?? 0,
    });
    this.#peers = new Set(peers);
    this.#appliedIndex = appliedIndex;
    this.#inbound = new InboundQueue(config.inboundMessagesMax, config.inboundBytesMax);
    this.#hint = new ElectionHint({
      id,
      members: peers,
      config,
      clock,
      random,
      view: () => this.#node.status(),
      campaign: () => this.#campaign(),
    });
    this.#ticker = new Ticker({
      config,
      clock,
      logger,
      onTicks: (ticks) => this.#turn(this.#leavesFirstElection() ? 0 : ticks),
    });
    this.#lane = new SyncLane(log, {
      onDurable: (index, term, waiting) => this.#onDurable(index, term, waiting),
      onFailure: (error) => this.#fail(error, 'STORAGE_FAILED'),
    });
  }

  /** Idempotent. Throws `STOPPED` after `stop`. */
  start(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'stopped') throw new RaftError('STOPPED', 'a stopped driver does not start again');
    this.#state = 'running';
    const { preferredLeader, preferredGraceMs } = this.#options.config;
    if (preferredLeader !== null && this.#isPeer(preferredLeader)) {
      this.#graceEnds = this.#options.clock.monotonic() + preferredGraceMs;
    }
    this.#ticker.start();
    if (this.#options.config.asyncFlush) this.#armFlush();
    this.#hint.start();
    this.#schedule();
  }

  /** Ends all work and waits for the disk. Idempotent; never rejects. */
  async stop(): Promise<void> {
    this.#halt();
    await this.#lane.idle();
    // With asyncFlush acknowledged entries may not be durable yet, and an orderly stop must not cost them.
    if (!this.#failed) await this.#lane.finish();
  }

  /**
   * Asks the leader to append `frame` (see RaftNode.propose). It is written and sent at the end of this turn of
   * the event loop, together with everything else proposed in it.
   */
  propose(kind: EntryKind, frame: Buffer): ProposeResult {
    if (this.#state !== 'running') return { type: 'refused', reason: 'stopped', leader: null };
    const result = this.#node.propose(kind, frame);
    if (result.type === 'appended') this.#schedule();
    return result;
  }

  /**
   * Handles what was proposed so far now. For a proposer that has a full entry while the turn goes on: followers and disk
   * work on it meanwhile. Within a turn of the driver's own (a proposal made by a waiter) it does nothing.
   */
  flush(): void {
    if (!this.#inTurn) this.#turn(0);
  }

  /** Messages of the peer `from`, to be handled at the end of this turn. Those in another's name are ignored. */
  receive(from: string, messages: readonly Message[]): void {
    if (this.#state !== 'running') return;
    for (const message of messages) {
      if (message.from === from && from !== this.#options.id) this.#inbound.add(message);
    }
    this.#schedule();
  }

  /** The connection to `peer` can carry messages. */
  peerOpened(peer: string): void {
    if (this.#state === 'running' && this.#isPeer(peer)) this.#hint.peerOpened(peer);
  }

  /** The connection to `peer` closed, for whatever reason. */
  peerClosed(peer: string): void {
    if (this.#state !== 'running' || !this.#isPeer(peer)) return;
    const wasLeader = this.#node.status().leader === peer;
    this.#guard(() => this.#node.campaignHint(peer), 'INVARIANT_VIOLATED');
    this.#hint.peerClosed(peer, wasLeader);
    this.#schedule();
  }

  /** A driver that does not run neither leads nor knows a leader. */
  status(): RaftStatus {
    const status = this.#node.status();
    if (this.#state === 'running') return status;
    return { ...status, role: 'follower', leader: null, progress: {}, leaseValid: false };
  }

  /** Throws `INVARIANT_VIOLATED` if the core's state contradicts itself; for tests and simulation. */
  checkInvariants(): void {
    this.#node.checkInvariants();
  }

  metrics(): DriverMetrics {
    return {
      turns: this.#turns,
      readies: this.#readies,
      syncs: this.#lane.syncs,
      entriesAppended: this.#entriesAppended,
      entriesApplied: this.#entriesApplied,
      inboundDropped: this.#inbound.dropped,
    };
  }

  /**
   * A group that starts goes to its preferred leader even if that member's process needs a moment longer than the
   * others'. Only counting of ticks is put off: a vote is given, and a lost connection followed up, as ever.
   */
  #leavesFirstElection(): boolean {
    if (this.#graceEnds === 0) return false;
    const { role, leader } = this.#node.status();
    if (role !== 'follower' || leader !== null || this.#options.clock.monotonic() >= this.#graceEnds)
      this.#graceEnds = 0;
    return this.#graceEnds > 0;
  }

  #isPeer(peer: string): boolean {
    return peer !== this.#options.id && this.#peers.has(peer);
  }

  #schedule(): void {
    if (this.#scheduled || this.#state !== 'running') return;
    this.#scheduled = true;
    this.#options.clock.immediate(() => {
      this.#scheduled = false;
      this.#turn(0);
    });
  }

  /** Messages first: what was received may make a tick's doubt pointless. */
  #turn(ticks: number): void {
    if (this.#state !== 'running') return;
    this.#inTurn = true;
    this.#turns++;
    this.#guard(() => {
      for (const message of this.#inbound.take()) this.#node.step(message);
      for (let tick = 0; tick < ticks; tick++) this.#node.tick();
    }, 'INVARIANT_VIOLATED');
    this.#drain();
    this.#inTurn = false;
  }

  #drain(): void {
    let handled = 0;
    while (this.#state === 'running' && this.#node.hasReady()) {
      if (++handled > READIES_PER_TURN_MAX) {
        this.#schedule();
        return;
      }
      this.#readies++;
      this.#handle(this.#node.ready());
    }
  }

  #handle(ready: Ready): void {
    const { hardState, log, config } = this.#options;
    const { entries } = ready;
    const saved = this.#guard(() => {
      if (ready.hardState !== null) hardState.save(ready.hardState);
      if (entries.length > 0) log.append(entries);
    }, 'STORAGE_FAILED');
    if (!saved) return;
    const last = entries.at(-1);
    if (last !== undefined) {
      this.#entriesAppended += entries.length;
      this.#lane.appended(entries as readonly [Entry, ...Entry[]]);
    }
    if (ready.roleChange !== null) this.#announce(ready.roleChange.leader);
    this.#deliver(ready.messages);
    if (config.asyncFlush) {
      if (last !== undefined) this.#persisted(last.index, last.term);
      this.#deliver(ready.afterSync);
    } else {
      if (this.#lane.clean) this.#deliver(ready.afterSync);
      else this.#lane.wait(ready.afterSync);
      this.#lane.start();
    }
    this.#apply(ready.committed);
  }

  #announce(leader: string | null): void {
    if (leader !== null) this.#hint.leaderKnown();
    this.#guard(() => this.#options.onRole(this.#node.status()), 'INVARIANT_VIOLATED');
  }

  /** Sends messages grouped by receiver, in order; those to this member itself go back to the core. */
  #deliver(messages: readonly Message[]): void {
    if (messages.length === 0 || this.#state !== 'running') return;
    const byPeer = new Map<string, Message[]>();
    for (const message of messages) {
      if (message.to === this.#options.id) {
        this.#guard(() => this.#node.step(message), 'INVARIANT_VIOLATED');
        continue;
      }
      const group = byPeer.get(message.to);
      if (group === undefined) byPeer.set(message.to, [message]);
      else group.push(message);
    }
    const { transport } = this.#options;
    for (const [to, group] of byPeer) this.#guard(() => transport.send(to, group), 'INVARIANT_VIOLATED');
  }

  #apply(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined || this.#state !== 'running') return;
    const applied = this.#guard(() => this.#options.machine.apply(entries), 'INVARIANT_VIOLATED');
    if (!applied) return;
    this.#entriesApplied += entries.length;
    this.#appliedIndex = last.index;
    this.#mark();
  }

  /** The mark names only what is durable here: recovery takes a log that ends before it for damaged. */
  #mark(): void {
    const index = Math.min(this.#appliedIndex, this.#lane.durableIndex);
    this.#guard(() => this.#options.log.markCommitted(index), 'STORAGE_FAILED');
  }

  #persisted(index: number, term: number): void {
    this.#guard(() => this.#node.persisted(index, term), 'INVARIANT_VIOLATED');
  }

  #onDurable(index: number, term: number, waiting: readonly Message[]): void {
    if (this.#state !== 'running') return;
    if (!this.#options.config.asyncFlush) {
      this.#lane.start();
      this.#persisted(index, term);
    }
    this.#mark();
    this.#deliver(waiting);
    // What `persisted` set free leaves at the end of this turn, together with the rest of the turn's input.
    this.#schedule();
  }

  #campaign(): void {
    this.#guard(() => this.#node.campaign(), 'INVARIANT_VIOLATED');
    this.#schedule();
  }

  #armFlush(): void {
    const { clock, config } = this.#options;
    if (this.#state !== 'running') return;
    this.#flushTimer = clock.setTimer(config.flushIntervalMs, () => {
      this.#lane.start();
      this.#armFlush();
    });
  }

  /** Runs a step that must not fail; a failure ends the driver. Returns whether it succeeded. */
  #guard(step: () => void, code: RaftErrorCode): boolean {
    if (this.#state !== 'running') return false;
    try {
      step();
      return true;
    } catch (error) {
      this.#fail(error, code);
      return false;
    }
  }

  #halt(): void {
    this.#state = 'stopped';
    this.#ticker.stop();
    this.#hint.stop();
    this.#inbound.take();
    if (this.#flushTimer !== null) this.#options.clock.clearTimer(this.#flushTimer);
    this.#flushTimer = null;
  }

  #fail(cause: unknown, code: RaftErrorCode): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#halt();
    const { group, logger } = this.#options;
    const error = RaftError.from(cause, code);
    logger.error('the driver stops', { group, code: error.code, reason: error.message });
    this.#options.onFatal(error);
  }
}

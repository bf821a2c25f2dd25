import type { RaftDriverOptions } from './driver-options.ts';
import type { DriverLife } from './driver-life.ts';
import type { Entry, LogIndex } from './entry.ts';
import { invariant } from './errors.ts';
import { LogWriter } from './log-writer.ts';
import type { EntryFetch, Message, Ready } from './message.ts';
import type { RaftNode } from './node.ts';
import type { ReadWaiters } from './read-waiters.ts';
import type { SnapshotMeta } from './storage.ts';
import type { SyncWatch } from './sync-watch.ts';

export interface ReadyExecutorParts {
  readonly options: RaftDriverOptions;
  readonly node: RaftNode;
  readonly life: DriverLife;
  readonly reads: ReadWaiters;
  readonly watch: SyncWatch;
  /** The core has something to hand out, and nobody else will ask it. */
  schedule(): void;
  /** Role, term or known leader changed; what the core says about it is saved. */
  onRole(): void;
  onConfiguration(state: NonNullable<Ready['configuration']>): void;
  onSnapshotsDue(peers: readonly string[]): void;
  /** The log was read for a follower. */
  onFetched(fetch: EntryFetch): void;
}

/**
 * Does what a Ready asks for. The order, and why it is that one:
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
 */
export class ReadyExecutor {
  readonly #parts: ReadyExecutorParts;
  readonly #writer: LogWriter;
  /** Highest index given to the machine. */
  #appliedIndex: LogIndex;
  #entriesApplied = 0;
  /** True while a snapshot takes the place of log and state. */
  #installing = false;
  #snapshotsInstalled = 0;

  constructor(parts: ReadyExecutorParts) {
    const { options, watch } = parts;
    this.#parts = parts;
    this.#appliedIndex = options.appliedIndex;
    this.#writer = new LogWriter({
      log: options.log,
      config: options.config,
      clock: options.clock,
      logger: options.logger,
      watch,
      listener: {
        onWritten: (index, term) => this.#persisted(index, term),
        onDurable: (index, term) => this.#onDurable(index, term),
        deliver: (messages) => this.deliver(messages),
        onFailure: (error) => parts.life.fail(error, 'STORAGE_FAILED'),
      },
    });
  }

  get writer(): LogWriter {
    return this.#writer;
  }

  get entriesApplied(): number {
    return this.#entriesApplied;
  }

  get snapshotsInstalled(): number {
    return this.#snapshotsInstalled;
  }

  handle(ready: Ready): void {
    const { options, life } = this.#parts;
    const { entries } = ready;
    const saved = life.attempt(() => {
      if (ready.hardState !== null) options.hardState.save(ready.hardState);
      this.#writer.append(entries);
    }, 'STORAGE_FAILED');
    if (!saved) return;
    if (ready.roleChange !== null) this.#parts.onRole();
    this.deliver(ready.messages);
    this.#writer.release(entries.at(-1), ready.afterSync);
    if (ready.configuration !== null) this.#parts.onConfiguration(ready.configuration);
    this.#apply(ready.committed);
    if (ready.reads.length > 0 || ready.readsLost.length > 0) this.#settleReads(ready);
    if (ready.snapshotsDue.length > 0) this.#parts.onSnapshotsDue(ready.snapshotsDue);
    for (const fetch of ready.fetches) this.#fetch(fetch);
  }

  /** Sends messages grouped by receiver, in order; those to this member itself go back to the core. */
  deliver(messages: readonly Message[]): void {
    const { options, node, life } = this.#parts;
    if (messages.length === 0 || !life.running) return;
    const byPeer = new Map<string, Message[]>();
    for (const message of messages) {
      if (message.to === options.id) {
        life.attempt(() => node.step(message), 'INVARIANT_VIOLATED');
        continue;
      }
      const group = byPeer.get(message.to);
      if (group === undefined) byPeer.set(message.to, [message]);
      else group.push(message);
    }
    const { transport } = options;
    for (const [to, group] of byPeer) life.attempt(() => transport.send(to, group), 'INVARIANT_VIOLATED');
  }

  /** Answers the reads that the machine has caught up with. */
  machineAdvanced(): void {
    const { life, reads, options } = this.#parts;
    if (reads.count === 0) return;
    life.attempt(() => reads.applied(options.machine.appliedIndex), 'INVARIANT_VIOLATED');
  }

  /**
   * Puts the complete snapshot `meta`, sent by the leader `from` of `term`, in the place of log and state. Resolves to false
   * when that leader was replaced meanwhile; to true also when the log holds all that the snapshot stands for.
   *
   * Entries that the core hands out meanwhile are held. Once the log was emptied the rest must follow, also in a driver that
   * stops: the state belongs to the log.
   */
  async install(meta: SnapshotMeta, from: string, term: number): Promise<boolean> {
    const { options, node, life } = this.#parts;
    await this.#writer.pause();
    if (!life.running) return false;
    const verdict = node.installSnapshot(meta, from, term);
    if (verdict !== 'install') {
      life.attempt(() => this.#writer.resume(), 'STORAGE_FAILED');
      return verdict === 'known';
    }
    this.#installing = true;
    await options.log.reset(meta.position);
    await options.machine.install(meta);
    this.#installing = false;
    if (!life.running) return false;
    this.#appliedIndex = meta.position.index;
    this.#writer.reset(meta.position.index);
    life.attempt(() => node.snapshotInstalled(meta), 'INVARIANT_VIOLATED');
    this.#snapshotsInstalled++;
    this.machineAdvanced();
    this.#parts.schedule();
    return true;
  }

  #apply(entries: readonly Entry[]): void {
    const { options, life } = this.#parts;
    const last = entries.at(-1);
    if (last === undefined || !life.running) return;
    const applied = life.attempt(() => {
      invariant(!this.#installing, 'entries were committed while a snapshot takes their place');
      options.machine.apply(entries);
    }, 'INVARIANT_VIOLATED');
    if (!applied) return;
    this.#entriesApplied += entries.length;
    this.#appliedIndex = last.index;
    this.#mark();
    this.machineAdvanced();
  }

  /** An entry that cannot be read is found and mended at the next start. */
  #fetch(fetch: EntryFetch): void {
    const { options, life } = this.#parts;
    const onDone = (error: Error | null): void => {
      if (!life.running) return;
      if (error === null) this.#parts.onFetched(fetch);
      else life.fail(error, 'STORAGE_FAILED');
    };
    life.attempt(() => options.log.fetchEntry(fetch.index, onDone), 'STORAGE_FAILED');
  }

  #settleReads(ready: Ready): void {
    const { life, reads } = this.#parts;
    life.attempt(() => {
      reads.confirmed(ready.reads);
      reads.lost(ready.readsLost);
    }, 'INVARIANT_VIOLATED');
    this.machineAdvanced();
  }

  /** The mark names only what is durable here: recovery takes a log that ends before it for damaged. */
  #mark(): void {
    const index = Math.min(this.#appliedIndex, this.#writer.durableIndex);
    this.#parts.life.attempt(() => this.#parts.options.log.markCommitted(index), 'STORAGE_FAILED');
  }

  #persisted(index: LogIndex, term: number): void {
    this.#parts.life.attempt(() => this.#parts.node.persisted(index, term), 'INVARIANT_VIOLATED');
  }

  #onDurable(index: LogIndex, term: number): void {
    const { options, life } = this.#parts;
    if (!life.running) return;
    if (!options.config.asyncFlush) this.#persisted(index, term);
    // The log is being emptied: there is nothing to mark.
    if (!this.#installing) this.#mark();
    // What `persisted` set free leaves at the end of this turn, together with the rest of the turn's input.
    this.#parts.schedule();
  }
}

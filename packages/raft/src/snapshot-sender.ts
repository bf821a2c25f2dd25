import { crc32 } from 'node:zlib';
import type { Clock, TimerHandle } from './clock.ts';
import type { RaftConfig } from './config.ts';
import type { LogIndex } from './entry.ts';
import { errorCode } from './error-code.ts';
import type { Logger } from './logger.ts';
import type { SnapshotAnswer } from './message.ts';
import type { SnapshotStorage } from './snapshot-storage.ts';
import type { SnapshotTransfer } from './status.ts';
import type { LogPosition, SnapshotMeta } from './storage.ts';

/** What a chunk says beside who sends it in which term. */
export interface ChunkContent {
  readonly snapshot: SnapshotMeta;
  readonly offset: number;
  readonly data: Buffer;
  readonly crc: number;
}

export interface SnapshotSenderPorts {
  readonly storage: SnapshotStorage;
  readonly clock: Clock;
  readonly config: Pick<
    RaftConfig,
    | 'snapshotChunkBytes'
    | 'snapshotSendsMax'
    | 'snapshotTimeoutMs'
    | 'snapshotTriesMax'
    | 'snapshotRetryMsMin'
    | 'snapshotRetryMsMax'
  >;
  readonly logger: Logger;
  /** First index that the own log holds. */
  firstIndex(): LogIndex;
  /** Whether the own log has this entry in its place, which one of another log has not. */
  holds(position: LogPosition): boolean;
  send(to: string, chunk: ChunkContent): void;
  /** `peer` has the snapshot that ends at `index`, or more. */
  onSent(peer: string, index: LogIndex): void;
  /** Nothing more is sent to `peer` until it is given to `due` again. */
  onFailed(peer: string): void;
  /** Something waits for `flush`. */
  schedule(): void;
  onFailure(error: unknown): void;
}

/** One snapshot on its way to one follower. */
interface Transfer {
  readonly peer: string;
  readonly snapshot: SnapshotMeta;
  /** Offset of the last chunk sent. */
  offset: number;
  /** The last chunk carried no bytes: it only asks where the receiver stands. */
  asked: boolean;
  /** The next chunk leaves at the end of this turn. */
  due: boolean;
  /** Time-outs in a row without an answer. */
  silent: number;
  timer: TimerHandle | null;
}

/** A follower whose last transfer failed. */
interface Failure {
  count: number;
  retryAt: number;
}

/**
 * The leader's side of snapshot transfers. Each begins with a question where the receiver stands, so a transfer that was
 * cut off goes on from there. Then one chunk at a time is under way: the answer to it brings the next. A
 * chunk is read and sent at the end of a turn, after the appends of all followers, and at most `snapshotSendsMax`
 * transfers run at once, so what a turn spends on snapshots is bounded; the other followers do not notice.
 *
 * An answer that asks for the chunk which is just under way is a repetition and is not followed: else each duplicate made by
 * the network would start one more stream of chunks. A chunk that was really lost is sent again after `snapshotTimeoutMs`.
 */
export class SnapshotSender {
  readonly #ports: SnapshotSenderPorts;
  readonly #transfers = new Map<string, Transfer>();
  /** Followers that wait for a transfer to end or for their time to retry; the value is the timer of the latter. */
  readonly #waiting = new Map<string, TimerHandle | null>();
  readonly #failures = new Map<string, Failure>();
  #chunksSent = 0;

  constructor(ports: SnapshotSenderPorts) {
    this.#ports = ports;
  }

  get chunksSent(): number {
    return this.#chunksSent;
  }

  /** Transfers that run now. */
  get active(): number {
    return this.#transfers.size;
  }

  /** How far those are that run now. */
  transfers(): SnapshotTransfer[] {
    return [...this.#transfers.values()].map(({ peer, offset, snapshot: { bytes } }) => {
      return { direction: 'out', peer, bytesDone: offset, bytes };
    });
  }

  /** `peers` need a snapshot. */
  due(peers: readonly string[]): void {
    for (const peer of peers) {
      if (this.#transfers.has(peer) || this.#waiting.has(peer)) continue;
      this.#waiting.set(peer, null);
      this.#admit(peer);
    }
  }

  /** What a follower says to its transfer. */
  answer({ from, index, offset, status }: SnapshotAnswer): void {
    const transfer = this.#transfers.get(from);
    if (transfer === undefined || transfer.snapshot.position.index !== index) return;
    transfer.silent = 0;
    switch (status) {
      case 'installed':
        this.#end(transfer);
        this.#failures.delete(from);
        this.#ports.logger.info('snapshot sent', { to: from, index });
        this.#ports.onSent(from, index);
        this.#startNext();
        return;
      case 'refused':
        this.#fail(transfer, 'refused');
        return;
      case 'more':
        if (offset > transfer.snapshot.bytes) return;
        if (!transfer.asked && offset === transfer.offset) return;
        transfer.offset = offset;
        transfer.asked = false;
        // With all bytes there the receiver verifies and installs; the time-out asks how far it is.
        if (offset < transfer.snapshot.bytes) this.#sendSoon(transfer);
        else this.#arm(transfer);
    }
  }

  /** Sends the chunks that are due, one per transfer. */
  flush(): void {
    for (const transfer of this.#transfers.values()) {
      if (transfer.due) this.#sendChunk(transfer);
    }
  }

  /** The connection to `peer` is there again: what was under way is lost. */
  peerOpened(peer: string): void {
    const transfer = this.#transfers.get(peer);
    if (transfer !== undefined) this.#ask(transfer);
  }

  /** Only `members` still belong to the group. */
  retain(members: ReadonlySet<string>): void {
    for (const transfer of [...this.#transfers.values()])
      if (!members.has(transfer.peer)) this.#end(transfer);
    for (const peer of [...this.#waiting.keys()]) if (!members.has(peer)) this.#forgetWaiting(peer);
    for (const peer of [...this.#failures.keys()]) if (!members.has(peer)) this.#failures.delete(peer);
    this.#startNext();
  }

  /** Ends all transfers, because this member leads no more. */
  stop(): void {
    for (const transfer of this.#transfers.values()) this.#clear(transfer);
    this.#transfers.clear();
    for (const peer of [...this.#waiting.keys()]) this.#forgetWaiting(peer);
    this.#failures.clear();
  }

  /** Starts the transfer to a waiting peer if its time has come and there is room; else it goes on waiting. */
  #admit(peer: string): void {
    const { clock, config } = this.#ports;
    const waitMs = (this.#failures.get(peer)?.retryAt ?? 0) - clock.monotonic();
    if (waitMs > 0) {
      const timer = clock.setTimer(waitMs, () => {
        this.#waiting.set(peer, null);
        this.#admit(peer);
      });
      this.#waiting.set(peer, timer);
    } else if (this.#transfers.size < config.snapshotSendsMax) {
      this.#waiting.delete(peer);
      this.#start(peer);
    }
  }

  #startNext(): void {
    for (const [peer, timer] of [...this.#waiting]) if (timer === null) this.#admit(peer);
  }

  #start(peer: string): void {
    const { storage, logger } = this.#ports;
    const base = this.#ports.firstIndex() - 1;
    // The oldest that the log continues: with it the follower gets all entries that are still there.
    const snapshot = storage
      .list()
      .find(({ position }) => position.index >= base && this.#ports.holds(position));
    if (snapshot === undefined) {
      logger.warn('no snapshot for a follower that needs one', { to: peer, base });
      this.#noteFailure(peer);
      this.#ports.onFailed(peer);
      return;
    }
    logger.info('sending a snapshot', { to: peer, index: snapshot.position.index, bytes: snapshot.bytes });
    const transfer: Transfer = { peer, snapshot, offset: 0, asked: true, due: false, silent: 0, timer: null };
    this.#transfers.set(peer, transfer);
    this.#ask(transfer);
  }

  #ask(transfer: Transfer): void {
    transfer.asked = true;
    this.#sendSoon(transfer);
  }

  #sendSoon(transfer: Transfer): void {
    transfer.due = true;
    this.#ports.schedule();
  }

  #sendChunk(transfer: Transfer): void {
    const { storage, config } = this.#ports;
    const { peer, snapshot, offset } = transfer;
    transfer.due = false;
    let data: Buffer;
    try {
      const bytes = transfer.asked ? 0 : Math.min(config.snapshotChunkBytes, snapshot.bytes - offset);
      data = bytes === 0 ? Buffer.alloc(0) : storage.read(snapshot.position.index, offset, bytes);
    } catch (error) {
      if (errorCode(error) === 'SNAPSHOT_MISSING') this.#fail(transfer, 'it is not kept any more');
      else this.#ports.onFailure(error);
      return;
    }
    this.#chunksSent++;
    this.#arm(transfer);
    this.#ports.send(peer, { snapshot, offset, data, crc: crc32(data) });
  }

  #arm(transfer: Transfer): void {
    const { clock, config } = this.#ports;
    if (transfer.timer !== null) clock.clearTimer(transfer.timer);
    transfer.timer = clock.setTimer(config.snapshotTimeoutMs, () => {
      transfer.timer = null;
      transfer.silent++;
      if (transfer.silent > config.snapshotTriesMax) this.#fail(transfer, 'no answer');
      else this.#ask(transfer);
    });
  }

  #fail(transfer: Transfer, reason: string): void {
    const { peer, snapshot } = transfer;
    this.#ports.logger.warn('a snapshot was not sent', { to: peer, index: snapshot.position.index, reason });
    this.#end(transfer);
    this.#noteFailure(peer);
    this.#ports.onFailed(peer);
    this.#startNext();
  }

  #noteFailure(peer: string): void {
    const { clock, config } = this.#ports;
    const count = (this.#failures.get(peer)?.count ?? 0) + 1;
    const waitMs = Math.min(config.snapshotRetryMsMin * 2 ** (count - 1), config.snapshotRetryMsMax);
    this.#failures.set(peer, { count, retryAt: clock.monotonic() + waitMs });
  }

  #end(transfer: Transfer): void {
    this.#clear(transfer);
    this.#transfers.delete(transfer.peer);
  }

  #clear(transfer: Transfer): void {
    if (transfer.timer !== null) this.#ports.clock.clearTimer(transfer.timer);
    transfer.timer = null;
    transfer.due = false;
  }

  #forgetWaiting(peer: string): void {
    const timer = this.#waiting.get(peer) ?? null;
    if (timer !== null) this.#ports.clock.clearTimer(timer);
    this.#waiting.delete(peer);
  }
}

import { locateRecord, recordStoreTimestamp, recordTotalSize } from '@ledgermq/protocol';
import { EntryKind, type Clock, type ProposeResult, type TimerHandle } from '@ledgermq/raft';
import { BrokerError } from '../errors.ts';
import { encodeCommandBatch, type Command } from '../machine/command.ts';
import { EntryBatch } from './entry-batch.ts';
import type { CommandSettled, RefusalReason, SendOutcome, SendSettled, SendsSettled } from './outcome.ts';
import { PendingEntries } from './pending-entries.ts';

/** Limits of a proposer. Sizes in bytes, times in milliseconds. */
export interface ProposerConfig {
  /** Records of one turn go into one entry up to this size; then the next entry begins. */
  readonly batchBytesMax: number;
  /** First guess and least size of a gathered frame. */
  readonly batchBytesMin: number;
  /** A record or batch frame above this is refused 'too-large'; a larger one than batchBytesMax travels alone. */
  readonly recordBytesMax: number;
  readonly commandsPerEntryMax: number;
  /** Gathered and not yet applied; above either limit: 'overloaded'. */
  readonly pendingBytesMax: number;
  readonly pendingCountMax: number;
  /** After this time without an answer the outcome is unknown. */
  readonly proposalTimeoutMs: number;
}

export const proposerDefaults: ProposerConfig = Object.freeze({
  batchBytesMax: 256 * 1024,
  batchBytesMin: 16 * 1024,
  recordBytesMax: 4 * 1024 * 1024 + 128 * 1024,
  commandsPerEntryMax: 4096,
  pendingBytesMax: 256 * 1024 * 1024,
  pendingCountMax: 200_000,
  proposalTimeoutMs: 10_000,
});

export interface ProposerPorts {
  readonly clock: Pick<Clock, 'immediate' | 'monotonic' | 'setTimer' | 'clearTimer'>;
  /** Hands a complete frame to the consensus. */
  readonly propose: (kind: EntryKind, frame: Buffer) => ProposeResult;
  /** Lets the consensus handle what was proposed without waiting for the end of the turn. */
  readonly startWork: () => void;
  /** A callback threw. */
  readonly report: (error: unknown) => void;
}

/** Weight of the newest entry in the average that sizes the next frame. */
const AVERAGE_SHARE = 1 / 8;
const FRAME_ROUNDING = 4096;

/**
 * Turns what one turn of the event loop wants to store into one entry of the log. Every request is settled
 * exactly once: at once when it is refused, otherwise when its entry is applied, replaced or given up.
 */
export class Proposer {
  readonly pending: PendingEntries = new PendingEntries();
  readonly #config: ProposerConfig;
  readonly #ports: ProposerPorts;
  #batch: EntryBatch | null = null;
  #averageBytes = 0;
  #scheduled = false;
  #timer: TimerHandle | null = null;
  #leading = false;
  #leader: string | null = null;
  #diskFull = false;
  #stopped = false;
  #gatheredBytes = 0;

  constructor(config: ProposerConfig, ports: ProposerPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** Records and commands accepted and not yet settled. */
  get pendingCount(): number {
    return this.pending.count + (this.#batch?.waiters.count ?? 0);
  }

  get pendingBytes(): number {
    return this.pending.bytes + this.#gatheredBytes;
  }

  /** Who leads, as the consensus last reported it. Entries proposed before stay pending. */
  setLeader(leading: boolean, leader: string | null): void {
    this.#leading = leading;
    this.#leader = leader;
  }

  /** While set, everything is refused 'disk-full'. */
  setDiskFull(full: boolean): void {
    this.#diskFull = full;
  }

  /**
   * Queues one record for this turn's entry. What `write` leaves must be a record: once committed, anything else
   * would end every replica.
   *
   * @param size bytes that `write` needs at most.
   * @param write encodes the record at `at` and returns the bytes written; called before this method returns, or
   *   not at all when refused. If it throws, nothing is queued and the exception is the caller's.
   */
  appendMessage(size: number, write: (target: Buffer, at: number) => number, settle: SendSettled): void {
    const refusal = this.#refusal(1, size);
    if (refusal !== null) {
      settle({ type: 'refused', reason: refusal, leader: this.#leader });
      return;
    }
    const batch = this.#room(size);
    const at = batch.reserve(size);
    const written = write(batch.frame, at);
    requireRecord(batch.frame, at, written, size);
    batch.commit(written);
    this.#gatheredBytes += written;
    batch.waiters.addRecord(settle);
    this.#schedule();
  }

  /**
   * The records of one batch frame; they stay together and in order in one entry.
   *
   * @param sizes bytes that each record needs at most.
   * @param write encodes the record of that position; rules as for `appendMessage`.
   */
  appendMessages(
    sizes: readonly number[],
    write: (target: Buffer, at: number, position: number) => number,
    settleAll: SendsSettled,
  ): void {
    if (sizes.length === 0) {
      settleAll([]);
      return;
    }
    let total = 0;
    for (const size of sizes) total += size;
    const refusal = this.#refusal(sizes.length, total);
    if (refusal !== null) {
      const outcome: SendOutcome = { type: 'refused', reason: refusal, leader: this.#leader };
      settleAll(new Array<SendOutcome>(sizes.length).fill(outcome));
      return;
    }
    const batch = this.#room(total);
    const start = batch.reserve(total);
    let at = start;
    sizes.forEach((size, position) => {
      const written = write(batch.frame, at, position);
      requireRecord(batch.frame, at, written, size);
      at += written;
    });
    batch.commit(at - start);
    this.#gatheredBytes += at - start;
    batch.waiters.addRecords(sizes.length, settleAll);
    this.#schedule();
  }

  /**
   * Queues a command; it is applied before all records of the same entry, earlier ones included. A command that
   * cannot be encoded is the caller's exception.
   */
  appendCommand(command: Command, settle: CommandSettled): void {
    const encoded = encodeCommandBatch([command]);
    const refusal = this.#refusal(1, encoded.length);
    if (refusal !== null) {
      settle({ type: 'refused', reason: refusal, leader: this.#leader });
      return;
    }
    if ((this.#batch?.commandCount ?? 0) >= this.#config.commandsPerEntryMax) this.flush();
    const batch = this.#room(encoded.length);
    batch.addCommand(encoded);
    batch.waiters.addCommand(settle);
    this.#gatheredBytes += encoded.length;
    this.#schedule();
  }

  /** Proposes what has been gathered, without waiting for the end of the turn. */
  flush(): void {
    const batch = this.#batch;
    // A writer that threw leaves an empty batch, which the next request will use.
    if (batch === null || batch.waiters.count === 0) return;
    const bytes = this.#gatheredBytes;
    this.#batch = null;
    this.#gatheredBytes = 0;
    const frame = batch.finish();
    this.#averageBytes += (frame.length - this.#averageBytes) * AVERAGE_SHARE;
    const result = this.#propose(frame, batch);
    switch (result.type) {
      case 'appended': {
        const deadline = this.#ports.clock.monotonic() + this.#config.proposalTimeoutMs;
        this.pending.add(result.index, result.term, batch.waiters, bytes, deadline);
        this.#armTimer(this.#config.proposalTimeoutMs);
        break;
      }
      case 'refused':
        batch.waiters.settleRefused(refusalOf(result.reason), result.leader);
        break;
    }
  }

  /** Refuses what is gathered and what comes; what was proposed becomes unknown. Idempotent. */
  stop(): void {
    this.#stopped = true;
    const batch = this.#batch;
    this.#batch = null;
    this.#gatheredBytes = 0;
    batch?.waiters.settleRefused('stopping', this.#leader);
    this.pending.abandon('this replica stopped before the entry was applied');
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#timer = null;
  }

  #propose(frame: Buffer, batch: EntryBatch): ProposeResult {
    try {
      return this.#ports.propose(EntryKind.Data, frame);
    } catch (error) {
      batch.waiters.settleUnknown('the consensus failed while it took the entry');
      throw error;
    }
  }

  #refusal(count: number, bytes: number): RefusalReason | null {
    if (this.#stopped) return 'stopping';
    if (!this.#leading) return 'not-leader';
    if (this.#diskFull) return 'disk-full';
    if (bytes > this.#config.recordBytesMax) return 'too-large';
    if (this.pendingCount + count > this.#config.pendingCountMax) return 'overloaded';
    if (this.pendingBytes + bytes > this.#config.pendingBytesMax) return 'overloaded';
    return null;
  }

  /** The batch that takes `size` more bytes. */
  #room(size: number): EntryBatch {
    const gathered = this.#batch?.bytes ?? 0;
    if (gathered > 0 && gathered + size > this.#config.batchBytesMax) {
      this.flush();
      // Disk and followers start on the full entry while the rest of this turn is still being read.
      this.#ports.startWork();
    }
    this.#batch ??= new EntryBatch(this.#frameGuess(size), this.#ports.report);
    return this.#batch;
  }

  #frameGuess(size: number): number {
    const { batchBytesMin, batchBytesMax } = this.#config;
    const wanted = Math.max(this.#averageBytes * 1.25, batchBytesMin);
    const rounded = Math.ceil(wanted / FRAME_ROUNDING) * FRAME_ROUNDING;
    return Math.max(Math.min(rounded, batchBytesMax + FRAME_ROUNDING), size + FRAME_ROUNDING);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#ports.clock.immediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** One coarse timer serves all deadlines, and only while something is pending. */
  #armTimer(delayMs: number): void {
    if (this.#timer !== null || this.#stopped) return;
    this.#timer = this.#ports.clock.setTimer(delayMs, () => {
      this.#timer = null;
      const now = this.#ports.clock.monotonic();
      const next = this.pending.expire(now);
      if (next !== null) this.#armTimer(Math.max(1, next - now));
    });
  }
}

/** Throws INVARIANT_BROKEN or ProtocolError RECORD_INVALID unless exactly one whole record was written. */
function requireRecord(frame: Buffer, at: number, written: number, sizeMax: number): void {
  if (written <= 0 || written > sizeMax) {
    throw new BrokerError('INVARIANT_BROKEN', `a record announced as ${sizeMax} bytes took ${written}`);
  }
  locateRecord(frame, at);
  if (recordTotalSize(frame, at) !== written || recordStoreTimestamp(frame, at) < 0) {
    throw new BrokerError(
      'INVARIANT_BROKEN',
      `the ${written} bytes written are not one record that can be stored`,
    );
  }
}

function refusalOf(reason: Extract<ProposeResult, { type: 'refused' }>['reason']): RefusalReason {
  switch (reason) {
    case 'not-leader':
      return 'not-leader';
    case 'too-many-uncommitted':
      return 'overloaded';
    case 'entry-too-large':
      return 'too-large';
    case 'transferring':
      return 'not-leader';
    case 'membership-change-pending':
    case 'membership-invalid':
    case 'members-not-ready':
    case 'membership-unchanged':
      return 'invalid';
    case 'disk-full':
      return 'disk-full';
    case 'stopped':
      return 'stopping';
  }
}

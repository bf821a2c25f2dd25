import { basename, dirname, join } from 'node:path';
import { INITIAL_HARD_STATE } from '@ledgermq/raft';
import type { HardState, HardStateStorage } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { isOwnedBy } from './durable-mark.ts';
import { StoreError } from './errors.ts';
import { SetAside, setAsideFolder } from './set-aside.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';
import { newestSlotPayload, SLOT_PAYLOAD_BYTES_MAX, SlotFile } from './slot-file.ts';

/** Usual name of the file; the segment log leaves it alone should both share a directory. */
export const hardStateFileName = 'hard-state';

/** "LMQV" */
const HARD_STATE_MAGIC = 0x4c4d5156;
const AT_STANDING = 18;
const AT_VOTED_FOR = 19;
const OWNER_BYTES = 4;
const STANDINGS = ['blank', 'repairing', 'full'] as const;
const NOBODY = 0xffff;

/** The log that stands beside a hard state, as far as it tells how far this member once was. */
export interface LogBeside {
  /** Term of its last entry. */
  readonly lastTerm: number;
}

/**
 * Term, vote and standing on disk, in two slots written in turn, synced before `save` returns: a torn save leaves
 * the vote before it, which was never superseded in any answer. Off the event loop the same state then goes into
 * the other slot too, so that a slot which decays does not bring back an older vote.
 *
 * Payload, big-endian: 0 u64 term, 8 u64 commit, 16 u16 bytes of the vote (0xffff: none), 18 u8 standing,
 * 19 the vote in UTF-8, behind it u32 owner, see `MarkedRange`.
 */
export class HardStateFile implements HardStateStorage {
  /** What opening found. A 'damaged' file was set aside. */
  readonly found: 'sound' | 'missing' | 'damaged';
  readonly #path: string;
  readonly #slots: SlotFile;
  readonly #owner: number;
  #state: HardState;
  #failed = false;
  #mirroring: Promise<void> = Promise.resolve();

  private constructor(path: string, slots: SlotFile, found: HardStateFile['found'], owner: number) {
    this.#path = path;
    this.#slots = slots;
    const decoded = decodeState(slots.payload, path);
    this.#state = decoded.state;
    this.#owner = owner === 0 ? decoded.owner : owner;
    this.found = found;
  }

  /**
   * Opens or makes the file; its directory must exist. Without a file and without a log (`beside` is null) the member
   * is blank. Without a file, but beside a log, and with a file that is damaged, it has forgotten its votes: a new
   * file says 'repairing', and the damaged one goes to `set-aside`. A file of another owner is damaged.
   */
  static open(
    disk: Disk,
    path: string,
    beside: LogBeside | null = null,
    owner: number = 0,
    metrics: StoreMetrics = noStoreMetrics,
  ): HardStateFile {
    const slots = openSlots(disk, path, owner);
    if (slots !== null && slots !== 'damaged') {
      const file = new HardStateFile(path, slots, 'sound', owner);
      file.#mirror();
      return file;
    }
    if (slots === 'damaged') {
      disk.mkdir(join(dirname(path), setAsideFolder));
      metrics.damageFound.add('hard-state');
      const aside = new SetAside(disk, dirname(path), { kind: 'hard-state', metrics });
      aside.takeFile(basename(path), 'damaged');
    }
    const forgotten = slots === 'damaged' || beside !== null;
    const state: HardState = forgotten
      ? { term: beside?.lastTerm ?? 0, votedFor: null, commit: 0, standing: 'repairing' }
      : INITIAL_HARD_STATE;
    const made = SlotFile.create(disk, path, HARD_STATE_MAGIC, encodeState(state, owner));
    return new HardStateFile(path, made, slots === 'damaged' ? 'damaged' : 'missing', owner);
  }

  load(): HardState {
    return this.#state;
  }

  save(state: HardState): void {
    if (this.#failed) throw this.#failure(undefined);
    if (state.term < this.#state.term) {
      throw new StoreError('STATE_INVALID', `term ${state.term} is older than ${this.#state.term}`);
    }
    const payload = encodeState(state, this.#owner);
    try {
      this.#slots.write(payload);
      this.#slots.syncNow();
    } catch (error) {
      this.#failed = true;
      throw this.#failure(error);
    }
    const before = this.#state;
    this.#state = { ...state };
    const { term, votedFor, standing } = state;
    if (term !== before.term || votedFor !== before.votedFor || standing !== before.standing) this.#mirror();
  }

  /** Resolves when both slots hold the last vote. */
  async settled(): Promise<void> {
    for (let waited: Promise<void> | null = null; waited !== this.#mirroring;) {
      waited = this.#mirroring;
      await waited;
    }
  }

  close(): void {
    this.#slots.close();
  }

  /** A failure shows at the next save; until then both slots are as good as they were. */
  #mirror(): void {
    try {
      this.#slots.write(encodeState(this.#state, this.#owner));
      this.#mirroring = this.#slots.sync().catch(() => {
        this.#failed = true;
      });
    } catch {
      this.#failed = true;
    }
  }

  #failure(cause: unknown): StoreError {
    return new StoreError('STORAGE_FAILED', `saving ${this.#path} failed`, { file: this.#path, cause });
  }
}

/** The state in the bytes of such a file, null if they hold none; for whoever verifies what a disk has. */
export function readHardState(content: Buffer): HardState | null {
  const payload = newestSlotPayload(HARD_STATE_MAGIC, content);
  return payload === null ? null : decodeState(payload, '').state;
}

/** The owner that such a file names; 0 if it is no such file. */
export function readOwner(content: Buffer): number {
  const payload = newestSlotPayload(HARD_STATE_MAGIC, content);
  return payload === null ? 0 : decodeState(payload, '').owner;
}

/** Null without a file. */
function openSlots(disk: Disk, path: string, owner: number): SlotFile | 'damaged' | null {
  try {
    const slots = SlotFile.open(disk, path, HARD_STATE_MAGIC);
    if (slots === null || isOwnedBy(decodeState(slots.payload, path).owner, owner)) return slots;
    slots.close();
    return 'damaged';
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STATE_INVALID') return 'damaged';
    throw error;
  }
}

function encodeState(state: HardState, owner: number): Buffer {
  const vote = Buffer.from(state.votedFor ?? '', 'utf8');
  if (AT_VOTED_FOR + vote.length + OWNER_BYTES > SLOT_PAYLOAD_BYTES_MAX) {
    throw new StoreError('LIMIT_EXCEEDED', `a member id of ${vote.length} bytes does not fit the hard state`);
  }
  const payload = Buffer.alloc(AT_VOTED_FOR + vote.length + OWNER_BYTES);
  payload.writeBigUInt64BE(BigInt(state.term), 0);
  payload.writeBigUInt64BE(BigInt(state.commit), 8);
  payload.writeUInt16BE(state.votedFor === null ? NOBODY : vote.length, 16);
  payload[AT_STANDING] = STANDINGS.indexOf(state.standing);
  vote.copy(payload, AT_VOTED_FOR);
  payload.writeUInt32BE(owner, AT_VOTED_FOR + vote.length);
  return payload;
}

/** A file of the first form ends behind the vote. */
function decodeState(payload: Buffer, file: string): { readonly state: HardState; readonly owner: number } {
  const voteBytes = payload.length < AT_VOTED_FOR ? -1 : payload.readUInt16BE(16);
  const end = AT_VOTED_FOR + (voteBytes === NOBODY ? 0 : voteBytes);
  const hasOwner = payload.length === end + OWNER_BYTES;
  const standing = STANDINGS[payload[AT_STANDING] ?? STANDINGS.length];
  if ((payload.length !== end && !hasOwner) || standing === undefined) {
    throw new StoreError('STATE_INVALID', `the hard state in ${file} has an unknown form`, { file });
  }
  const state = Object.freeze({
    term: Number(payload.readBigUInt64BE(0)),
    commit: Number(payload.readBigUInt64BE(8)),
    votedFor: voteBytes === NOBODY ? null : payload.toString('utf8', AT_VOTED_FOR, end),
    standing,
  });
  return { state, owner: hasOwner ? payload.readUInt32BE(end) : 0 };
}

import { INITIAL_HARD_STATE } from '@ledgermq/raft';
import type { HardState, HardStateStorage } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { SLOT_PAYLOAD_BYTES_MAX, SlotFile } from './slot-file.ts';

/** Usual name of the file; the segment log leaves it alone should both share a directory. */
export const hardStateFileName = 'hard-state';

/** "LMQV" */
const HARD_STATE_MAGIC = 0x4c4d5156;
const AT_STANDING = 18;
const AT_VOTED_FOR = 19;
const STANDINGS = ['blank', 'repairing', 'full'] as const;
const NOBODY = 0xffff;

/**
 * Term and vote on disk, in two slots written in turn, synced before `save` returns: a torn save leaves the
 * vote before it, which was never superseded in any answer.
 *
 * Payload, big-endian: 0 u64 term, 8 u64 commit, 16 u16 bytes of the vote (0xffff: none), 18 u8 standing,
 * 19 the vote in UTF-8.
 */
export class HardStateFile implements HardStateStorage {
  readonly #path: string;
  readonly #slots: SlotFile;
  #state: HardState;
  #failed = false;

  private constructor(path: string, slots: SlotFile, state: HardState) {
    this.#path = path;
    this.#slots = slots;
    this.#state = state;
  }

  /** Opens or makes the file; its directory must exist. STATE_INVALID if neither slot checks out. */
  static open(disk: Disk, path: string): HardStateFile {
    const slots =
      SlotFile.open(disk, path, HARD_STATE_MAGIC) ??
      SlotFile.create(disk, path, HARD_STATE_MAGIC, encodeState(INITIAL_HARD_STATE));
    return new HardStateFile(path, slots, decodeState(slots.payload, path));
  }

  load(): HardState {
    return this.#state;
  }

  save(state: HardState): void {
    if (this.#failed) throw this.#failure(undefined);
    if (state.term < this.#state.term) {
      throw new StoreError('STATE_INVALID', `term ${state.term} is older than ${this.#state.term}`);
    }
    const payload = encodeState(state);
    try {
      this.#slots.write(payload);
      this.#slots.syncNow();
    } catch (error) {
      this.#failed = true;
      throw this.#failure(error);
    }
    this.#state = { ...state };
  }

  close(): void {
    this.#slots.close();
  }

  #failure(cause: unknown): StoreError {
    return new StoreError('STORAGE_FAILED', `saving ${this.#path} failed`, { file: this.#path, cause });
  }
}

function encodeState(state: HardState): Buffer {
  const vote = Buffer.from(state.votedFor ?? '', 'utf8');
  if (AT_VOTED_FOR + vote.length > SLOT_PAYLOAD_BYTES_MAX) {
    throw new StoreError('LIMIT_EXCEEDED', `a member id of ${vote.length} bytes does not fit the hard state`);
  }
  const payload = Buffer.alloc(AT_VOTED_FOR + vote.length);
  payload.writeBigUInt64BE(BigInt(state.term), 0);
  payload.writeBigUInt64BE(BigInt(state.commit), 8);
  payload.writeUInt16BE(state.votedFor === null ? NOBODY : vote.length, 16);
  payload[AT_STANDING] = STANDINGS.indexOf(state.standing);
  vote.copy(payload, AT_VOTED_FOR);
  return payload;
}

function decodeState(payload: Buffer, file: string): HardState {
  const voteBytes = payload.length < AT_VOTED_FOR ? -1 : payload.readUInt16BE(16);
  const expected = AT_VOTED_FOR + (voteBytes === NOBODY ? 0 : voteBytes);
  const standing = STANDINGS[payload[AT_STANDING] ?? STANDINGS.length];
  if (payload.length !== expected || standing === undefined) {
    throw new StoreError('STATE_INVALID', `the hard state in ${file} has an unknown form`, { file });
  }
  return Object.freeze({
    term: Number(payload.readBigUInt64BE(0)),
    commit: Number(payload.readBigUInt64BE(8)),
    votedFor: voteBytes === NOBODY ? null : payload.toString('utf8', AT_VOTED_FOR),
    standing,
  });
}

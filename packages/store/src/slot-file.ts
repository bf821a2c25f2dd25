import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';

const SLOT_BYTES = 512;
/** The slots lie in different 4096-byte sectors, so that a torn write of one cannot touch the other. */
const SLOT_DISTANCE_BYTES = 4096;
const SLOT_VERSION = 1;
const AT_PAYLOAD = 20;
const AT_CRC = SLOT_BYTES - 4;

/** Largest payload of a slot. */
export const SLOT_PAYLOAD_BYTES_MAX: number = AT_CRC - AT_PAYLOAD;

interface Slot {
  readonly sequence: number;
  readonly payload: Buffer;
}

/**
 * A small value in a file of two checksummed slots that are written in turn. A write that a crash tears leaves
 * the other slot, and so the value before it. The file comes to be whole or not at all, hence a file without
 * a good slot is damage, never a crash.
 *
 * Slot, big-endian: 0 u32 magic, 4 u16 version, 6 u16 payload bytes, 8 u64 sequence, 16 u32 reserved,
 * 20 payload, 508 u32 CRC-32 of bytes 0..507.
 */
export class SlotFile {
  readonly #file: DiskFile;
  readonly #magic: number;
  #newest: Slot;
  #synced = true;

  private constructor(file: DiskFile, magic: number, newest: Slot) {
    this.#file = file;
    this.#magic = magic;
    this.#newest = newest;
  }

  /** Make the file with its first value; durable when it returns. */
  static create(disk: Disk, path: string, magic: number, payload: Buffer): SlotFile {
    const draft = disk.open(`${path}.new`, 'read-write-create');
    try {
      draft.truncateNow(0);
      const bytes = Buffer.alloc(SLOT_DISTANCE_BYTES + SLOT_BYTES);
      encodeSlot(magic, { sequence: 0, payload }).copy(bytes, 0);
      draft.write(bytes, 0);
      draft.syncNow();
    } finally {
      draft.close();
    }
    disk.rename(`${path}.new`, path);
    disk.syncDirectoryNow(dirname(path));
    return new SlotFile(disk.open(path, 'read-write'), magic, { sequence: 0, payload });
  }

  /** Null if there is no file; STATE_INVALID if there is one without a good slot. */
  static open(disk: Disk, path: string, magic: number): SlotFile | null {
    if (!disk.exists(path)) return null;
    const file = disk.open(path, 'read-write');
    try {
      const content = Buffer.alloc(SLOT_DISTANCE_BYTES + SLOT_BYTES);
      file.read(content, 0);
      const newest = newestSlot(magic, content);
      if (newest === null) {
        throw new StoreError('STATE_INVALID', `neither slot of ${path} checks out`, {
          file: path,
          offset: 0,
        });
      }
      // What was read may be in the page cache only, left there by a process whose sync failed or never came;
      // after a failed sync those pages count as clean, so they are written again.
      file.write(encodeSlot(magic, newest), (newest.sequence % 2) * SLOT_DISTANCE_BYTES);
      file.syncNow();
      return new SlotFile(file, magic, newest);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The newest value; not to be changed. */
  get payload(): Buffer {
    return this.#newest.payload;
  }

  /** Into the page cache. Until the next sync further writes replace this one and spare the synced slot. */
  write(payload: Buffer): void {
    const sequence = this.#newest.sequence + (this.#synced ? 1 : 2);
    const slot = { sequence, payload: Buffer.from(payload) };
    this.#synced = false;
    this.#file.write(encodeSlot(this.#magic, slot), (sequence % 2) * SLOT_DISTANCE_BYTES);
    this.#newest = slot;
  }

  async sync(): Promise<void> {
    const sequence = this.#newest.sequence;
    await this.#file.sync();
    if (sequence === this.#newest.sequence) this.#synced = true;
  }

  syncNow(): void {
    this.#file.syncNow();
    this.#synced = true;
  }

  close(): void {
    this.#file.close();
  }
}

/** The value in the bytes of such a file, null if neither slot checks out. */
export function newestSlotPayload(magic: number, content: Buffer): Buffer | null {
  return newestSlot(magic, content)?.payload ?? null;
}

function newestSlot(magic: number, content: Buffer): Slot | null {
  let newest: Slot | null = null;
  for (const at of [0, SLOT_DISTANCE_BYTES]) {
    if (content.length < at + SLOT_BYTES) break;
    const slot = decodeSlot(magic, content.subarray(at, at + SLOT_BYTES));
    if (slot === null || slot.sequence % 2 !== at / SLOT_DISTANCE_BYTES) continue;
    if (newest === null || slot.sequence > newest.sequence) newest = slot;
  }
  return newest;
}

function encodeSlot(magic: number, slot: Slot): Buffer {
  if (slot.payload.length > SLOT_PAYLOAD_BYTES_MAX) {
    throw new StoreError('LIMIT_EXCEEDED', `a slot holds ${SLOT_PAYLOAD_BYTES_MAX} bytes at most`);
  }
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeUInt32BE(magic, 0);
  bytes.writeUInt16BE(SLOT_VERSION, 4);
  bytes.writeUInt16BE(slot.payload.length, 6);
  bytes.writeBigUInt64BE(BigInt(slot.sequence), 8);
  slot.payload.copy(bytes, AT_PAYLOAD);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, AT_CRC)), AT_CRC);
  return bytes;
}

function decodeSlot(magic: number, bytes: Buffer): Slot | null {
  if (bytes.readUInt32BE(0) !== magic || bytes.readUInt16BE(4) !== SLOT_VERSION) return null;
  if (crc32(bytes.subarray(0, AT_CRC)) !== bytes.readUInt32BE(AT_CRC)) return null;
  const payloadBytes = bytes.readUInt16BE(6);
  if (payloadBytes > SLOT_PAYLOAD_BYTES_MAX) return null;
  const sequence = Number(bytes.readBigUInt64BE(8));
  return { sequence, payload: bytes.subarray(AT_PAYLOAD, AT_PAYLOAD + payloadBytes) };
}

import { crc32 } from 'node:zlib';
import { errorCode } from './error-code.ts';
import type { Logger } from './logger.ts';
import type { SnapshotAnswer, SnapshotChunk } from './message.ts';
import { sameSnapshot, type SnapshotStorage } from './snapshot-storage.ts';
import type { SnapshotTransfer } from './status.ts';
import type { SnapshotMeta } from './storage.ts';

export type SnapshotStatus = SnapshotAnswer['status'];

export interface SnapshotReceiverPorts {
  readonly storage: SnapshotStorage;
  readonly logger: Logger;
  /** Highest index that the machine has applied. */
  appliedIndex(): number;
  /** Says to the sender `to` where the snapshot that ends at `index` stands. */
  answer(to: string, index: number, offset: number, status: SnapshotStatus): void;
  /** Puts the complete snapshot in the place of log and state. Resolves to false if it is not wanted any more. */
  install(meta: SnapshotMeta, from: string, term: number): Promise<boolean>;
  /** The disk failed; nothing here goes on. */
  onFailure(error: unknown): void;
}

/**
 * The follower's side of a snapshot transfer: takes chunks of the present leader in order, whatever order they arrive
 * in, and always answers with the offset it wants next. So a chunk that was lost, repeated or damaged costs a round trip,
 * and a transfer that was cut off goes on where it stopped, also after a restart and with another leader that
 * keeps the same snapshot.
 */
export class SnapshotReceiver {
  readonly #ports: SnapshotReceiverPorts;
  #meta: SnapshotMeta | null = null;
  #received = 0;
  #from = '';
  /** All of it is here and verified; left by an end of the process before it was installed. */
  #complete = false;
  /** True while a snapshot is verified and installed. */
  #finishing = false;
  #finished: Promise<void> = Promise.resolve();
  #chunksRefused = 0;

  constructor(ports: SnapshotReceiverPorts) {
    this.#ports = ports;
  }

  /** Chunks whose bytes were not those that were sent. */
  get chunksRefused(): number {
    return this.#chunksRefused;
  }

  /** How far the one is that comes or is being installed; null when there is none. */
  transfer(): SnapshotTransfer | null {
    // What another way brought meanwhile is not waited for any more.
    if (this.#meta === null || this.#meta.position.index <= this.#ports.appliedIndex()) return null;
    return { direction: 'in', peer: this.#from, bytesDone: this.#received, bytes: this.#meta.bytes };
  }

  /** Resolves when no snapshot is being installed. */
  async idle(): Promise<void> {
    await this.#finished;
  }

  /** A chunk of the leader of the present term. */
  chunk(message: SnapshotChunk): void {
    const { from, snapshot } = message;
    const { index } = snapshot.position;
    const ports = this.#ports;
    if (this.#finishing) {
      const same = this.#meta !== null && sameSnapshot(this.#meta, snapshot);
      // All bytes are here: the sender learns that this member is alive and need not send again.
      ports.answer(from, index, same ? snapshot.bytes : 0, same ? 'more' : 'refused');
      return;
    }
    if (index <= ports.appliedIndex()) {
      ports.answer(from, index, snapshot.bytes, 'installed');
      return;
    }
    this.#take(message);
  }

  #take(message: SnapshotChunk): void {
    const ports = this.#ports;
    const { from, term, snapshot, offset, data } = message;
    const { index } = snapshot.position;
    try {
      if (this.#meta === null || !sameSnapshot(this.#meta, snapshot)) {
        this.#complete = ports.storage.list().some((kept) => sameSnapshot(kept, snapshot));
        this.#received = this.#complete ? snapshot.bytes : ports.storage.received(snapshot);
        this.#meta = snapshot;
      }
      this.#from = from;
      if (data.length > 0 && offset === this.#received && this.#intact(message)) {
        ports.storage.write(snapshot, offset, data);
        this.#received += data.length;
      }
    } catch (error) {
      if (errorCode(error) === 'DISK_FULL') ports.answer(from, index, this.#received, 'refused');
      else ports.onFailure(error);
      return;
    }
    if (this.#received < snapshot.bytes) {
      ports.answer(from, index, this.#received, 'more');
    } else {
      this.#finishing = true;
      this.#finished = this.#finish(snapshot, from, term);
    }
  }

  #intact({ from, snapshot, offset, data, crc }: SnapshotChunk): boolean {
    if (offset + data.length <= snapshot.bytes && crc32(data) === crc) return true;
    this.#chunksRefused++;
    this.#ports.logger.warn('a chunk of a snapshot is damaged, refused', {
      from,
      index: snapshot.position.index,
      offset,
    });
    return false;
  }

  async #finish(meta: SnapshotMeta, from: string, term: number): Promise<void> {
    const ports = this.#ports;
    const { index } = meta.position;
    try {
      const kept = this.#complete || (await this.#keep(meta, from));
      const installed = kept && (await ports.install(meta, from, term));
      if (installed) ports.logger.info('snapshot installed', { from, index, bytes: meta.bytes });
      ports.answer(from, index, installed ? meta.bytes : 0, installed ? 'installed' : 'refused');
    } catch (error) {
      ports.onFailure(error);
    } finally {
      this.#meta = null;
      this.#finishing = false;
    }
  }

  /** Returns false if the content is not that of the snapshot, or finds no room: then the sender may try again. */
  async #keep(meta: SnapshotMeta, from: string): Promise<boolean> {
    try {
      await this.#ports.storage.complete(meta);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'SNAPSHOT_CORRUPT' && code !== 'DISK_FULL') throw error;
      this.#ports.logger.warn('a received snapshot was not kept', { from, index: meta.position.index, code });
      return false;
    }
  }
}

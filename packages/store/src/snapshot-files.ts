import { join } from 'node:path';
import { sameSnapshot } from '@ledgermq/raft';
import type {
  ConfigurationState,
  LogIndex,
  LogPosition,
  Logger,
  SnapshotMeta,
  SnapshotStorage,
} from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { SetAside } from './set-aside.ts';
import { SnapshotDraft, SnapshotFile } from './snapshot-file.ts';
import type { Turn } from './snapshot-file.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';
import { snapshotsToKeep } from './snapshot-thinning.ts';

const INCOMING_PREFIX = 'incoming-';
const TAKING_PREFIX = 'taking-';
/** Unsynced bytes of a snapshot that is being taken: more would make the next sync of the log wait for them. */
const UNSYNCED_BYTES_MAX = 4 * 1024 * 1024;

export interface SnapshotFilesPorts {
  readonly disk: Disk;
  /** `Clock.immediate`. */
  readonly immediate: (fn: () => void) => void;
  readonly logger: Logger;
  readonly metrics?: StoreMetrics;
}

/**
 * The snapshots of one replica, in a directory of their own: `<20-digit index>.snap` for each complete one,
 * `incoming-<number>` for the one that a leader is sending, `taking-<number>` for the one that this replica makes; drafts
 * that are given up are removed off the event loop, hence the numbers. A file gets its final name
 * only after its content was read back, compared and synced. A snapshot that no longer checks out is set aside, and
 * counts as missing from then on.
 */
export class SnapshotFiles implements SnapshotStorage {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #turn: Turn;
  readonly #logger: Logger;
  readonly #metrics: StoreMetrics;
  readonly #aside: SetAside;
  /** The oldest first. */
  #kept: SnapshotFile[] = [];
  #incoming: { readonly meta: SnapshotMeta; readonly draft: SnapshotDraft } | null = null;
  #draftNumber = 0;
  #taking = false;
  #failure: StoreError | null = null;

  private constructor(ports: SnapshotFilesPorts, directory: string) {
    this.#disk = ports.disk;
    this.#directory = directory;
    this.#logger = ports.logger;
    this.#metrics = ports.metrics ?? noStoreMetrics;
    this.#aside = new SetAside(ports.disk, directory, { kind: 'snapshots', metrics: this.#metrics });
    this.#turn = () =>
      new Promise((resolve) => {
        ports.immediate(resolve);
      });
    for (const name of ports.disk.list(directory)) {
      this.#draftNumber = Math.max(this.#draftNumber, Number(/-(\d{1,15})$/.exec(name)?.[1] ?? 0));
      if (/^\d{20}\.snap$/.test(name)) this.#openKept(name);
      else if (isDraft(name, INCOMING_PREFIX)) this.#openIncoming(name);
      else if (isDraft(name, TAKING_PREFIX)) this.#removeLater(join(directory, name));
    }
  }

  /** Opens or makes the directory. Only headers and tables of checks are read. */
  static open(ports: SnapshotFilesPorts, directory: string): SnapshotFiles {
    ports.disk.mkdir(directory);
    return new SnapshotFiles(ports, directory);
  }

  list(): readonly SnapshotMeta[] {
    return this.#kept.map(({ meta }) => meta);
  }

  /** As the port says; SNAPSHOT_MISSING also for a snapshot that turns out to be damaged, which is set aside. */
  read(index: LogIndex, offset: number, bytes: number): Buffer {
    const file = this.#find(index);
    try {
      return file.read(offset, bytes);
    } catch (error) {
      throw this.#refuse(file, error);
    }
  }

  /** The whole content of a complete snapshot. SNAPSHOT_MISSING as `read`. */
  async *content(index: LogIndex): AsyncGenerator<Buffer, void, undefined> {
    const file = this.#find(index);
    try {
      yield* file.content(this.#turn);
    } catch (error) {
      throw this.#refuse(file, error);
    }
  }

  received(meta: SnapshotMeta): number {
    if (this.#incoming === null) return 0;
    if (sameSnapshot(this.#incoming.meta, meta)) return this.#incoming.draft.bytes;
    this.#dropIncoming();
    return 0;
  }

  write(meta: SnapshotMeta, offset: number, data: Buffer): void {
    this.#requireUsable();
    const received = this.received(meta);
    if (offset !== received || offset + data.length > meta.bytes) {
      throw new StoreError('STATE_INVALID', `byte ${offset} was written after ${received} of a snapshot`);
    }
    try {
      this.#incomingOf(meta).append(data);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'DISK_FULL') throw error;
      throw this.#fail('write', error);
    }
  }

  async complete(meta: SnapshotMeta): Promise<void> {
    this.#requireUsable();
    this.received(meta);
    let whole: SnapshotMeta;
    try {
      const draft = this.#incomingOf(meta);
      whole = await draft.finish(meta, this.#turn);
      if (sameSnapshot(whole, meta)) {
        draft.close();
        this.#incoming = null;
        await this.#keep(draft.path, meta.position.index);
        return;
      }
    } catch (error) {
      if (error instanceof StoreError && error.code === 'DISK_FULL') throw error;
      throw this.#fail('complete', error);
    }
    this.#dropIncoming();
    const text = `the content received for the snapshot of ${meta.position.index} differs`;
    throw new StoreError('SNAPSHOT_CORRUPT', text, { index: meta.position.index });
  }

  /**
   * Makes a snapshot of this replica's state from its content, which is read to the end. LIMIT_EXCEEDED while another
   * one is being made; DISK_FULL, and whatever the content throws: nothing stays. STORAGE_FAILED is final.
   */
  async take(
    position: LogPosition,
    configuration: ConfigurationState,
    content: AsyncIterable<Buffer>,
  ): Promise<SnapshotMeta> {
    this.#requireUsable();
    if (this.#taking) throw new StoreError('LIMIT_EXCEEDED', 'a snapshot is being taken already');
    this.#taking = true;
    const path = this.#draftPath(TAKING_PREFIX);
    let draft: SnapshotDraft | null = null;
    try {
      const unknown = { position, configuration, bytes: 0, crc: 0 };
      draft = SnapshotDraft.create(this.#disk, path, unknown);
      await this.#fill(draft, content);
      const meta = await draft.finish(unknown, this.#turn);
      draft.close();
      await this.#keep(path, position.index);
      return meta;
    } catch (error) {
      draft?.close();
      this.#removeLater(path);
      if (error instanceof StoreError && error.code === 'DISK_FAILED') throw this.#fail('take', error);
      throw error;
    } finally {
      this.#taking = false;
    }
  }

  /**
   * Removes the snapshots that nobody needs, see `snapshotsToKeep`. Off the event loop; durable when it resolves.
   */
  async prune(firstIndex: LogIndex): Promise<void> {
    const needed = snapshotsToKeep(this.#kept, firstIndex);
    const dropped = this.#kept.filter((file) => !needed.includes(file));
    if (dropped.length === 0) return;
    this.#kept = this.#kept.filter((file) => !dropped.includes(file));
    for (const file of dropped) {
      file.close();
      await this.#disk.remove(file.path);
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  /**
   * Reads a snapshot to the end and checks every byte. Resolves to false if it is damaged, and then it was set aside.
   * For scrubbing, some in each turn of the event loop.
   */
  async verify(index: LogIndex): Promise<boolean> {
    try {
      for await (const part of this.content(index)) if (part.length === 0) break;
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'SNAPSHOT_MISSING') return false;
      throw error;
    }
  }

  /** Puts a complete snapshot aside that is not of this replica's log. */
  reject(index: LogIndex): void {
    const file = this.#find(index);
    this.#kept = this.#kept.filter((kept) => kept !== file);
    file.close();
    this.#setAside(snapshotName(index), 'foreign', 'it is of another log');
  }

  close(): void {
    for (const file of this.#kept) file.close();
    this.#incoming?.draft.close();
    this.#kept = [];
    this.#incoming = null;
  }

  #openKept(name: string): void {
    try {
      const file = SnapshotFile.open(this.#disk, join(this.#directory, name));
      if (snapshotName(file.meta.position.index) === name) {
        this.#kept.push(file);
        return;
      }
      file.close();
      this.#setAside(name, 'foreign', `it ends at ${file.meta.position.index}`);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'SNAPSHOT_CORRUPT') throw error;
      this.#setAside(name, 'damaged', error.message);
    }
  }

  /** Goes on with the draft of an earlier life; of several only the first, and none that is damaged. */
  #openIncoming(name: string): void {
    const path = join(this.#directory, name);
    const found = this.#incoming === null ? SnapshotDraft.resume(this.#disk, path) : null;
    if (found === null) this.#removeLater(path);
    else this.#incoming = found;
  }

  #draftPath(prefix: string): string {
    this.#draftNumber += 1;
    return join(this.#directory, `${prefix}${this.#draftNumber}`);
  }

  #removeLater(path: string): void {
    this.#disk.remove(path).catch((error: unknown) => {
      if (error instanceof StoreError && error.code === 'FILE_MISSING') return;
      this.#logger.warn('could not remove a draft of a snapshot', { path, cause: String(error) });
    });
  }

  #find(index: LogIndex): SnapshotFile {
    const file = this.#kept.find(({ meta }) => meta.position.index === index);
    if (file === undefined)
      throw new StoreError('SNAPSHOT_MISSING', `no snapshot ends at ${index}`, { index });
    return file;
  }

  /** What a failed read of a kept snapshot throws. */
  #refuse(file: SnapshotFile, error: unknown): unknown {
    if (!(error instanceof StoreError) || error.code !== 'SNAPSHOT_CORRUPT') return error;
    if (this.#kept.includes(file)) {
      this.#kept = this.#kept.filter((kept) => kept !== file);
      file.close();
      this.#setAside(snapshotName(file.meta.position.index), 'damaged', error.message);
    }
    const { index } = file.meta.position;
    return new StoreError('SNAPSHOT_MISSING', `the snapshot of ${index} is damaged`, { index, cause: error });
  }

  #setAside(name: string, reason: 'damaged' | 'foreign', cause: string): void {
    if (reason === 'damaged') this.#metrics.damageFound.add('snapshots');
    const path = this.#aside.takeFile(name, reason);
    this.#disk.syncDirectoryNow(this.#directory);
    this.#logger.warn(`a ${reason} snapshot was set aside`, { path, cause });
  }

  #incomingOf(meta: SnapshotMeta): SnapshotDraft {
    this.#incoming ??= {
      meta,
      draft: SnapshotDraft.create(this.#disk, this.#draftPath(INCOMING_PREFIX), meta),
    };
    return this.#incoming.draft;
  }

  #dropIncoming(): void {
    if (this.#incoming === null) return;
    this.#incoming.draft.close();
    this.#removeLater(this.#incoming.draft.path);
    this.#incoming = null;
  }

  async #fill(draft: SnapshotDraft, content: AsyncIterable<Buffer>): Promise<void> {
    let unsynced = 0;
    for await (const part of content) {
      draft.append(part);
      unsynced += part.length;
      if (unsynced < UNSYNCED_BYTES_MAX) continue;
      await draft.sync();
      unsynced = 0;
    }
  }

  /** Give a finished draft its name. It is opened as any other, so what is kept can be read. */
  async #keep(draftPath: string, index: LogIndex): Promise<void> {
    const path = join(this.#directory, snapshotName(index));
    try {
      this.#disk.rename(draftPath, path);
      await this.#disk.syncDirectory(this.#directory);
      const file = SnapshotFile.open(this.#disk, path);
      const replaced = this.#kept.find(({ meta }) => meta.position.index === index);
      replaced?.close();
      this.#kept = [...this.#kept.filter((kept) => kept !== replaced), file].sort(
        (one, other) => one.meta.position.index - other.meta.position.index,
      );
    } catch (error) {
      throw this.#fail('keep', error);
    }
  }

  #fail(what: string, cause: unknown): StoreError {
    const text = `the snapshots in ${this.#directory} failed to ${what}`;
    this.#failure ??= new StoreError('STORAGE_FAILED', text, { file: this.#directory, cause });
    return this.#failure;
  }

  #requireUsable(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** Only what has exactly such a name was made here, and may be removed. */
function isDraft(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^\d{1,15}$/.test(name.slice(prefix.length));
}

function snapshotName(index: LogIndex): string {
  return `${String(index).padStart(20, '0')}.snap`;
}

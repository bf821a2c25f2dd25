import { Buffer } from 'node:buffer';
import { join } from 'node:path/posix';
import type { Clock, Logger } from '@ledgermq/raft';
import {
  OverlayDisk,
  SetAside,
  SnapshotFiles,
  StoreError,
  openDerivedState,
  openMemberFiles,
  parseSegmentLogConfig,
  readKeyFileSize,
  readOwner,
  type DerivedState,
  type DerivedStateConfig,
  type DerivedStatePorts,
  type Disk,
  type MemberFiles,
  type SegmentLog,
  type StateLevel,
} from '@ledgermq/store';
import { replicaFolder } from '../replication/replica-folder.ts';
import { derivedSettings } from '../replication/replica-state.ts';
import { compareStates } from './compare-states.ts';
import { Findings, type Finding, type StorePart, type VerifyProgress } from './findings.ts';
import { buildKeyIndex, checkKeyIndex } from './key-index-check.ts';
import { rebuildBase, rebuildState, type RebuildInput } from './rebuilt-state.ts';

export interface VerifyOptions {
  /** Folder of one replica, which nobody uses meanwhile. */
  readonly directory: string;
  /** A new, empty folder for what is built to be compared; on `disk`. */
  readonly scratch: string;
  readonly disk: Disk;
  readonly level: (directory: string) => StateLevel;
  /** Puts a copy of a state database into a folder, so that opening it does not change the first. */
  readonly copyLevel: (from: string, to: string) => Promise<void>;
  readonly clock: Pick<Clock, 'immediate'>;
  /** Sets derived data aside that is wrong, and builds it again. The log, votes and snapshots are never touched. */
  readonly repair: boolean;
  readonly onProgress: (progress: VerifyProgress) => void;
}

export interface VerifyReport {
  readonly findings: readonly Finding[];
  /** What was set aside and built again. */
  readonly repaired: readonly StorePart[];
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** Up to which entry the state was compared with what the log makes; null if it could not be. */
  readonly comparedTo: number | null;
}

/**
 * Reads everything that a replica has on disk and compares what follows from the log with the log. Without `repair` nothing
 * on disk changes: files are recovered as a start would do it, but in memory.
 *
 * Throws DIRECTORY_LOCKED if somebody uses the folder, and errors of the disk.
 */
export async function verifyReplica(options: VerifyOptions): Promise<VerifyReport> {
  return new ReplicaVerification(options).run();
}

class ReplicaVerification {
  readonly #options: VerifyOptions;
  readonly #overlay: OverlayDisk;
  readonly #findings: Findings = new Findings();
  readonly #repaired: StorePart[] = [];
  #comparedTo: number | null = null;
  /** Whose files they are, as the file of term and vote has it. */
  #owner = 0;
  /** Last entry that is known as committed and that the state may contain. */
  #appliedTo = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#overlay = new OverlayDisk(options.disk);
  }

  async run(): Promise<VerifyReport> {
    let files: MemberFiles | null = null;
    let snapshots: SnapshotFiles | null = null;
    try {
      files = await this.#openMemberFiles();
      const { log } = files;
      this.#checkLog(log);
      snapshots = await this.#openSnapshots();
      this.#checkBase(log, snapshots);
      const range = { firstIndex: log.firstIndex(), lastIndex: log.lastPosition().index };
      if (this.#findings.isDamaged('log')) {
        this.#findings.note('state', 'what follows from the log is not compared with a log that is damaged');
      } else if (this.#findings.isDamaged('hard-state')) {
        // That file tells whose files these are, and all others are judged by it.
        this.#findings.note(
          'state',
          'what follows from the log is not compared before it is known whose it is',
        );
      } else {
        await this.#checkState(log, snapshots);
        await this.#checkKeys(log);
        if (this.#options.repair) await this.#repair(log, snapshots);
      }
      const { list } = this.#findings;
      return { ...range, findings: list, repaired: this.#repaired, comparedTo: this.#comparedTo };
    } finally {
      snapshots?.close();
      files?.hardState.close();
      await files?.log.close();
      this.#overlay.close();
    }
  }

  async #openMemberFiles(): Promise<MemberFiles> {
    this.#owner = ownerIn(this.#overlay, this.#pathOf('hardState'));
    const files = await openMemberFiles({
      disk: this.#overlay,
      logDirectory: this.#pathOf('log'),
      hardStatePath: this.#pathOf('hardState'),
      config: parseSegmentLogConfig({ tailCacheBytes: 1024 * 1024 }),
      logger: this.#loggerFor('log'),
      owner: this.#owner,
    });
    const { found } = files.hardState;
    if (found !== 'sound') this.#findings.damage('hard-state', `the file of term and vote is ${found}`);
    return files;
  }

  #checkLog(log: SegmentLog): void {
    const { damage, inDoubt, tornBytes } = log.recovery;
    if (damage !== null) this.#findings.damage('log', damage.message);
    if (inDoubt) this.#findings.damage('log', 'the durable mark is lost: what was confirmed is not known');
    if (tornBytes > 0)
      this.#findings.note('log', `a crash tore the last ${tornBytes} bytes, a start cuts them off`);
    for (const { afterIndex, beforeIndex } of log.holes) {
      this.#findings.damage('log', `entries between ${afterIndex} and ${beforeIndex} are damaged`);
    }
    if (log.voteFloor.index > 0) {
      const last = log.lastPosition().index;
      this.#findings.damage('log', `it ends at ${last}, but went to entry ${log.voteFloor.index} once`);
    }
    const total = log.endAddress() - log.startAddress();
    let done = 0;
    for (const { fault, bytes } of log.verify()) {
      done += bytes;
      if (fault !== null) this.#findings.damage('log', fault.message);
      this.#options.onProgress({ part: 'log', done, total });
    }
  }

  get #settings(): Partial<DerivedStateConfig> {
    return derivedSettings({ owner: this.#owner });
  }

  async #openSnapshots(): Promise<SnapshotFiles> {
    const ports = { disk: this.#overlay, immediate: this.#immediate, logger: this.#loggerFor('snapshots') };
    const snapshots = SnapshotFiles.open(ports, this.#pathOf('snapshots'));
    const all = [...snapshots.list()];
    for (const [done, { position }] of all.entries()) {
      // One that is damaged is told by the logger, and is not among those listed from then on.
      await snapshots.verify(position.index);
      this.#options.onProgress({ part: 'snapshots', done: done + 1, total: all.length });
    }
    return snapshots;
  }

  #checkBase(log: SegmentLog, snapshots: SnapshotFiles): void {
    const last = log.lastPosition().index;
    for (const { position } of snapshots.list()) {
      const held = log.positionAt(position.index);
      if (held !== null && held.hash !== position.hash) {
        this.#findings.damage('snapshots', `the snapshot of ${position.index} is of another log`);
      }
    }
    if (rebuildBase({ log, snapshots }, last) === undefined) {
      this.#findings.damage(
        'snapshots',
        `the log begins at ${log.firstIndex()}, and no snapshot ends there or later`,
      );
    }
  }

  async #checkState(log: SegmentLog, snapshots: SnapshotFiles): Promise<void> {
    const { disk } = this.#options;
    const last = log.lastPosition().index;
    this.#appliedTo = Math.min(last, log.markedIndex);
    if (!disk.exists(this.#pathOf('derived'))) {
      this.#findings.note('state', 'there is none, a start builds it');
      return;
    }
    let own: DerivedState | null = null;
    try {
      own = await openDerivedState(await this.#ownPorts(), this.#pathOf('derived'), this.#settings);
      const { appliedIndex } = own;
      if (appliedIndex < log.firstIndex() - 1 || appliedIndex > last) {
        this.#findings.damage(
          'state',
          `it is complete up to entry ${appliedIndex}, which the log does not hold`,
        );
        return;
      }
      this.#appliedTo = appliedIndex;
      await this.#compare(own, log, snapshots);
    } catch (error) {
      if (!(error instanceof StoreError) || !['INDEX_CORRUPT', 'STATE_DB_FAILED'].includes(error.code))
        throw error;
      this.#findings.damage('state', error.message);
    } finally {
      await own?.close();
    }
  }

  async #compare(own: DerivedState, log: SegmentLog, snapshots: SnapshotFiles): Promise<void> {
    const { appliedIndex } = own;
    const base = rebuildBase({ log, snapshots }, appliedIndex);
    if (appliedIndex === 0 || base === undefined) {
      if (appliedIndex > 0)
        this.#findings.note('state', 'it is not compared: no snapshot lies before it in the log');
      return;
    }
    const directory = join(this.#options.scratch, 'rebuilt');
    const input = this.#rebuildInput(log, snapshots, directory, appliedIndex);
    await (await rebuildState(input, base)).close();
    // Opened again it shows its rows as they are on disk.
    const rebuilt = await openDerivedState(input.ports, directory, this.#settings);
    try {
      for (const text of await compareStates(own, rebuilt, appliedIndex))
        this.#findings.damage('state', text);
      this.#comparedTo = appliedIndex;
    } finally {
      await rebuilt.close();
    }
  }

  #checkKeys(log: SegmentLog): Promise<void> {
    return checkKeyIndex({ ...this.#keyIndexOf(log), disk: this.#overlay, findings: this.#findings });
  }

  async #repair(log: SegmentLog, snapshots: SnapshotFiles): Promise<void> {
    const { disk, directory } = this.#options;
    const aside = new SetAside(disk, directory);
    const base = rebuildBase({ log, snapshots }, this.#appliedTo);
    if (this.#findings.isDamaged('state')) {
      if (base === undefined) {
        this.#findings.note('state', 'it is left as it is: nothing here makes another one');
      } else {
        aside.takeFile(replicaFolder.derived, 'damaged');
        await disk.syncDirectory(directory);
        const input = this.#rebuildInput(log, snapshots, this.#pathOf('derived'), this.#appliedTo);
        await (await rebuildState(input, base)).close();
        this.#repaired.push('state');
      }
    }
    if (this.#findings.isDamaged('key-index')) {
      aside.takeFile(replicaFolder.keyIndex, 'damaged');
      await disk.syncDirectory(directory);
      await buildKeyIndex({ ...this.#keyIndexOf(log), disk }, this.#appliedTo);
      this.#repaired.push('key-index');
    }
  }

  #keyIndexOf(log: SegmentLog): Omit<Parameters<typeof checkKeyIndex>[0], 'disk' | 'findings'> {
    return {
      directory: this.#pathOf('keyIndex'),
      log,
      settings: readKeyFileSize(this.#options.disk, this.#pathOf('keyIndex')) ?? {},
      onProgress: this.#progressOf('key-index', log),
    };
  }

  #rebuildInput(log: SegmentLog, snapshots: SnapshotFiles, directory: string, upTo: number): RebuildInput {
    const { disk, level } = this.#options;
    const ports = { disk, level, immediate: this.#immediate };
    return {
      log,
      snapshots,
      ports,
      directory,
      owner: this.#owner,
      upTo,
      onProgress: this.#progressOf('state', log),
    };
  }

  /** The state as it is, opened without a change: files over the overlay, the database as a copy. */
  async #ownPorts(): Promise<DerivedStatePorts> {
    const { disk, scratch, level, copyLevel } = this.#options;
    const derived = this.#pathOf('derived');
    const copies = join(scratch, 'databases');
    for (const name of disk.list(derived)) {
      const database = join(derived, name, 'state-db');
      if (disk.exists(database)) await copyLevel(database, join(copies, name));
    }
    return {
      disk: this.#overlay,
      level: (path) => {
        const copy = join(copies, path.split('/').at(-2) ?? '');
        disk.mkdir(copy);
        return level(copy);
      },
      immediate: this.#immediate,
    };
  }

  readonly #immediate = (fn: () => void): void => {
    this.#options.clock.immediate(fn);
  };

  #progressOf(part: StorePart, log: SegmentLog): (index: number) => void {
    const [first, last] = [log.firstIndex(), log.lastPosition().index];
    return (index) => {
      this.#options.onProgress({ part, done: index - first + 1, total: last - first + 1 });
    };
  }

  #pathOf(name: keyof typeof replicaFolder): string {
    return join(this.#options.directory, replicaFolder[name]);
  }

  /** What recovery warns of is worth knowing; damage it tells in other ways too, except for snapshots. */
  #loggerFor(part: StorePart): Logger {
    const tell = (text: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const line = `${text} ${JSON.stringify(fields)}`;
      if (part === 'snapshots') this.#findings.damage(part, line);
      else this.#findings.note(part, line);
    };
    return { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
  }
}

function ownerIn(disk: Disk, path: string): number {
  if (!disk.exists(path)) return 0;
  const file = disk.open(path, 'read');
  try {
    const content = Buffer.alloc(file.size());
    file.read(content, 0);
    return readOwner(content);
  } finally {
    file.close();
  }
}

import { join } from 'node:path/posix';
import { Checkpoint } from './checkpoint.ts';
import type { DerivedStateConfig } from './derived-config.ts';
import { fillFromSnapshot } from './derived-import.ts';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { QueueBlockFile } from './queue-block-file.ts';
import { QueueIndex } from './queue-index.ts';
import type { QueueIndexConfig } from './queue-index.ts';
import { QueueTails } from './queue-tails.ts';
import { StateDb } from './state-db.ts';
import type { LoadedState, StateLevel } from './state-db.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';
import { UniqKeyRingFile } from './uniq-key-ring-file.ts';
import { UniqKeyTable } from './uniq-key-table.ts';

const QUEUE_INDEX_FILE = 'queue-index.dat';
const STATE_DB_DIRECTORY = 'state-db';

export interface DerivedStatePorts {
  readonly disk: Disk;
  /** Makes the database for a directory; `nodeLevel` in production. A directory is never used for two databases. */
  readonly level: (directory: string) => StateLevel;
  /** `Clock.immediate`. */
  readonly immediate: (fn: () => void) => void;
  /**
   * Resolves when the log is durable up to an index: `SegmentLog.syncedUpTo`. A checkpoint waits for it. Without it the
   * owner vouches for applying only what a sync has covered.
   */
  readonly syncedUpTo?: (index: number) => Promise<void>;
  /** Told of damage that a read meets later than opening; the read throws it too. See `DerivedState.condemn`. */
  readonly onDamage?: (error: StoreError) => void;
  readonly metrics?: StoreMetrics;
}

/** What can be in the place of a state: the snapshot whose content is given, and the index it belongs to. */
export interface SnapshotContent {
  readonly index: number;
  readonly content: AsyncIterable<Buffer>;
}

/** What lies in one folder of derived state, open. */
export interface DerivedParts {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
  readonly stateDb: StateDb;
  readonly checkpoint: Checkpoint;
  readonly restored: LoadedState;
}

/** Open what is in a folder, as of its last checkpoint; a new folder has one at index 0. Nothing stays open if it throws. */
export async function openFolder(
  ports: DerivedStatePorts,
  path: string,
  config: DerivedStateConfig,
): Promise<DerivedParts> {
  const { disk } = ports;
  disk.mkdir(path);
  const undo: (() => void | Promise<void>)[] = [];
  try {
    requireDatabase(disk, path);
    const stateDb = await StateDb.open(ports.level(join(path, STATE_DB_DIRECTORY)), config.owner);
    undo.push(() => stateDb.close());
    const restored = await stateDb.load();
    const parts = openParts(ports, path, config, stateDb, restored, undo);
    // The names of the files must be as durable as the checkpoints that will refer to them.
    await disk.syncDirectory(path);
    await removeStaleRings(disk, path, config, restored);
    return { ...parts, stateDb, restored };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

/** A new folder with the state of a snapshot, durable when it resolves. */
export async function buildFromSnapshot(
  ports: DerivedStatePorts,
  path: string,
  config: DerivedStateConfig,
  snapshot: SnapshotContent,
): Promise<DerivedParts> {
  const parts = await openFolder(ports, path, config);
  try {
    const { index, content } = snapshot;
    const entries = await fillFromSnapshot(parts, index, content, () => turnOf(ports.immediate));
    return { ...parts, restored: { ...parts.restored, entries } };
  } catch (error) {
    await closeFolder(parts);
    // Whatever went wrong is told by its own error; the next start removes the folder too.
    await ports.disk.removeTree(path).catch(() => undefined);
    throw error;
  }
}

export async function closeFolder({ queueIndex, uniqKeys, stateDb }: DerivedParts): Promise<void> {
  queueIndex.close();
  uniqKeys.close();
  await stateDb.close();
}

/** Resolves in a later turn of the event loop. */
export function turnOf(immediate: (fn: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    immediate(resolve);
  });
}

/** LevelDB takes a folder without its file CURRENT for a new one, and then mixes in what is left of the old: INDEX_CORRUPT. */
function requireDatabase(disk: Disk, path: string): void {
  const directory = join(path, STATE_DB_DIRECTORY);
  const names = disk.exists(directory) ? disk.list(directory) : [];
  const file = join(directory, 'CURRENT');
  if (names.some((name) => /^(\d+\.(log|ldb|sst)|MANIFEST-\d+)$/.test(name)) && !names.includes('CURRENT')) {
    throw new StoreError('INDEX_CORRUPT', `${file} is missing`, { file });
  }
}

function openParts(
  ports: DerivedStatePorts,
  directory: string,
  config: DerivedStateConfig,
  stateDb: StateDb,
  restored: LoadedState,
  undo: (() => void | Promise<void>)[],
): Pick<DerivedParts, 'queueIndex' | 'uniqKeys' | 'checkpoint'> {
  const { disk, immediate, onDamage, metrics = noStoreMetrics } = ports;
  const { syncedUpTo = (): Promise<void> => Promise.resolve() } = ports;
  const { mark } = restored;
  const file = QueueBlockFile.open(disk, join(directory, QUEUE_INDEX_FILE), mark === null);
  undo.push(() => {
    file.close();
  });
  const tails = QueueTails.open(disk, directory);
  undo.push(() => {
    tails.close();
  });
  const queueIndex = new QueueIndex(file, tails, { ...queueIndexConfig(config), onDamage }, restored);
  const uniqKeys = UniqKeyTable.open(disk, directory, uniqKeyConfig(config), mark?.uniqKeys ?? null);
  undo.push(() => {
    uniqKeys.close();
  });
  const queuesPerTurn = config.checkpointQueuesPerTurn;
  const checkpoint = new Checkpoint(
    { queueIndex, uniqKeys, stateDb, immediate, queuesPerTurn, syncedUpTo, metrics },
    mark,
  );
  return { queueIndex, uniqKeys, checkpoint };
}

function queueIndexConfig(config: DerivedStateConfig): QueueIndexConfig {
  return {
    cacheBytesMax: config.queueCacheBytesMax,
    dirtyBytesMax: config.queueDirtyBytesMax,
    queueCountMax: config.queueCountMax,
  };
}

function uniqKeyConfig(config: DerivedStateConfig): Parameters<typeof UniqKeyTable.open>[2] {
  return {
    windowCountMax: config.uniqKeyCountMax,
    windowMs: config.uniqKeyWindowMs,
    hashSeed: config.uniqKeyHashSeed,
    owner: config.owner,
  };
}

/** Ring files of an earlier window size that neither the last checkpoint nor this life uses. */
async function removeStaleRings(
  disk: Disk,
  directory: string,
  config: DerivedStateConfig,
  { mark }: LoadedState,
): Promise<void> {
  const used = [config.uniqKeyCountMax * 2, mark?.uniqKeys.fileCapacity].map((capacity) =>
    UniqKeyRingFile.nameOf(capacity ?? 0),
  );
  for (const name of UniqKeyRingFile.namesIn(disk.list(directory))) {
    if (!used.includes(name)) await disk.remove(join(directory, name));
  }
}

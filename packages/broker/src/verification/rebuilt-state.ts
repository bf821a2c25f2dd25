import type { SnapshotMeta } from '@ledgermq/raft';
import {
  openDerivedState,
  replaceDerivedState,
  type DerivedState,
  type DerivedStatePorts,
  type SegmentLog,
  type SnapshotFiles,
} from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import { BrokerMachine } from '../machine/machine.ts';
import { derivedSettings } from '../replication/replica-state.ts';

export interface RebuildInput {
  readonly log: Pick<SegmentLog, 'entries' | 'firstIndex' | 'positionAt'>;
  readonly snapshots: Pick<SnapshotFiles, 'list' | 'content'>;
  /** Where the state is made; the directory is new. */
  readonly ports: DerivedStatePorts;
  readonly directory: string;
  /** See `fileOwner`. */
  readonly owner: number;
  /** The last entry to apply. */
  readonly upTo: number;
  readonly onProgress: (index: number) => void;
}

const CHUNK_BYTES = 1024 * 1024;
const CHECKPOINT_BYTES = 64 * 1024 * 1024;

/** The snapshot from which the state up to an entry can be made; null for the log's first entry, undefined for neither. */
export function rebuildBase(
  { log, snapshots }: Pick<RebuildInput, 'log' | 'snapshots'>,
  upTo: number,
): SnapshotMeta | null | undefined {
  const first = log.firstIndex();
  if (first === 1) return null;
  return snapshots
    .list()
    .find(
      ({ position }) =>
        position.index >= first - 1 &&
        position.index <= upTo &&
        log.positionAt(position.index)?.hash === position.hash,
    );
}

/** Makes the derived state from the log alone, or from the snapshot that the log continues; checkpointed at `upTo`. */
export async function rebuildState(input: RebuildInput, base: SnapshotMeta | null): Promise<DerivedState> {
  const { log, snapshots, ports, directory, upTo, onProgress } = input;
  const settings = derivedSettings({ owner: input.owner });
  const index = base?.position.index ?? 0;
  const content = base === null ? null : { index, content: snapshots.content(index) };
  const derived =
    content === null
      ? await openDerivedState(ports, directory, settings)
      : await replaceDerivedState(ports, directory, settings, content);
  try {
    const machine = new BrokerMachine(derived);
    machine.restore(derived.takeEntries());
    const checkpoint = (appliedIndex: number): Promise<void> =>
      derived.checkpoint({ appliedIndex, ...machine.takeChanges() });
    let applied = index;
    let bytes = 0;
    while (applied < upTo) {
      const entries = log.entries(applied + 1, upTo + 1, CHUNK_BYTES);
      if (entries.length === 0)
        throw new BrokerError('STORE_FAILED', `the log does not hold entry ${applied + 1}`);
      for (const entry of entries) {
        if (derived.mustWait) await checkpoint(applied);
        machine.apply(entry);
        applied = entry.index;
        bytes += entry.frame.length;
      }
      machine.arrivals.clear();
      onProgress(applied);
      if (bytes < CHECKPOINT_BYTES && !derived.needsCheckpoint) continue;
      await checkpoint(applied);
      bytes = 0;
    }
    if (derived.appliedIndex < upTo) await checkpoint(upTo);
    return derived;
  } catch (error) {
    await derived.close();
    throw error;
  }
}

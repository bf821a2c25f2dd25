import type { Checkpoint } from './checkpoint.ts';
import { ContentReader } from './derived-snapshot.ts';
import { StoreError } from './errors.ts';
import type { QueueIndex } from './queue-index.ts';
import type { StateEntry } from './state-db.ts';
import type { UniqKeyTable } from './uniq-key-table.ts';

export interface ImportTarget {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
  readonly checkpoint: Checkpoint;
}

/**
 * Fill a state that is new from the content of a snapshot and write its first checkpoint, at the index of the
 * snapshot. Of the queues only the next offsets are known: they begin there. SNAPSHOT_CORRUPT if the content is none, or
 * belongs to another index. Resolves to the rows of the owner, in key order.
 */
export async function fillFromSnapshot(
  target: ImportTarget,
  index: number,
  content: AsyncIterable<Buffer>,
  turn: () => Promise<void>,
): Promise<readonly StateEntry[]> {
  const { queueIndex, uniqKeys, checkpoint } = target;
  const puts: StateEntry[] = [];
  const reader = new ContentReader({
    header: ({ appliedIndex, newestTimestamp }) => {
      if (appliedIndex !== index) {
        throw new StoreError('SNAPSHOT_CORRUPT', `a snapshot of ${index} has the state of ${appliedIndex}`);
      }
      uniqKeys.importNewestTimestamp(newestTimestamp);
    },
    key: (words, at) => {
      uniqKeys.importEntry(words, at);
    },
    row: (key, value) => puts.push({ key, value }),
    queue: (queueNumber, next) => {
      queueIndex.importQueue(queueNumber, next);
    },
  });
  for await (const part of content) {
    reader.push(part);
    await turn();
  }
  reader.end();
  await queueIndex.importDone();
  await checkpoint.write({ appliedIndex: index, puts, deletes: [] });
  return puts;
}

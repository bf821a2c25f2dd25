import { silentLogger } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import { parseSegmentLogConfig, SegmentLog, type MemoryDisk } from '@ledgermq/store';

const HEADER_BYTES = 64;

/** Leaves a log of nine entries with a hole at the fifth; entries up to `committed` are below its durable mark. */
export async function leaveDamagedLog(disk: MemoryDisk, directory: string, committed: number): Promise<void> {
  disk.mkdir(directory);
  const log = SegmentLog.open(disk, directory, parseSegmentLogConfig({}), silentLogger);
  const entries = entriesAfter(
    log.lastPosition(),
    Array.from({ length: 9 }, () => ({ term: 1, bytes: 100 })),
  );
  log.append(entries);
  log.markCommitted(committed);
  await log.sync();
  await log.close();
  const segment = `${directory}/${'0'.repeat(20)}.log`;
  const at = HEADER_BYTES + (entries[4]?.address ?? 0) + 60;
  disk.corrupt(segment, at, Buffer.of((disk.contentOf(segment)[at] ?? 0) ^ 1));
}

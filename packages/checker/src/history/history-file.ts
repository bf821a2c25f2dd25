import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { HISTORY_LIMITS, HistoryReader, encodeRecord, type HistoryLimits } from './ndjson.ts';
import type { HistoryRecord } from './record.ts';

const WRITE_BATCH_RECORDS = 1000;

/**
 * The records of a file.
 *
 * @throws CheckerError HISTORY_*; errors of the file system as they are.
 */
export async function readHistoryFile(
  path: string,
  limits: HistoryLimits = HISTORY_LIMITS,
): Promise<HistoryRecord[]> {
  const reader = new HistoryReader(limits);
  const records: HistoryRecord[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (const record of reader.push(chunk as Buffer)) records.push(record);
  }
  reader.finish();
  return records;
}

/** Writes a history as a file; resolves when the operating system has all of it. */
export async function writeHistoryFile(
  path: string,
  records: readonly HistoryRecord[],
  limits: HistoryLimits = HISTORY_LIMITS,
): Promise<void> {
  const file = createWriteStream(path);
  await once(file, 'open');
  for (let from = 0; from < records.length; from += WRITE_BATCH_RECORDS) {
    const lines = records
      .slice(from, from + WRITE_BATCH_RECORDS)
      .map((record) => encodeRecord(record, limits));
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

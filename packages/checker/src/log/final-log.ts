import { CheckerError } from '../errors.ts';
import { isCount, type HistoryRecord } from '../history/record.ts';

/** A message at its place, as it stands in pulls and logs: `[offset, id]`. */
export type PlacedId = readonly [offset: number, id: string];

/** What one replica holds of a queue when everything has come to rest. */
export interface FinalLog {
  readonly node: string;
  readonly queue: string;
  /** First offset that retention has left; 0 while nothing was removed. */
  readonly logStart: number;
  readonly entries: readonly PlacedId[];
}

/** One line of a history holds at most so many entries. */
const ENTRIES_PER_RECORD = 2000;

/** A final log as values of `final-log` records. */
export function* finalLogValues(log: FinalLog): IterableIterator<unknown> {
  const { queue, logStart, entries } = log;
  let from = 0;
  do {
    yield { queue, logStart, entries: entries.slice(from, from + ENTRIES_PER_RECORD) };
    from += ENTRIES_PER_RECORD;
  } while (from < entries.length);
}

/**
 * The final logs that a history carries in its `final-log` records.
 *
 * @throws CheckerError OPERATION_INVALID
 */
export function finalLogsOf(records: readonly HistoryRecord[]): FinalLog[] {
  const logs = new Map<string, { node: string; queue: string; logStart: number; entries: PlacedId[] }>();
  for (const { f, node, value, index } of records) {
    if (f !== 'final-log') continue;
    const { queue, logStart, entries } = (value ?? {}) as Record<string, unknown>;
    if (node === undefined || typeof queue !== 'string' || !isCount(logStart))
      throw new CheckerError('OPERATION_INVALID', `record ${index} is no final log`, { at: index });
    const key = `${node}\n${queue}`;
    const log = logs.get(key) ?? { node, queue, logStart, entries: [] };
    logs.set(key, log);
    for (const entry of parsePlacedIds(entries, index)) log.entries.push(entry);
  }
  return [...logs.values()];
}

/** @throws CheckerError OPERATION_INVALID */
export function parsePlacedIds(value: unknown, index: number): readonly PlacedId[] {
  const placed = (item: unknown): item is PlacedId =>
    Array.isArray(item) && item.length === 2 && isCount(item[0]) && typeof item[1] === 'string';
  if (Array.isArray(value) && value.every(placed)) return value;
  throw new CheckerError(
    'OPERATION_INVALID',
    `record ${index} has entries that are no list of [offset, id]`,
    {
      at: index,
    },
  );
}

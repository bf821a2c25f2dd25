import {
  pairOperations,
  type FinalLog,
  type HistoryRecord,
  type Operation,
  type PlacedId,
} from '../src/index.ts';
import { QUEUE } from './queue-script.ts';
import type { SimulatedQueue } from './queue-simulation.ts';

/** Makes a right history wrong; null when it offers no place for this. */
export type Corruption = (queue: SimulatedQueue, pick: number) => SimulatedQueue | null;

function pickOf<T>(items: readonly T[], pick: number): T | null {
  return items[pick % items.length] ?? null;
}

function acknowledged(records: readonly HistoryRecord[]): Operation[] {
  return pairOperations(records).filter(({ f, outcome }) => f === 'send' && outcome === 'ok');
}

function replaceRecord(
  queue: SimulatedQueue,
  index: number,
  change: (record: HistoryRecord) => HistoryRecord,
): SimulatedQueue {
  return {
    ...queue,
    records: queue.records.map((record) => (record.index === index ? change(record) : record)),
  };
}

function changeLogs(queue: SimulatedQueue, change: (entries: PlacedId[]) => void, count = 3): SimulatedQueue {
  const finalLogs = queue.finalLogs.map((log, at): FinalLog => {
    if (at >= count) return log;
    const entries = [...log.entries];
    change(entries);
    return { ...log, entries };
  });
  return { ...queue, finalLogs };
}

function idOf({ input }: Operation): string {
  return (input as [string, string])[1];
}

/** Each of them breaks a promise whatever the history is. */
export const corruptions: Readonly<Record<string, Corruption>> = {
  'an acknowledged message is in no final log'(queue, pick) {
    const lost = pickOf(acknowledged(queue.records), pick);
    if (lost === null) return null;
    return changeLogs(queue, (entries) => {
      entries.splice(
        entries.findIndex(([, id]) => id === idOf(lost)),
        1,
      );
    });
  },
  'one replica lacks a message'(queue, pick) {
    if (queue.finalLogs[0]?.entries.length === 0) return null;
    return changeLogs(queue, (entries) => void entries.splice(pick % entries.length, 1), 1);
  },
  'one replica has two messages in the other order'(queue, pick) {
    const length = queue.finalLogs[0]?.entries.length ?? 0;
    if (length < 2) return null;
    const at = pick % (length - 1);
    const swap = (entries: PlacedId[]): void => {
      const [a, b] = [entries[at], entries[at + 1]];
      if (a !== undefined && b !== undefined) entries.splice(at, 2, [at, b[1]], [at + 1, a[1]]);
    };
    return changeLogs(queue, swap, 1);
  },
  'an acknowledgement tells another offset'(queue, pick) {
    const wrong = pickOf(acknowledged(queue.records), pick);
    if (wrong === null) return null;
    return replaceRecord(queue, wrong.returned, (record) => {
      const [name, id, offset] = record.value as [string, string, number];
      return { ...record, value: [name, id, offset + 1 + (pick % 3)] };
    });
  },
  'a stored message is said to have failed'(queue, pick) {
    const sends = pairOperations(queue.records).filter(({ f }) => f === 'send');
    const once = acknowledged(queue.records).filter(
      (send) => sends.filter((other) => idOf(other) === idOf(send)).length === 1,
    );
    const failed = pickOf(once, pick);
    if (failed === null) return null;
    return replaceRecord(queue, failed.returned, (record) => ({ ...record, type: 'fail' }));
  },
  'the log ends with what nobody sent'(queue) {
    return changeLogs(queue, (entries) => void entries.push([entries.length, 'nobody']));
  },
  'a message is stored again'(queue, pick) {
    if (queue.finalLogs[0]?.entries.length === 0) return null;
    return changeLogs(queue, (entries) => {
      const again = pickOf(entries, pick);
      if (again !== null) entries.push([entries.length, again[1]]);
    });
  },
  'a pull returns another id'(queue, pick) {
    const pulls = pairOperations(queue.records).filter(
      ({ f, outcome, output }) =>
        f === 'pull' && outcome === 'ok' && (output as { entries: unknown[] }).entries.length > 0,
    );
    const wrong = pickOf(pulls, pick);
    if (wrong === null) return null;
    return replaceRecord(queue, wrong.returned, (record) => {
      const value = record.value as { entries: PlacedId[] };
      const [offset] = value.entries[0] ?? [0];
      return { ...record, value: { ...value, entries: [[offset, 'nobody'], ...value.entries.slice(1)] } };
    });
  },
  'the end is told beyond everything'(queue, pick) {
    const asked = pairOperations(queue.records).filter(
      ({ f, outcome }) => f === 'max-offset' && outcome === 'ok',
    );
    const wrong = pickOf(asked, pick);
    if (wrong === null) return null;
    const offset = (queue.finalLogs[0]?.entries.length ?? 0) + 1;
    return replaceRecord(queue, wrong.returned, (record) => ({ ...record, value: { queue: QUEUE, offset } }));
  },
  'the end is told as before the acknowledgements'(queue, pick) {
    const sends = acknowledged(queue.records);
    const asked = pairOperations(queue.records).filter(
      ({ f, outcome, invoked }) =>
        f === 'max-offset' && outcome === 'ok' && sends.some(({ returned }) => returned < invoked),
    );
    const wrong = pickOf(asked, pick);
    if (wrong === null) return null;
    return replaceRecord(queue, wrong.returned, (record) => ({
      ...record,
      value: { queue: QUEUE, offset: 0 },
    }));
  },
};

/** Small changes of which some leave the history right: two neighbouring records change places, or a number changes. */
export function disturb(queue: SimulatedQueue, picks: readonly number[]): SimulatedQueue {
  const records = queue.records.map((record) => ({ ...record }));
  for (const pick of picks) {
    const at = Math.floor(pick / 8) % Math.max(1, records.length - 1);
    const [a, b] = [records[at], records[at + 1]];
    if (a === undefined || b === undefined) continue;
    if (pick % 8 !== 0) {
      if (a.process === b.process) continue;
      records[at] = { ...b, index: a.index, time: a.time };
      records[at + 1] = { ...a, index: b.index, time: b.time };
    } else if (a.f === 'send' && a.type === 'ok') {
      const [name, id, offset] = a.value as [string, string, number];
      records[at] = { ...a, value: [name, id, Math.max(0, offset + ((pick >> 3) % 2 === 0 ? 1 : -1))] };
    } else if (a.f === 'max-offset' && a.type === 'ok') {
      const { offset } = a.value as { offset: number };
      records[at] = {
        ...a,
        value: { queue: QUEUE, offset: Math.max(0, offset + ((pick >> 3) % 2 === 0 ? 1 : -1)) },
      };
    }
  }
  return { ...queue, records };
}

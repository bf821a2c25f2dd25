import fc from 'fast-check';
import {
  HistoryRecorder,
  pairOperations,
  type FinalLog,
  type HistoryRecord,
  type OpenOperation,
  type Operation,
} from '../src/index.ts';
import { QUEUE } from './queue-script.ts';

/** What one random history consists of; records may be changed afterwards. */
export interface SimulatedQueue {
  readonly records: readonly HistoryRecord[];
  readonly finalLogs: readonly FinalLog[];
}

interface Pending {
  readonly open: OpenOperation;
  readonly kind: 'send' | 'pull' | 'end';
  readonly id: string;
  readonly from: number;
  /** The answer, once it took effect. */
  answer: unknown;
}

/** Random choices that fast-check can shrink. */
export const choices: fc.Arbitrary<readonly number[]> = fc.noBias(
  fc.array(fc.nat(9_999), { minLength: 20, maxLength: 120, size: 'max' }),
);

const CLIENTS = 4;
const NODES = ['n1', 'n2', 'n3'];

/**
 * Runs a correct queue, one step of one client per choice: an operation is invoked, takes effect, and returns, in three
 * steps between which others have theirs. Some sends are refused, some lose their answer before or after they took
 * effect, some are repeated with the same id.
 */
export function simulateQueue(numbers: readonly number[]): SimulatedQueue {
  let time = 0;
  const recorder = new HistoryRecorder({ clock: () => time++ });
  const log: string[] = [];
  const clients: (Pending | null)[] = Array.from({ length: CLIENTS }, () => null);
  /** Lost sends that may take effect at any later time. */
  const ghosts: string[] = [];
  const repeatable: string[] = [];
  let nextId = 0;
  const append = (id: string): number => {
    const known = log.indexOf(id);
    return known === -1 ? log.push(id) - 1 : known;
  };
  const begin = (choice: number): Pending => {
    const kind = choice % 10 < 6 ? 'send' : choice % 10 < 8 ? 'pull' : 'end';
    if (kind === 'send') {
      const again = repeatable[choice % 7];
      const id = again ?? String.fromCharCode(0x61 + nextId++);
      return { kind, id, from: 0, open: recorder.invoke('send', [QUEUE, id, null]), answer: null };
    }
    if (kind === 'end')
      return { kind, id: '', from: 0, open: recorder.invoke('max-offset', { queue: QUEUE }), answer: null };
    const from = log.length === 0 ? 0 : choice % log.length;
    return { kind, id: '', from, open: recorder.invoke('pull', { queue: QUEUE, from }), answer: null };
  };
  const takeEffect = (pending: Pending): void => {
    const { kind, id, from } = pending;
    if (kind === 'send') pending.answer = [QUEUE, id, append(id)];
    else if (kind === 'end') pending.answer = { queue: QUEUE, offset: log.length };
    else {
      const entries = log.slice(from, from + 3).map((held, i) => [from + i, held]);
      pending.answer = { queue: QUEUE, from, entries, highWatermark: log.length };
    }
  };
  for (const number of numbers) {
    const at = number % CLIENTS;
    const choice = Math.floor(number / CLIENTS);
    const pending = clients[at] ?? null;
    if (choice % 11 === 0 && ghosts.length > 0) append(ghosts.splice(choice % ghosts.length, 1)[0] ?? '');
    if (pending === null) {
      clients[at] = begin(choice);
    } else if (pending.kind === 'send' && choice % 9 === 0) {
      if (pending.answer === null) ghosts.push(pending.id);
      repeatable.push(pending.id);
      pending.open.info(['timeout']);
      clients[at] = null;
    } else if (pending.answer !== null) {
      pending.open.ok(pending.answer);
      clients[at] = null;
    } else if (pending.kind === 'send' && choice % 9 === 1 && !repeatable.includes(pending.id)) {
      pending.open.fail(['SYSTEM_BUSY']);
      clients[at] = null;
    } else {
      takeEffect(pending);
    }
  }
  for (const pending of clients) {
    if (pending !== null && pending.answer !== null) pending.open.ok(pending.answer);
  }
  const entries = log.map((id, offset) => [offset, id] as const);
  return {
    records: recorder.records,
    finalLogs: NODES.map((node) => ({ node, queue: QUEUE, logStart: 0, entries })),
  };
}

/**
 * The operations, with the final logs as strong pulls after everything else; the longest first, so that no lost send
 * can take effect between two of them.
 */
export function withFinalReads({ records, finalLogs }: SimulatedQueue): Operation[] {
  const all = [...records];
  let index = (records.at(-1)?.index ?? -1) + 1;
  let time = records.at(-1)?.time ?? 0;
  for (const [at, { queue, entries }] of [...finalLogs]
    .sort((a, b) => b.entries.length - a.entries.length)
    .entries()) {
    const common = { process: 1_000_000 + at, f: 'pull' } as const;
    all.push({ ...common, index: index++, time: time++, type: 'invoke', value: { queue, from: 0 } });
    const value = { queue, from: 0, entries, highWatermark: entries.length };
    all.push({ ...common, index: index++, time: time++, type: 'ok', value });
  }
  return pairOperations(all);
}

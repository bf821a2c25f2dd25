import { HistoryRecorder, type HistoryRecord, type OpenOperation } from '../src/index.ts';

/** A request of a client, before it is known what becomes of it. */
export interface Request {
  readonly f: string;
  readonly input: unknown;
}

/** A sequential object: executes one request at once, and tells with it what place answered. */
export interface SequentialObject {
  request(choice: number): Request;
  execute(request: Request, now: number): { readonly output: unknown; readonly term?: number };
  /** Time passes and things happen; in nanoseconds since the last step. */
  pass?(choice: number): number;
}

interface Pending {
  readonly open: OpenOperation;
  readonly request: Request;
  answer: { readonly output: unknown; readonly term?: number } | null;
}

const CLIENTS = 4;

/**
 * Runs a sequential object behind concurrent clients: each choice moves one of them a step on, from invocation over
 * execution to the return, so that operations overlap as the choices will have it. Some answers are lost, before or
 * after the execution; what was lost before may be executed at any later time, or never.
 */
export function simulateObject(
  object: SequentialObject,
  numbers: readonly number[],
): readonly HistoryRecord[] {
  let now = 0;
  const recorder = new HistoryRecorder({ clock: () => now });
  const clients: (Pending | null)[] = Array.from({ length: CLIENTS }, () => null);
  const ghosts: Request[] = [];
  for (const number of numbers) {
    const at = number % CLIENTS;
    const choice = Math.floor(number / CLIENTS);
    now += object.pass?.(choice) ?? 1;
    if (choice % 7 === 0 && ghosts.length > 0) {
      const [ghost] = ghosts.splice(choice % ghosts.length, 1);
      if (ghost !== undefined) object.execute(ghost, now);
    }
    const pending = clients[at] ?? null;
    if (pending === null) {
      const request = object.request(choice);
      clients[at] = { request, open: recorder.invoke(request.f, request.input), answer: null };
      continue;
    }
    const { open, request, answer } = pending;
    if (choice % 11 === 0) {
      if (answer === null) ghosts.push(request);
      open.info(['timeout']);
    } else if (answer === null && choice % 11 === 1) {
      open.fail(['SYSTEM_BUSY']);
    } else if (answer === null) {
      pending.answer = object.execute(request, now);
      continue;
    } else {
      open.ok(answer.output, answer.term === undefined ? {} : { term: answer.term });
    }
    clients[at] = null;
  }
  return recorder.records;
}

/** The offset of a group: rises with commits, and goes back when forced. */
export function consumerOffset(): SequentialObject {
  let committed: number | null = null;
  return {
    request(choice) {
      const place = { group: 'g', queue: `q${choice % 2}` };
      return choice % 3 === 0
        ? { f: 'query-offset', input: { ...place, queue: 'q0' } }
        : {
            f: 'commit-offset',
            input: { ...place, queue: 'q0', offset: choice % 13, force: choice % 5 === 0 },
          };
    },
    execute({ f, input }) {
      if (f === 'query-offset') return { output: { offset: committed } };
      const { offset, force } = input as { offset: number; force: boolean };
      if (committed === null || force || offset > committed) committed = offset;
      return { output: null };
    },
  };
}

/** Topics with a configuration of one number. */
export function topics(): SequentialObject {
  const configs = new Map<string, unknown>();
  return {
    request(choice) {
      const topic = `t${choice % 2}`;
      const kind = ['get-topic', 'get-topic', 'put-topic', 'create-topic', 'delete-topic'][choice % 5] ?? '';
      const puts = kind === 'put-topic' || kind === 'create-topic';
      return { f: kind, input: puts ? { topic, config: { queues: choice % 17, perm: 6 } } : { topic } };
    },
    execute({ f, input }) {
      const { topic, config } = input as { topic: string; config: unknown };
      if (f === 'get-topic') return { output: { config: configs.get(topic) ?? null } };
      if (f === 'delete-topic') configs.delete(topic);
      else if (f === 'put-topic' || !configs.has(topic)) configs.set(topic, config);
      return { output: null };
    },
  };
}

export const LEASE_MS = 1000;

/** Locks in the memory of a master, with leases and failovers that lose them all. */
export function queueLocks(): SequentialObject {
  let term = 1;
  let lock: { client: string; at: number } | null = null;
  return {
    pass(choice) {
      if (choice % 31 === 0) {
        term += 1;
        lock = null;
      }
      return 1 + (choice % 13 === 0 ? 600e6 : choice % 3);
    },
    request(choice) {
      const client = `c${choice % 3}`;
      return {
        f: choice % 4 === 0 ? 'unlock-queue' : 'lock-queue',
        input: { group: 'g', queue: 'q', client },
      };
    },
    execute({ f, input }, now) {
      const { client } = input as { client: string };
      if (f === 'unlock-queue') {
        if (lock?.client === client) lock = null;
        return { output: null, term };
      }
      const expired = lock !== null && now - lock.at > LEASE_MS * 1e6;
      const granted = lock === null || lock.client === client || expired;
      if (granted) lock = { client, at: now };
      return { output: { granted }, term };
    },
  };
}

import { HistoryRecorder, type FinalLog, type HistoryRecord, type OpenOperation } from '../src/index.ts';

export const QUEUE = 'q0';

/** Writes the history of one queue step by step; every step is one nanosecond later. */
export class QueueScript {
  #time = 0;
  readonly recorder: HistoryRecorder = new HistoryRecorder({ clock: () => this.#time++ });
  readonly finalLogs: FinalLog[] = [];

  get records(): readonly HistoryRecord[] {
    return this.recorder.records;
  }

  /** A send that has begun. */
  sending(id: string, sequence?: { readonly producer: string; readonly seq: number }): SendStep {
    const value = sequence === undefined ? [QUEUE, id, null] : [QUEUE, id, null, sequence];
    return new SendStep(this.recorder.invoke('send', value), id);
  }

  /** A send acknowledged at once. */
  sent(id: string, offset: number): void {
    this.sending(id).ok(offset);
  }

  /** Sends `ids` one after the other from an offset on. */
  sentAll(ids: string, offset = 0): void {
    [...ids].forEach((id, i) => this.sent(id, offset + i));
  }

  /** A pull that has begun; ids are single letters, at the offsets from `from` on. */
  pulling(from: number): PullStep {
    return new PullStep(this.recorder.invoke('pull', { queue: QUEUE, from }), from);
  }

  pulled(from: number, ids: string, more: PullMore = {}): void {
    this.pulling(from).ok(ids, more);
  }

  askingEnd(): EndStep {
    return new EndStep(this.recorder.invoke('max-offset', { queue: QUEUE }));
  }

  /** A strong query of the end, answered at once. */
  end(offset: number): void {
    this.askingEnd().ok(offset);
  }

  /** The final log of a replica: one letter per message; a space leaves an offset out. */
  holds(node: string, ids: string, logStart = 0): this {
    const entries = [...ids].map((id, i) => [logStart + i, id] as const).filter(([, id]) => id !== ' ');
    this.finalLogs.push({ node, queue: QUEUE, logStart, entries });
    return this;
  }

  /** Three replicas that hold the same. */
  allHold(ids: string, logStart = 0): this {
    for (const node of ['n1', 'n2', 'n3']) this.holds(node, ids, logStart);
    return this;
  }
}

export interface PullMore {
  readonly highWatermark?: number;
  readonly next?: number;
  readonly strong?: boolean;
}

class SendStep {
  readonly #operation: OpenOperation;
  readonly #id: string;

  constructor(operation: OpenOperation, id: string) {
    this.#operation = operation;
    this.#id = id;
  }

  ok(offset: number): void {
    this.#operation.ok([QUEUE, this.#id, offset]);
  }

  fail(): void {
    this.#operation.fail(['SYSTEM_BUSY']);
  }

  unknown(): void {
    this.#operation.info(['timeout']);
  }
}

class PullStep {
  readonly #operation: OpenOperation;
  readonly #from: number;

  constructor(operation: OpenOperation, from: number) {
    this.#operation = operation;
    this.#from = from;
  }

  ok(ids: string, more: PullMore = {}): void {
    const entries = [...ids].map((id, i) => [this.#from + i, id]);
    this.#operation.ok({ queue: QUEUE, from: this.#from, entries, ...more });
  }
}

class EndStep {
  readonly #operation: OpenOperation;

  constructor(operation: OpenOperation) {
    this.#operation = operation;
  }

  ok(offset: number): void {
    this.#operation.ok({ queue: QUEUE, offset });
  }
}

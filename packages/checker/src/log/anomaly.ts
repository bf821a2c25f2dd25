import { describeOperation, type Operation } from '../history/operation.ts';

/**
 * What can be wrong with a queue. In brackets the name that Jepsen's kafka workload gives it, where it has one.
 *
 * - `inconsistent-offsets`: two ids at one offset [inconsistent-offsets].
 * - `duplicate`: one id at two offsets [duplicate].
 * - `repeated-offset`: a replica lists an offset again, or goes back.
 * - `gap`: offsets that no replica holds, between those that are held.
 * - `lost-prefix`, `lost-middle`, `lost-suffix`: an acknowledged message that no replica holds, by where it lay
 *   relative to what is left [lost-write].
 * - `lost-on-node`: a message that one replica lacks and another one holds.
 * - `aborted-read`: a message whose every send certainly failed was seen [G1a].
 * - `uncommitted-read`: a message was served that no replica holds in the end [precommitted-read].
 * - `phantom`: an id was seen that nobody sent.
 * - `future-read`: a message was served before its first send was invoked.
 * - `real-time-order`: a send that began after another had been acknowledged got the smaller offset.
 * - `nonmonotonic-send`: sequence numbers of one producer are not in the order of offsets [nonmonotonic-send].
 * - `stale-read`: a strong read did not know what had been acknowledged before it was asked.
 * - `future-watermark`: a read told of more messages than had been sent.
 * - `watermark-regression`: the end of the queue moved back, between strong reads of anybody or any reads of one client.
 * - `read-beyond-watermark`: a pull returned messages at or beyond the end that it told.
 * - `int-poll-skip`, `int-nonmonotonic-poll`: one pull leaves messages out, or goes back [same names].
 * - `poll-skip`, `nonmonotonic-poll`: successive polls of one consumer jump over messages, or go back [same names].
 * - `final-log-missing`: nobody told what the replicas hold, so that loss cannot be judged.
 */
export const ANOMALY_TYPES = [
  'inconsistent-offsets',
  'duplicate',
  'repeated-offset',
  'gap',
  'lost-prefix',
  'lost-middle',
  'lost-suffix',
  'lost-on-node',
  'aborted-read',
  'uncommitted-read',
  'phantom',
  'future-read',
  'real-time-order',
  'nonmonotonic-send',
  'stale-read',
  'future-watermark',
  'watermark-regression',
  'read-beyond-watermark',
  'int-poll-skip',
  'int-nonmonotonic-poll',
  'poll-skip',
  'nonmonotonic-poll',
  'final-log-missing',
] as const;

export type AnomalyType = (typeof ANOMALY_TYPES)[number];

export interface Anomaly {
  readonly type: AnomalyType;
  readonly queue: string;
  /** One sentence with the ids and offsets concerned. */
  readonly text: string;
  /** The operations that prove it together; empty when final logs alone do. */
  readonly operations: readonly Operation[];
  /** The replicas whose final logs are part of the proof. */
  readonly nodes: readonly string[];
}

/** Further anomalies of one type in one queue are counted and not kept. */
const KEPT_PER_TYPE = 20;

/** Collects what is wrong with one queue. */
export class AnomalyList {
  readonly #queue: string;
  readonly #kept: Anomaly[] = [];
  readonly #counts = new Map<AnomalyType, number>();

  constructor(queue: string) {
    this.#queue = queue;
  }

  get kept(): readonly Anomaly[] {
    return this.#kept;
  }

  /** How often each type was found, kept or not. */
  get counts(): ReadonlyMap<AnomalyType, number> {
    return this.#counts;
  }

  /** `text` is only asked for when the anomaly is kept. */
  add(
    type: AnomalyType,
    text: () => string,
    operations: readonly (Operation | null)[] = [],
    nodes: readonly string[] = [],
  ): void {
    const count = (this.#counts.get(type) ?? 0) + 1;
    this.#counts.set(type, count);
    if (count > KEPT_PER_TYPE) return;
    const proof = operations.filter((operation) => operation !== null);
    this.#kept.push({ type, queue: this.#queue, text: text(), operations: proof, nodes });
  }
}

/** An anomaly with its proof, for people. */
export function describeAnomaly(anomaly: Anomaly): string {
  const { type, queue, text, operations, nodes } = anomaly;
  const lines = operations.map((operation) => `    ${describeOperation(operation)}`);
  const held = nodes.length === 0 ? [] : [`    final log of ${nodes.join(', ')}`];
  return [`${type} in ${queue}: ${text}`, ...lines, ...held].join('\n');
}

import type { AnomalyList } from './anomaly.ts';
import { Message, type Witness } from './message.ts';
import type { QueueHistory } from './queue-history.ts';

/**
 * Which id lies at which offset, from all who say so. The first one to speak of an offset or of an id is believed, and
 * whoever contradicts is an anomaly; final logs speak first, then acknowledgements, then reads.
 */
export class Placement {
  readonly #anomalies: AnomalyList;
  readonly #byId = new Map<string, Message>();
  readonly #byOffset = new Map<number, { readonly message: Message; readonly witness: Witness }>();
  /** Pairs that were told, so that a thousand reads of one wrong message are one anomaly. */
  readonly #told = new Set<string>();

  constructor(anomalies: AnomalyList) {
    this.#anomalies = anomalies;
  }

  get messages(): IterableIterator<Message> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Offsets of which anybody spoke. */
  get offsets(): IterableIterator<number> {
    return this.#byOffset.keys();
  }

  at(offset: number): Message | null {
    return this.#byOffset.get(offset)?.message ?? null;
  }

  message(id: string): Message {
    let message = this.#byId.get(id);
    if (message === undefined) {
      message = new Message(id);
      this.#byId.set(id, message);
    }
    return message;
  }

  place(message: Message, offset: number, witness: Witness): void {
    const known = this.#byOffset.get(offset);
    if (known === undefined) {
      this.#byOffset.set(offset, { message, witness });
    } else if (known.message !== message) {
      this.#contradict(offset, known.message, known.witness, message, witness);
    }
    if (message.offset === -1) {
      message.offset = offset;
      message.offsetWitness = witness;
    } else if (message.offset !== offset && message.addOtherOffset(offset)) {
      this.#anomalies.add(
        'duplicate',
        () => `${message.id} lies at offset ${message.offset} and at offset ${offset}`,
        ...proofOf(message.offsetWitness, witness),
      );
    }
  }

  #contradict(offset: number, a: Message, aWitness: Witness, b: Message, bWitness: Witness): void {
    const key = `${offset} ${b.id}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#anomalies.add(
      'inconsistent-offsets',
      () =>
        `offset ${offset} is ${a.id} (${describeWitness(aWitness)}) and ${b.id} (${describeWitness(bWitness)})`,
      ...proofOf(aWitness, bWitness),
    );
  }
}

/** Gathers sends, final logs, acknowledgements and reads of a queue. */
export function placeAll(history: QueueHistory, anomalies: AnomalyList): Placement {
  const placement = new Placement(anomalies);
  for (const send of history.sends) placement.message(send.id).addSend(send);
  for (const [bit, { node, entries }] of history.finalLogs.entries()) {
    const witness: Witness = { type: 'final-log', node };
    for (const [offset, id] of entries) {
      const message = placement.message(id);
      message.heldBy |= 1 << bit;
      placement.place(message, offset, witness);
    }
  }
  for (const { operation, id, offset } of history.sends) {
    if (offset !== -1) placement.place(placement.message(id), offset, { type: 'acknowledgement', operation });
  }
  for (const { operation, entries } of history.reads) {
    if (entries.length === 0) continue;
    const witness: Witness = { type: 'read', operation };
    for (const [offset, id] of entries) {
      const message = placement.message(id);
      message.firstRead ??= operation;
      placement.place(message, offset, witness);
    }
  }
  return placement;
}

function describeWitness(witness: Witness): string {
  return witness.type === 'final-log' ? `final log of ${witness.node}` : witness.type;
}

type Proof = [operations: NonNullable<Message['anySend']>[], nodes: string[]];

function proofOf(...witnesses: readonly (Witness | null)[]): Proof {
  const operations: Proof[0] = [];
  const nodes: string[] = [];
  for (const witness of witnesses) {
    if (witness === null) continue;
    if (witness.type === 'final-log') nodes.push(witness.node);
    else operations.push(witness.operation);
  }
  return [operations, nodes];
}

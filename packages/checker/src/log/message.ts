import type { Operation } from '../history/operation.ts';
import type { SendOperation, Sequence } from './queue-history.ts';

/** Who says that a message lies at an offset. */
export type Witness =
  | { readonly type: 'acknowledgement' | 'read'; readonly operation: Operation }
  | { readonly type: 'final-log'; readonly node: string };

/** One id in one queue: all sends of it, and all that was seen of it. */
export class Message {
  readonly id: string;
  /** The earliest invocation of a send that may have taken effect; null when every send certainly failed. */
  firstEffective: Operation | null = null;
  /** The acknowledgement that came first. */
  firstAcknowledged: Operation | null = null;
  /** Any send of it, for texts. */
  anySend: Operation | null = null;
  sequence: Sequence | null = null;
  /** Where it lies: by the final logs, else by its acknowledgement, else as read; -1 when unknown. */
  offset = -1;
  offsetWitness: Witness | null = null;
  /** Offsets at which it was already found a second time, so that each is told once. */
  #otherOffsets: Set<number> | null = null;
  /** One bit per replica whose final log holds it. */
  heldBy = 0;
  /** The first answer in which it was served. */
  firstRead: Operation | null = null;

  constructor(id: string) {
    this.id = id;
  }

  addSend({ operation, sequence }: SendOperation): void {
    this.anySend ??= operation;
    this.sequence ??= sequence;
    if (operation.outcome === 'fail') return;
    // Sends come in the order of invocation.
    this.firstEffective ??= operation;
    if (operation.outcome !== 'ok') return;
    if (this.firstAcknowledged === null || operation.returned < this.firstAcknowledged.returned)
      this.firstAcknowledged = operation;
  }

  /** False when this other offset was seen before. */
  addOtherOffset(offset: number): boolean {
    this.#otherOffsets ??= new Set();
    if (this.#otherOffsets.has(offset)) return false;
    this.#otherOffsets.add(offset);
    return true;
  }
}

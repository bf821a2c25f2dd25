import { InboundQueue } from './inbound-queue.ts';
import type { Message, RepairAnswer, RepairRequest } from './message.ts';
import type { RaftNode } from './node.ts';
import type { RepairAnswerer } from './repair-answerer.ts';
import type { SnapshotExchange } from './snapshot-exchange.ts';

/** Answers to members that repair their log, which read from the disk; who gets none asks again. */
const REPAIR_ANSWERS_PER_TURN_MAX = 1;

/** What the disk of this member is good for. */
export interface Fitness {
  readonly diskFull: boolean;
  readonly mayLead: boolean;
}

export interface PeerMessagesParts {
  readonly node: RaftNode;
  readonly exchange: SnapshotExchange;
  readonly answerer: RepairAnswerer;
  readonly messagesMax: number;
  readonly bytesMax: number;
}

/** What peers sent, from its arrival to whoever it is meant for: the core, the exchange of snapshots, or the repair. */
export class PeerMessages {
  readonly #parts: PeerMessagesParts;
  readonly #waiting: InboundQueue;
  /** Requests of this turn that are answered at its end. */
  #repairs: RepairRequest[] = [];
  #repairAnswers = 0;

  constructor(parts: PeerMessagesParts) {
    this.#parts = parts;
    this.#waiting = new InboundQueue(parts.messagesMax, parts.bytesMax);
  }

  get dropped(): number {
    return this.#waiting.dropped;
  }

  /** Answers given since the start. */
  get repairAnswers(): number {
    return this.#repairAnswers;
  }

  /** Keeps what `from` says in its own name for the end of the turn, but for what this member does not take now. */
  add(from: string, messages: readonly Message[], fitness: Fitness): void {
    for (const message of messages) {
      if (message.from === from && takes(message, fitness)) this.#waiting.add(message);
    }
  }

  /** Hands over everything that waits. */
  handle(): void {
    for (const message of this.#waiting.take()) this.#route(message);
  }

  /** The answers that this turn owes to members that repair their log. */
  takeRepairAnswers(): readonly RepairAnswer[] {
    if (this.#repairs.length === 0) return [];
    const answers = this.#repairs.map((request) => this.#parts.answerer.answer(request));
    this.#repairAnswers += answers.length;
    this.#repairs = [];
    return answers;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.take();
  }

  #route(message: Message): void {
    const { node, exchange } = this.#parts;
    switch (message.type) {
      case 'snapshot-chunk':
        node.step(message);
        exchange.chunk(message);
        return;
      case 'snapshot-answer':
        node.step(message);
        exchange.answer(message);
        return;
      case 'repair-request':
        if (this.#repairs.length < REPAIR_ANSWERS_PER_TURN_MAX) this.#repairs.push(message);
        return;
      case 'repair-answer':
        // A log that needs repair has no driver yet; this one comes late.
        return;
      default:
        node.step(message);
    }
  }
}

/**
 * What a member with a full disk does not take: appends, which the core would only pile up and which the leader sends
 * again, and the offer to lead. The latter neither while its disk is nearly full or slow: it would give it away again.
 */
function takes(message: Message, { diskFull, mayLead }: Fitness): boolean {
  if (message.type === 'timeout-now') return mayLead && !diskFull;
  return !(diskFull && message.type === 'append-request' && message.entries.length > 0);
}

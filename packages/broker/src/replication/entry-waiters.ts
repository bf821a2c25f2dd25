import { RecordFate, type RecordOutcomes } from '../machine/record-outcomes.ts';
import type { CommandReply } from '../machine/machine.ts';
import type {
  CommandOutcome,
  CommandSettled,
  OutcomeUnknown,
  Refused,
  RefusalReason,
  SendOutcome,
  SendSettled,
  SendsSettled,
} from './outcome.ts';

/** Who waits for several records that follow each other. */
interface ManyWaiter {
  readonly count: number;
  readonly settle: SendsSettled;
}

/** The callback alone waits for one record: there is one per message. */
type RecordWaiter = SendSettled | ManyWaiter;

/**
 * Everybody who waits for one entry, in the order of its records and commands. Exactly one of the `settle...`
 * methods is called, once. A callback that throws is reported and does not keep the others from being settled:
 * it runs inside apply, where an exception would end the process.
 */
export class EntryWaiters {
  readonly #records: RecordWaiter[] = [];
  readonly #commands: CommandSettled[] = [];
  readonly #report: (error: unknown) => void;
  #recordCount = 0;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Records and commands waited for. */
  get count(): number {
    return this.#recordCount + this.#commands.length;
  }

  addRecord(settle: SendSettled): void {
    this.#records.push(settle);
    this.#recordCount += 1;
  }

  addRecords(count: number, settle: SendsSettled): void {
    this.#records.push({ count, settle });
    this.#recordCount += count;
  }

  addCommand(settle: CommandSettled): void {
    this.#commands.push(settle);
  }

  settleApplied(outcomes: RecordOutcomes, replies: readonly CommandReply[]): void {
    this.#commands.forEach((settle, position) => {
      this.#guard(settle, replyOutcome(replies[position]));
    });
    let position = 0;
    for (const waiter of this.#records) {
      if (typeof waiter === 'function') {
        this.#guard(waiter, sendOutcome(outcomes, position));
        position += 1;
        continue;
      }
      const settled: SendOutcome[] = [];
      for (let i = 0; i < waiter.count; i += 1) settled.push(sendOutcome(outcomes, position + i));
      this.#guard(waiter.settle, settled);
      position += waiter.count;
    }
  }

  settleRefused(reason: RefusalReason, leader: string | null): void {
    this.#settleAll({ type: 'refused', reason, leader });
  }

  settleUnknown(reason: string): void {
    this.#settleAll({ type: 'unknown', reason });
  }

  #settleAll(outcome: Refused | OutcomeUnknown): void {
    for (const settle of this.#commands) this.#guard(settle, outcome);
    for (const waiter of this.#records) {
      if (typeof waiter === 'function') this.#guard(waiter, outcome);
      else this.#guard(waiter.settle, new Array<SendOutcome>(waiter.count).fill(outcome));
    }
  }

  #guard<T>(settle: (outcome: T) => void, outcome: T): void {
    try {
      settle(outcome);
    } catch (error) {
      this.#report(error);
    }
  }
}

function sendOutcome(outcomes: RecordOutcomes, position: number): SendOutcome {
  // The machine stops at the first bytes that are no record; what follows has no fate of its own.
  if (position >= outcomes.count) return { type: 'refused', reason: 'invalid', leader: null };
  const fate = outcomes.fate(position);
  switch (fate) {
    case RecordFate.STORED:
    case RecordFate.DUPLICATE:
      return {
        type: 'stored',
        queueId: outcomes.queueId(position),
        queueOffset: outcomes.queueOffset(position),
        physicalOffset: outcomes.physicalOffset(position),
        duplicate: fate === RecordFate.DUPLICATE,
      };
    case RecordFate.TOPIC_MISSING:
      return { type: 'refused', reason: 'topic-missing', leader: null };
    case RecordFate.INVALID:
      return { type: 'refused', reason: 'invalid', leader: null };
  }
}

function replyOutcome(reply: CommandReply | undefined): CommandOutcome {
  switch (reply) {
    case 'changed':
    case 'unchanged':
      return { type: 'applied', changed: reply === 'changed' };
    case 'limit-exceeded':
      return { type: 'refused', reason: 'overloaded', leader: null };
    case 'invalid':
    case undefined:
      return { type: 'refused', reason: 'invalid', leader: null };
  }
}

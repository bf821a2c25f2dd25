import type { Step } from './model.ts';

/** A moment at which an operation is invoked or returns, in the doubly linked list of what is left to explain. */
export interface Event<Action> {
  readonly step: Step<Action>;
  /** Number of the operation; those of unknown outcome are numbered separately. */
  readonly bit: number;
  readonly kind: 'call' | 'unknown-call' | 'return';
  /** Of a call: its return; null when the outcome is unknown. */
  readonly answer: Event<Action> | null;
  previous: Event<Action> | null;
  next: Event<Action> | null;
}

/**
 * The events of a history in real time. Lifting an operation takes its call and return out when it is given a place in
 * the order; unlifting, in the reverse order of lifting, puts both back where they were (Lowe, "Testing for
 * linearizability", 2017, section 4; the list of Wing and Gong, 1993).
 */
export class EventList<Action> {
  #first: Event<Action> | null = null;
  /** Operations that have returned, and those that have not. */
  readonly returnedCount: number;
  readonly unknownCount: number;

  constructor(steps: readonly Step<Action>[]) {
    const events: { readonly at: number; readonly event: Event<Action> }[] = [];
    const byReturn = steps
      .filter(({ operation }) => operation.outcome === 'ok')
      .sort((a, b) => a.operation.returned - b.operation.returned);
    // Numbered in the order of their returns, so that the numbers given a place are nearly a prefix.
    for (const [bit, step] of byReturn.entries()) {
      const answer: Event<Action> = { step, bit, kind: 'return', answer: null, previous: null, next: null };
      events.push({ at: step.operation.returned, event: answer });
      const call: Event<Action> = { step, bit, kind: 'call', answer, previous: null, next: null };
      events.push({ at: step.operation.invoked, event: call });
    }
    const unknown = steps.filter(({ operation }) => operation.outcome === 'info');
    for (const [bit, step] of unknown.entries()) {
      const call: Event<Action> = {
        step,
        bit,
        kind: 'unknown-call',
        answer: null,
        previous: null,
        next: null,
      };
      events.push({ at: step.operation.invoked, event: call });
    }
    events.sort((a, b) => a.at - b.at);
    let last: Event<Action> | null = null;
    for (const { event } of events) {
      event.previous = last;
      if (last === null) this.#first = event;
      else last.next = event;
      last = event;
    }
    this.returnedCount = byReturn.length;
    this.unknownCount = unknown.length;
  }

  get first(): Event<Action> | null {
    return this.#first;
  }

  lift(call: Event<Action>): void {
    this.#remove(call);
    if (call.answer !== null) this.#remove(call.answer);
  }

  unlift(call: Event<Action>): void {
    if (call.answer !== null) this.#insert(call.answer);
    this.#insert(call);
  }

  #remove(event: Event<Action>): void {
    if (event.previous === null) this.#first = event.next;
    else event.previous.next = event.next;
    if (event.next !== null) event.next.previous = event.previous;
  }

  #insert(event: Event<Action>): void {
    if (event.previous === null) this.#first = event;
    else event.previous.next = event;
    if (event.next !== null) event.next.previous = event;
  }
}

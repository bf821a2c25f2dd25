import type { MessageFaultRates, World } from '../world/world.ts';
import type { MessageFault } from './fault.ts';

const NONE: MessageFaultRates = { loss: 0, duplication: 0, delay: 0, delayMeanMs: 0 };

/** The faults of Raft messages at present: several may strike one link, each for a time of its own. */
export class MessageRates {
  readonly #world: World;
  /** By fault, the node whose links it strikes; null for all. */
  readonly #active: Map<MessageFault, string | null> = new Map();

  constructor(world: World) {
    this.#world = world;
  }

  /** Returns what ends it. */
  begin(fault: MessageFault, node: string | null): () => void {
    this.#active.set(fault, node);
    this.#set();
    return () => {
      this.#active.delete(fault);
      this.#set();
    };
  }

  #set(): void {
    const ids = this.#world.nodes.map(({ id }) => id);
    for (const from of ids) for (const to of ids) if (from !== to) this.#setLink(from, to);
  }

  #setLink(from: string, to: string): void {
    let rates = NONE;
    let addedMs = 0;
    for (const [fault, node] of this.#active) {
      if (node !== null && node !== from && node !== to) continue;
      if (fault.kind === 'message-delay') addedMs = Math.max(addedMs, fault.addedMs);
      else rates = worse(rates, fault);
    }
    this.#world.setMessageFaults(from, to, rates === NONE ? null : rates);
    this.#world.network.slow(from, to, addedMs);
  }
}

function worse(
  rates: MessageFaultRates,
  fault: Exclude<MessageFault, { kind: 'message-delay' }>,
): MessageFaultRates {
  switch (fault.kind) {
    case 'message-loss':
      return { ...rates, loss: Math.max(rates.loss, fault.rate) };
    case 'message-duplication':
      return { ...rates, duplication: Math.max(rates.duplication, fault.rate) };
    case 'message-reorder':
      return {
        ...rates,
        delay: Math.max(rates.delay, fault.rate),
        delayMeanMs: Math.max(rates.delayMeanMs, fault.meanMs),
      };
  }
}

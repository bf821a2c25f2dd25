import type { Message, Transport } from '@ledgermq/raft';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { MessageFaultRates } from './world.ts';

/** Loses, repeats and delays Raft messages, although TCP below would not. */
export class MessageFaults {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #count: (mark: string) => void;
  readonly #rates: Map<string, MessageFaultRates> = new Map();

  constructor(scheduler: Scheduler, random: SeededRandom, count: (mark: string) => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#count = count;
  }

  set(from: string, to: string, rates: MessageFaultRates | null): void {
    if (rates === null) this.#rates.delete(`${from}>${to}`);
    else this.#rates.set(`${from}>${to}`, rates);
  }

  clear(): void {
    this.#rates.clear();
  }

  /** The way to its peers of one replica in one life of its node. */
  wrap(process: Process, from: string, transport: Transport): Transport {
    return {
      send: (to, messages) => {
        const rates = this.#rates.size === 0 ? undefined : this.#rates.get(`${from}>${to}`);
        if (rates === undefined) transport.send(to, messages);
        else this.#send(process, to, messages, rates, transport);
      },
    };
  }

  #send(
    process: Process,
    to: string,
    messages: readonly Message[],
    rates: MessageFaultRates,
    transport: Transport,
  ): void {
    const now: Message[] = [];
    for (const message of messages) {
      if (this.#random.chance(rates.loss)) {
        this.#count(`message lost: ${message.type}`);
        continue;
      }
      const copies = this.#random.chance(rates.duplication) ? 2 : 1;
      if (copies === 2) this.#count(`message repeated: ${message.type}`);
      for (let copy = 0; copy < copies; copy += 1) {
        if (!this.#random.chance(rates.delay)) {
          now.push(message);
          continue;
        }
        this.#count(`message delayed: ${message.type}`);
        this.#scheduler.after(this.#random.exponential(rates.delayMeanMs), process, 'late message', () => {
          transport.send(to, [message]);
        });
      }
    }
    if (now.length > 0) transport.send(to, now);
  }
}

import type { Message } from './message.ts';

/**
 * Messages of peers that wait for the driver's next turn. Over a limit new ones are dropped, as a network would
 * drop them; Raft repeats what matters.
 */
export class InboundQueue {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #messages: Message[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  /** Messages dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Returns whether the message was taken. A first message always is. */
  add(message: Message): boolean {
    const bytes = frameBytes(message);
    const full = this.#messages.length >= this.#messagesMax || this.#bytes + bytes > this.#bytesMax;
    if (full && this.#messages.length > 0) {
      this.#dropped++;
      return false;
    }
    this.#messages.push(message);
    this.#bytes += bytes;
    return true;
  }

  /** Everything that waits, in the order of arrival. */
  take(): readonly Message[] {
    const taken = this.#messages;
    if (taken.length > 0) this.#messages = [];
    this.#bytes = 0;
    return taken;
  }
}

function frameBytes(message: Message): number {
  if (message.type === 'snapshot-chunk') return message.data.length;
  if (message.type !== 'append-request' && message.type !== 'repair-answer') return 0;
  let bytes = 0;
  for (const entry of message.entries) bytes += entry.frame.length;
  return bytes;
}

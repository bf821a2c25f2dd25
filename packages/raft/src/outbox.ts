import type { Message } from './message.ts';

/**
 * Messages that wait for the next Ready. When it is full further ones are dropped, as a network would do; the
 * protocol repeats what matters.
 */
export class Outbox {
  readonly #messagesMax: number;
  #messages: Message[] = [];
  #afterSync: Message[] = [];

  constructor(messagesMax: number) {
    this.#messagesMax = messagesMax;
  }

  get empty(): boolean {
    return this.#messages.length === 0 && this.#afterSync.length === 0;
  }

  get full(): boolean {
    return this.#messages.length + this.#afterSync.length >= this.#messagesMax;
  }

  add(message: Message): void {
    if (!this.full) this.#messages.push(message);
  }

  addAfterSync(message: Message): void {
    if (!this.full) this.#afterSync.push(message);
  }

  take(): { readonly messages: readonly Message[]; readonly afterSync: readonly Message[] } {
    const taken = { messages: this.#messages, afterSync: this.#afterSync };
    this.#messages = [];
    this.#afterSync = [];
    return taken;
  }
}

/** Lets a test wait for a condition that events bring about, without asking the clock. */
export class Watch {
  #waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  /** Resolves when `ready` holds; it is looked at now and with every `notice`. */
  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ ready, resolve }));
  }

  notice(): void {
    const done = this.#waiting.filter(({ ready }) => ready());
    if (done.length === 0) return;
    this.#waiting = this.#waiting.filter((waiter) => !done.includes(waiter));
    for (const { resolve } of done) resolve();
  }
}

/** Many turns of the event loop: enough for whatever is under way on loopback connections to arrive. */
export async function turns(count: number = 200): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

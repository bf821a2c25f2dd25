/** Work that the thread pool or the disk has not ended yet. Virtual time must wait for it. */
export class OutsideWork {
  #pending = 0;

  follow<T>(promise: Promise<T>): Promise<T> {
    this.#pending += 1;
    const ended = (): void => {
      this.#pending -= 1;
    };
    promise.then(ended, ended);
    return promise;
  }

  /** Resolves when nothing is under way, and what that brought about is not either. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.#pending === 0 ? quiet + 1 : 0) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

/** The same object, but all of its promises, and those of what it opens, are followed. */
export function watched<T extends object>(target: T, work: OutsideWork): T {
  return new Proxy(target, {
    get: (held, name) => {
      const member: unknown = Reflect.get(held, name, held);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, held, given);
        if (result instanceof Promise) return work.follow(result);
        if (name === 'open') return watched(result as object, work);
        return name === 'iterator' ? watchedIterable(result as AsyncIterable<unknown>, work) : result;
      };
    },
  });
}

function watchedIterable<T>(iterable: AsyncIterable<T>, work: OutsideWork): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      const inner = iterable[Symbol.asyncIterator]();
      return {
        next: () => work.follow(inner.next()),
        return: () => work.follow(inner.return?.() ?? Promise.resolve({ done: true, value: undefined })),
      };
    },
  };
}

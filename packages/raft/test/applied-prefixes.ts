import type { ExecutionContext } from 'ava';
import { IDS, type Cluster } from './driver-cluster.ts';

/** Whatever the members of a cluster have applied at any time are beginnings of one and the same sequence. */
export class AppliedPrefixes {
  readonly #t: ExecutionContext;
  readonly #cluster: Cluster;
  #longest: readonly string[] = [];

  constructor(t: ExecutionContext, cluster: Cluster) {
    this.#t = t;
    this.#cluster = cluster;
  }

  /** The most that was ever seen applied. */
  get longest(): readonly string[] {
    return this.#longest;
  }

  /** Looks at every member as it is now. */
  observe(): void {
    for (const id of IDS) {
      const texts = this.#cluster.texts(id);
      const shared = Math.min(texts.length, this.#longest.length);
      this.#t.deepEqual(
        texts.slice(0, shared),
        this.#longest.slice(0, shared),
        'applied states are prefixes',
      );
      if (texts.length > this.#longest.length) this.#longest = texts.slice();
      this.#cluster.member(id).driver?.checkInvariants();
    }
  }
}

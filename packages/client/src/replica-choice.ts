import { MASTER_ID } from '@ledgermq/protocol';
import type { RouteCache } from './route-cache.ts';

/**
 * Which replica of a broker group to speak to: the master, and after a failure the others, each once; any of them
 * forwards to the master. A replica that served stays the choice until the route is looked at again.
 */
export class ReplicaChoice {
  readonly #routes: RouteCache;
  readonly #brokerName: string;
  readonly #failed: Set<string> = new Set();
  #known: ReadonlyMap<number, string> | null = null;

  constructor(routes: RouteCache, brokerName: string) {
    this.#routes = routes;
    this.#brokerName = brokerName;
  }

  /** Null when every replica failed since the last look at the route: it is time for another. */
  next(): string | null {
    const addresses = this.#routes.addressesOf(this.#brokerName);
    // The cache makes a new map with every look.
    if (addresses !== this.#known) this.forgive();
    this.#known = addresses;
    const master = addresses.get(MASTER_ID);
    if (master !== undefined && !this.#failed.has(master)) return master;
    for (const address of addresses.values()) if (!this.#failed.has(address)) return address;
    return null;
  }

  failed(address: string): void {
    this.#failed.add(address);
  }

  /** Every replica may be tried again. */
  forgive(): void {
    this.#failed.clear();
  }
}

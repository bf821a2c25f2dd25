import type { WorldNetwork } from '../world/world.ts';

/** A direction between two machines. */
export type Direction = readonly [from: string, to: string];

/** Several faults may block one link; it is free again when the last of them has ended. */
export class LinkBlocks {
  readonly #network: WorldNetwork;
  readonly #holds: Map<string, number> = new Map();

  constructor(network: WorldNetwork) {
    this.#network = network;
  }

  /** Blocks them until the returned function is called; a second call of it does nothing. */
  hold(directions: readonly Direction[]): () => void {
    for (const [from, to] of directions) {
      const key = `${from}>${to}`;
      const held = this.#holds.get(key) ?? 0;
      this.#holds.set(key, held + 1);
      if (held === 0) this.#network.block(from, to);
    }
    let holding = true;
    return () => {
      if (holding) for (const direction of directions) this.#release(direction);
      holding = false;
    };
  }

  #release([from, to]: Direction): void {
    const key = `${from}>${to}`;
    const left = (this.#holds.get(key) ?? 1) - 1;
    if (left > 0) {
      this.#holds.set(key, left);
      return;
    }
    this.#holds.delete(key);
    this.#network.unblock(from, to);
  }
}

import type { Violation } from '../violation.ts';
import type { World } from '../world/world.ts';

/** All checks of one run: after each step of a node, and at the end. */
export class Checks {
  readonly violations: Violation[] = [];
  readonly #world: World;

  /** Made before the first node starts; takes the hooks it needs. */
  constructor(world: World) {
    this.#world = world;
  }

  /** After the liveness phase, when everything should have converged; resolves when all end checks ran. */
  async finish(): Promise<void> {
    this.#world.count('checks finished');
    await Promise.resolve();
  }
}

import type { World } from '../world/world.ts';
import type { Fault } from './fault.ts';

/** Applies faults to the world, and takes away what is left of them before the liveness phase. */
export class Injector {
  readonly #world: World;
  #applied = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Faults that were applied; those that found nothing to do or would have been unsafe are not counted. */
  get applied(): number {
    return this.#applied;
  }

  apply(fault: Fault): void {
    this.#applied += 1;
    this.#world.note({ node: null, kind: 'fault', text: fault.kind });
  }

  /** Ends every fault: links, clocks, disks and rates are as they should be. The world starts what is down. */
  heal(): void {
    this.#world.count('heal');
  }
}

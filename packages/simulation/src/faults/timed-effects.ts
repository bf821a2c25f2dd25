import type { World } from '../world/world.ts';

interface Effect {
  readonly undo: () => void;
}

/**
 * Effects that end by themselves. A name is that of one thing that can be in one state only: a new effect of a name takes
 * the place of the one before it.
 */
export class TimedEffects {
  readonly #world: World;
  readonly #running: Map<string, Effect> = new Map();

  constructor(world: World) {
    this.#world = world;
  }

  /** `begin` takes place now; what it returns undoes it, after `forMs` or with `endAll`. */
  run(name: string, forMs: number, begin: () => () => void): void {
    this.end(name);
    const effect: Effect = { undo: begin() };
    this.#running.set(name, effect);
    this.#world.after(forMs, () => {
      if (this.#running.get(name) === effect) this.end(name);
    });
  }

  end(name: string): void {
    const effect = this.#running.get(name);
    if (effect === undefined) return;
    this.#running.delete(name);
    effect.undo();
  }

  endAll(): void {
    for (const name of [...this.#running.keys()]) this.end(name);
  }
}

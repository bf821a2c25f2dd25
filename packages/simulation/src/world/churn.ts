import type { ProgramHost } from './program-host.ts';
import type { World } from './world.ts';

/** Mean life of a client that comes and goes, ms. */
const LIFE_MEAN_MS = 40_000;
const AWAY_MS_MIN = 300;
const AWAY_MS_MAX = 3_000;

/** Lets a client die and come again until the world heals, so that what it held changes hands. */
export function churn(world: World, host: ProgramHost): void {
  const random = world.random(`churn ${host.id}`);
  const next = (): void => {
    world.after(random.exponential(LIFE_MEAN_MS), () => {
      if (world.healing) return;
      host.kill('kill');
      world.count('client killed');
      world.after(random.between(AWAY_MS_MIN, AWAY_MS_MAX), () => host.start());
      next();
    });
  };
  next();
}

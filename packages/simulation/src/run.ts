import process from 'node:process';
import { Checks } from './checks/checks.ts';
import { drawFaultPlan } from './faults/fault-plan.ts';
import { Injector } from './faults/injector.ts';
import { drawParameters, type RunParameters } from './parameters.ts';
import type { RunOptions, RunResult } from './run-result.ts';
import { StrayRejections } from './stray-rejections.ts';
import { Turns } from './turns.ts';
import { converged } from './world/convergence.ts';
import { scrub } from './world/scrub.ts';
import { SeededRandom } from './world/seeded-random.ts';
import { SimWorld } from './world/sim-world.ts';

const VIRTUAL_MS = 120_000;
/** After the faults clients go on for so long, so that they see the healed cluster. */
const RECOVERY_MS = 5_000;
/** Then everything must have come to rest within this time. */
const CONVERGENCE_MS = 60_000;

/** By then a background sync has run on every node. */
const FLUSH_MS = 2_000;

const turns = new Turns();

/**
 * Runs one seed: the whole cluster under load and faults, then its convergence, with every check. Runs of one process take
 * turns, and each has ended all it began before the next one starts.
 */
export function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  return turns.take(() => run(seed, options));
}

async function run(seed: number, options: RunOptions): Promise<RunResult> {
  const startedAt = process.hrtime.bigint();
  const virtualMs = options.virtualMs ?? VIRTUAL_MS;
  const root = new SeededRandom(seed);
  const parameters: RunParameters = {
    ...drawParameters(root.stream('parameters')),
    ...options.parameters,
  };
  const schedule = options.schedule ?? drawFaultPlan(root.stream('faults'), parameters, virtualMs);
  const world = new SimWorld(seed, parameters, options.onEvent ?? null);
  const checks = new Checks(world);
  const injector = new Injector(world, checks.atlas);
  const rejections = new StrayRejections((error) => world.thrown(world.scheduler.current, error));
  try {
    for (const { atMs, fault } of schedule) world.after(atMs, () => injector.apply(fault));
    world.start();
    await world.scheduler.run(virtualMs);
    injector.heal();
    world.heal();
    await world.scheduler.run(virtualMs + RECOVERY_MS);
    world.drain();
    const rest = (): Promise<boolean> =>
      world.scheduler.run(world.now + CONVERGENCE_MS, () => converged(world));
    const rested = (await rest()) && (await scrub(world, rest));
    if (!rested) world.report('convergence', describeUnrest(world));
    if (parameters.flushDiskType === 'ASYNC_FLUSH') {
      world.count('run with ASYNC_FLUSH');
      await world.scheduler.run(world.now + FLUSH_MS);
    }
    await checks.finish();
  } finally {
    world.end();
    await rejections.end();
  }
  return {
    seed,
    parameters,
    schedule,
    traceHash: world.scheduler.trace.digest(),
    virtualMs: world.now,
    events: world.scheduler.executed,
    realMs: Number(process.hrtime.bigint() - startedAt) / 1e6,
    violations: [...world.violations, ...checks.violations],
    coverage: Object.fromEntries([...world.coverage].sort(([a], [b]) => (a < b ? -1 : 1))),
    acked: world.history.filter(({ f, type }) => f === 'send' && type === 'ok').length,
    faults: injector.applied,
  };
}

function describeUnrest(world: SimWorld): string {
  const members = world.members().map(({ id, group, replica }) => {
    const status = replica?.status();
    if (replica === null || status === undefined) return `${id} ${group} down`;
    const { role, term, appliedIndex, lastIndex } = status;
    const applied = `handed out ${appliedIndex}, applied ${replica.inspect().machineIndex()} of ${lastIndex}`;
    return `${id} ${group} ${role} term ${term} ${applied}`;
  });
  const undelivered = world.undelivered().join(', ');
  return (
    `not at rest: ${world.openOperations} open operations; ${members.join('; ')}; ` +
    `not all delivered of: ${undelivered === '' ? 'nothing' : undelivered}`
  );
}

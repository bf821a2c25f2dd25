/**
 * The program of a worker process: runs seeds that its parent sends. Arguments: the URL of the module with `runSeed`, and
 * the name of a mutant if one is to be planted.
 */
import type { runSeed } from '../run.ts';
import { mutantNamed } from '../mutants/catalogue.ts';
import { loadedMutant, plantMutant } from '../mutants/plant.ts';
import type { RunRequest, WorkerMessage } from './worker-message.ts';

function say(message: WorkerMessage, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function crash(error: unknown): void {
  say({ type: 'crashed', message: describe(error) }, () => process.exit(1));
}

process.on('uncaughtException', crash);

const [runner, mutantName] = process.argv.slice(2);
if (runner === undefined) throw new Error('the URL of a runner is missing');
if (mutantName !== undefined) plantMutant(mutantNamed(mutantName));
const module = (await import(runner)) as { readonly runSeed: typeof runSeed };
if (loadedMutant() !== mutantName) {
  throw new Error(`the module of mutant ${mutantName ?? 'none'} is not part of what a run loads`);
}

process.on('message', ({ seed, ...options }: RunRequest) => {
  const before = process.cpuUsage();
  module.runSeed(seed, options).then(
    (result) => {
      const { user, system } = process.cpuUsage(before);
      say({ type: 'ran', result: { ...result, cpuMs: (user + system) / 1000 } });
    },
    (error: unknown) => say({ type: 'threw', message: describe(error) }),
  );
});
// The parent is gone: nobody wants the results.
process.on('disconnect', () => process.exit(0));
say({ type: 'ready' });

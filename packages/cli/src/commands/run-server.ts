import { SERVER_NODE_ARGUMENTS } from '@ledgermq/cluster';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `ledgermq broker ...` and `ledgermq namesrv ...`: one server in the foreground, with its own arguments. */
export function runServer(program: 'broker' | 'namesrv', args: readonly string[]): Promise<number> {
  const module = fileURLToPath(import.meta.resolve(`@ledgermq/${program}/main`));
  const child = spawn(process.execPath, [...SERVER_NODE_ARGUMENTS, module, ...args], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; a signal meant for us alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

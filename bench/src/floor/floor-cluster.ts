import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The three processes of the floor, started and stopped together. */
export class FloorCluster {
  readonly #children: ChildProcess[] = [];
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Resolves with the leader's port. */
  async start(flush: 'SYNC_FLUSH' | 'ASYNC_FLUSH'): Promise<number> {
    mkdirSync(this.#dataDir, { recursive: true });
    const followers = await Promise.all([1, 2].map((copy) => this.#fork('follower', flush, copy, [])));
    return this.#fork('leader', flush, 0, followers);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<void>((resolve) => {
            child.once('exit', () => resolve());
            child.kill('SIGKILL');
          }),
      ),
    );
    this.#children.length = 0;
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  #fork(role: string, flush: string, copy: number, ports: readonly number[]): Promise<number> {
    const module = fileURLToPath(new URL('./floor-node.js', import.meta.url));
    const child = fork(module, [role, flush, join(this.#dataDir, `copy-${copy}.log`), ...ports.map(String)]);
    this.#children.push(child);
    return new Promise((resolve, reject) => {
      child.once('message', (message: { port: number }) => resolve(message.port));
      child.once('exit', (code) => reject(new Error(`the floor's ${role} ended with ${String(code)}`)));
    });
  }
}

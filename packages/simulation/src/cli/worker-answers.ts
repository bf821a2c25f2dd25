import type { ChildProcess } from 'node:child_process';
import type { WorkerMessage } from './worker-message.ts';

export type WorkerAnswer =
  WorkerMessage | { readonly type: 'ended'; readonly message: string } | { readonly type: 'timeout' };

/** What a worker process says, in order; its end is the last word. Nothing said between two questions is lost. */
export class WorkerAnswers {
  readonly #said: WorkerAnswer[] = [];
  #waiter: ((answer: WorkerAnswer) => void) | null = null;

  constructor(child: ChildProcess) {
    child.on('message', (message) => this.#add(message as WorkerMessage));
    child.on('error', (error) => this.#add({ type: 'ended', message: error.message }));
    child.on('exit', (code, signal) => {
      const how = signal ?? `code ${code ?? 'unknown'}`;
      this.#add({ type: 'ended', message: `the process ended with ${how}` });
    });
  }

  /** One caller at a time. */
  next(timeoutMs: number): Promise<WorkerAnswer> {
    const said = this.#said.shift();
    if (said !== undefined) return Promise.resolve(said);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle({ type: 'timeout' }), timeoutMs);
      this.#waiter = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
    });
  }

  #add(answer: WorkerAnswer): void {
    if (this.#waiter === null) this.#said.push(answer);
    else this.#settle(answer);
  }

  #settle(answer: WorkerAnswer): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.(answer);
  }
}

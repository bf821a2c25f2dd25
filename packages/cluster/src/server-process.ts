import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from './errors.ts';

export interface ServerProcessOptions {
  readonly name: string;
  /** The program's main module and its arguments. */
  readonly modulePath: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly readyTimeoutMs: number;
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Young objects of a broker live as long as a send is under way; room for them keeps them out of the old generation.
 */
export const SERVER_NODE_ARGUMENTS: readonly string[] = [
  '--enable-source-maps',
  '--max-semi-space-size=32',
  '--heap-growing-percent=400',
];

/** How much of a process's log is shown when it does not start. */
const LOG_TAIL_BYTES = 2000;

/**
 * One server program as a child process. Its output goes to a log file; an IPC channel carries the "ready" message and
 * ties the child's life to ours (a server under a supervisor stops by itself when the channel closes, so a killed
 * supervisor leaves no orphans). The child has a process group of its own: Ctrl-C in a terminal reaches only the
 * supervisor, which then stops its servers in order.
 */
export class ServerProcess {
  readonly name: string;
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #onExit: ((code: number | null, signal: NodeJS.Signals | null) => void) | null = null;

  constructor(options: ServerProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** Called whenever the process ends without `stop` or `kill` having been asked for. */
  onUnexpectedExit(listener: (code: number | null, signal: NodeJS.Signals | null) => void): void {
    this.#onExit = listener;
  }

  /**
   * Starts the program and resolves when it reports ready.
   *
   * @throws ClusterError START_FAILED with the end of its log.
   */
  async start(): Promise<void> {
    if (this.#child !== null) return;
    const { modulePath, args, logFile, nodeArguments = [], env = {} } = this.#options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...SERVER_NODE_ARGUMENTS, ...nodeArguments, modulePath, ...args], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      env: { ...process.env, UV_THREADPOOL_SIZE: '8', ...env },
    });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const unexpected = this.#child === child;
        if (unexpected) this.#child = null;
        resolve();
        if (unexpected) this.#onExit?.(code, signal);
      });
    });
    await this.#waitReady(child);
  }

  /** Asks the program to stop and waits; after `timeoutMs` it is killed. */
  async stop(timeoutMs: number = 10_000): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    child.kill('SIGTERM');
    const deadline = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    await this.#ended;
    clearTimeout(deadline);
  }

  /** SIGKILL: the process gets no chance to do anything. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    child.kill('SIGKILL');
    await this.#ended;
  }

  /** Sends any other signal, such as SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #waitReady(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: ClusterError | null): void => {
        clearTimeout(deadline);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (error === null) resolve();
        else reject(error);
      };
      const onMessage = (message: unknown): void => {
        if (
          typeof message === 'object' &&
          message !== null &&
          'type' in message &&
          message.type === 'ready'
        ) {
          settle(null);
        }
      };
      const onExit = (code: number | null): void => {
        settle(this.#startFailure(`ended with code ${String(code)} before it was ready`));
      };
      const deadline = setTimeout(() => {
        this.#child = null;
        child.kill('SIGKILL');
        settle(this.#startFailure(`was not ready after ${this.#options.readyTimeoutMs} ms`));
      }, this.#options.readyTimeoutMs);
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.once('error', (error) => settle(this.#startFailure(error.message)));
    });
  }

  #startFailure(what: string): ClusterError {
    return new ClusterError('START_FAILED', `${this.name} ${what}.\n${readTail(this.#options.logFile)}`);
  }
}

function readTail(path: string): string {
  try {
    const { size } = statSync(path);
    return readFileSync(path)
      .subarray(Math.max(0, size - LOG_TAIL_BYTES))
      .toString();
  } catch {
    return '';
  }
}

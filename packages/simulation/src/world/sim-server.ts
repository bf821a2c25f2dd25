import { EventEmitter } from 'node:events';
import type { Process } from './process.ts';
import type { Machine } from './machine.ts';
import { coded, type SimSocket } from './sim-socket.ts';

/** A listening socket, as `net.Server` shows it to a program. */
export class SimServer extends EventEmitter {
  readonly process: Process;
  maxConnections: number = Number.MAX_SAFE_INTEGER;
  readonly #machine: Machine;
  readonly #onSocket: (socket: SimSocket) => void;
  readonly #open: Set<SimSocket> = new Set();
  #port: number | null = null;
  #closed: (() => void) | null = null;

  constructor(machine: Machine, process: Process, onSocket: (socket: SimSocket) => void) {
    super();
    this.#machine = machine;
    this.process = process;
    this.#onSocket = onSocket;
    process.onEnd(() => this.#release());
  }

  listen(port: number, _host: string, listening?: () => void): this {
    const bound = this.#machine.bind(this, port);
    if (bound === null) {
      const error = coded('EADDRINUSE', `listen EADDRINUSE: address already in use ${port}`);
      this.#later('listen failed', () => this.emit('error', error));
    } else {
      this.#port = bound;
      this.#later('listening', () => listening?.());
    }
    return this;
  }

  address(): { readonly address: string; readonly port: number; readonly family: string } | null {
    return this.#port === null ? null : { address: this.#machine.address, port: this.#port, family: 'IPv4' };
  }

  /** No further connections; `closed` is called when the present ones have ended. */
  close(closed?: () => void): this {
    this.#release();
    this.#closed = closed ?? ((): void => undefined);
    this.#settle();
    return this;
  }

  /** A connection that the kernel has accepted. */
  accept(socket: SimSocket): void {
    this.#later('connection', () => {
      if (this.#port === null || this.#open.size >= this.maxConnections) {
        socket.destroy();
        return;
      }
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#settle();
      });
      this.#onSocket(socket);
    });
  }

  #release(): void {
    if (this.#port !== null) this.#machine.unbind(this.#port, this);
    this.#port = null;
  }

  #settle(): void {
    const closed = this.#closed;
    if (closed === null || this.#open.size > 0) return;
    this.#closed = null;
    this.#later('server closed', closed);
  }

  #later(kind: string, fn: () => void): void {
    this.#machine.scheduler.after(0, this.process, kind, fn);
  }
}

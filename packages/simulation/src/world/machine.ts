import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimServer } from './sim-server.ts';
import type { SimSocket, SocketKernel } from './sim-socket.ts';

const FIRST_EPHEMERAL_PORT = 32_768;

/** The kernel of one machine, as far as the network knows it: ports, sockets, and whether there is power. */
export class Machine implements SocketKernel {
  readonly id: string;
  readonly address: string;
  readonly scheduler: Scheduler;
  readonly bufferBytes: number;
  readonly #servers: Map<number, SimServer> = new Map();
  readonly #sockets: Set<SimSocket> = new Set();
  /** Processes whose end closes their sockets. */
  readonly #known: WeakSet<Process> = new WeakSet();
  #waitForPower: (() => void)[] = [];
  #powered = true;
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(id: string, address: string, scheduler: Scheduler, bufferBytes: number) {
    this.id = id;
    this.address = address;
    this.scheduler = scheduler;
    this.bufferBytes = bufferBytes;
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** Without power nothing is answered, and nobody is told that anything ended. */
  cutPower(): void {
    this.#powered = false;
  }

  restorePower(): void {
    if (this.#powered) return;
    this.#powered = true;
    for (const fn of this.#waitForPower.splice(0)) fn();
  }

  whenPowered(fn: () => void): void {
    if (this.#powered) fn();
    else this.#waitForPower.push(fn);
  }

  /** The port bound; null when it is in use. */
  bind(server: SimServer, port: number): number | null {
    const bound = port === 0 ? this.ephemeralPort() : port;
    if (this.#servers.has(bound)) return null;
    this.#servers.set(bound, server);
    return bound;
  }

  unbind(port: number, server: SimServer): void {
    if (this.#servers.get(port) === server) this.#servers.delete(port);
  }

  server(port: number): SimServer | null {
    return this.#servers.get(port) ?? null;
  }

  ephemeralPort(): number {
    this.#nextPort += 1;
    return this.#nextPort;
  }

  opened(socket: SimSocket): void {
    this.#sockets.add(socket);
    const { process } = socket;
    if (this.#known.has(process)) return;
    this.#known.add(process);
    process.onEnd(() => {
      for (const open of this.sockets()) if (open.process === process) open.abandon();
    });
  }

  closed(socket: SimSocket): void {
    this.#sockets.delete(socket);
  }

  sockets(): readonly SimSocket[] {
    return [...this.#sockets];
  }
}

import { Link, type LinkLatency } from './link.ts';
import { Machine } from './machine.ts';
import { Pipe } from './pipe.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SimServer } from './sim-server.ts';
import { SimSocket } from './sim-socket.ts';
import type { WorldNetwork } from './world.ts';

export interface SimNetworkOptions extends LinkLatency {
  readonly splitChance: number;
  readonly bufferBytes: number;
}

const PRUNE_MIN = 64;
/** Latency within one machine, ms. */
const LOOPBACK: LinkLatency = { meanMs: 0.03, tailChance: 0 };

/** What one process sees of the network. */
export interface ProcessNetwork {
  connect(host: string, port: number): SimSocket;
  createServer(onSocket: (socket: SimSocket) => void): SimServer;
}

/** TCP between the machines of a world, in virtual time. */
export class SimNetwork implements WorldNetwork {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #options: SimNetworkOptions;
  readonly #machines: Map<string, Machine> = new Map();
  readonly #byAddress: Map<string, Machine> = new Map();
  readonly #links: Map<string, Link> = new Map();
  /** Both ends of each connection that the kernels know, the caller first. */
  readonly #connections: Map<SimSocket, SimSocket> = new Map();

  /** Number of connections at which those that ended are forgotten. */
  #pruneAt: number = PRUNE_MIN;

  constructor(scheduler: Scheduler, random: SeededRandom, options: SimNetworkOptions) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#options = options;
  }

  addMachine(id: string, address: string): Machine {
    const machine = new Machine(id, address, this.#scheduler, this.#options.bufferBytes);
    this.#machines.set(id, machine);
    this.#byAddress.set(address, machine);
    return machine;
  }

  /** The network as a process on that machine uses it. */
  for(process: Process): ProcessNetwork {
    const machine = this.#machine(process.host);
    return {
      connect: (host, port) => this.#connect(machine, process, host, port),
      createServer: (onSocket) => new SimServer(machine, process, onSocket),
    };
  }

  block(from: string, to: string): void {
    this.#link(from, to).block();
  }

  unblock(from: string, to: string): void {
    this.#link(from, to).unblock();
  }

  blocked(from: string, to: string): boolean {
    return this.#link(from, to).blocked;
  }

  slow(from: string, to: string, ms: number): void {
    this.#link(from, to).slow(ms);
  }

  heal(): void {
    for (const link of this.#links.values()) {
      link.slow(0);
      link.unblock();
    }
  }

  reset(a: string, b: string): number {
    return this.#failBetween(a, b, true);
  }

  resetOneSide(told: string, untold: string): number {
    return this.#failBetween(told, untold, false);
  }

  #failBetween(a: string, b: string, both: boolean): number {
    let count = 0;
    for (const [caller, called] of [...this.#connections]) {
      const hosts = [caller.process.host, called.process.host];
      if (!hosts.includes(a) || !hosts.includes(b) || (a !== b && hosts[0] === hosts[1])) continue;
      if (caller.destroyed && called.destroyed) continue;
      count += 1;
      for (const end of [caller, called]) {
        if (both || end.process.host === a) end.fail('ECONNRESET', 'read ECONNRESET');
      }
    }
    return count;
  }

  #connect(machine: Machine, process: Process, host: string, port: number): SimSocket {
    const local = { address: machine.address, port: machine.ephemeralPort() };
    const socket = new SimSocket(machine, process, local, true);
    machine.opened(socket);
    const target = this.#byAddress.get(host);
    if (target === undefined) {
      this.#scheduler.after(0, process, 'unreachable', () => {
        socket.fail('EHOSTUNREACH', `connect EHOSTUNREACH ${host}:${port}`);
      });
    } else {
      this.#callOver(this.#link(machine.id, target.id), () => this.#called(machine, socket, target, port));
    }
    return socket;
  }

  /** Something that a kernel says to another one outside of a connection. */
  #callOver(link: Link, said: () => void): void {
    this.#scheduler.after(link.latency(), null, 'handshake', () => {
      if (link.blocked) link.wait({ restart: () => this.#callOver(link, said) });
      else said();
    });
  }

  /** A request for a connection reached the machine. */
  #called(machine: Machine, socket: SimSocket, target: Machine, port: number): void {
    if (socket.destroyed) return;
    if (!target.powered) {
      // The caller's kernel goes on asking.
      target.whenPowered(() => {
        this.#callOver(this.#link(machine.id, target.id), () => this.#called(machine, socket, target, port));
      });
      return;
    }
    const back = this.#link(target.id, machine.id);
    const server = target.server(port);
    if (server === null) {
      this.#callOver(back, () => {
        socket.fail('ECONNREFUSED', `connect ECONNREFUSED ${target.address}:${port}`);
      });
      return;
    }
    const far = new SimSocket(target, server.process, { address: target.address, port }, false);
    target.opened(far);
    const random = this.#random;
    const { splitChance } = this.#options;
    const there = new Pipe(this.#scheduler, this.#link(machine.id, target.id), random, splitChance, far);
    const andBack = new Pipe(this.#scheduler, back, random, splitChance, socket);
    const remote = { address: socket.localAddress, port: socket.localPort };
    socket.attach(there, andBack, { address: target.address, port });
    far.attach(andBack, there, remote);
    socket.meet(far);
    far.meet(socket);
    this.#remember(socket, far);
    server.accept(far);
    andBack.send({ type: 'open' });
  }

  #remember(caller: SimSocket, called: SimSocket): void {
    this.#connections.set(caller, called);
    if (this.#connections.size < this.#pruneAt) return;
    for (const [one, other] of this.#connections) {
      if (one.destroyed && other.destroyed) this.#connections.delete(one);
    }
    this.#pruneAt = this.#connections.size * 2 + PRUNE_MIN;
  }

  #link(from: string, to: string): Link {
    const name = `${from}>${to}`;
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const latency = from === to ? LOOPBACK : this.#options;
    const link = new Link(this.#random.stream(`link ${name}`), {
      meanMs: latency.meanMs,
      tailChance: latency.tailChance,
    });
    this.#links.set(name, link);
    return link;
  }

  #machine(id: string): Machine {
    const machine = this.#machines.get(id);
    if (machine === undefined) throw new Error(`no machine ${id}`);
    return machine;
  }
}

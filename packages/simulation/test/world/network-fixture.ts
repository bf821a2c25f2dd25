import { Process } from '../../src/world/process.ts';
import { Scheduler } from '../../src/world/scheduler.ts';
import { SeededRandom } from '../../src/world/seeded-random.ts';
import { SimNetwork, type SimNetworkOptions } from '../../src/world/sim-network.ts';
import type { SimServer } from '../../src/world/sim-server.ts';
import type { SimSocket } from '../../src/world/sim-socket.ts';
import type { Machine } from '../../src/world/machine.ts';

export const PORT = 1_000;

/** What a socket reported, in order. */
export class Ear {
  readonly heard: string[] = [];
  bytes: Buffer = Buffer.alloc(0);

  constructor(socket: SimSocket) {
    socket.on('connect', () => this.heard.push('connect'));
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.heard.push('data');
    });
    socket.on('end', () => this.heard.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.heard.push(`error ${error.code ?? ''}`));
    socket.on('close', () => this.heard.push('close'));
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** Two machines, a server on the second one, and whoever calls it from the first. */
export class NetworkFixture {
  readonly scheduler: Scheduler = new Scheduler({
    onStep: () => undefined,
    onThrown: (_process, error) => {
      throw error;
    },
  });
  readonly network: SimNetwork;
  readonly machines: Readonly<Record<'a' | 'b', Machine>>;
  client: Process = new Process('a', 1);
  server: Process = new Process('b', 1);
  listening: SimServer;
  readonly accepted: SimSocket[] = [];
  readonly ears: Ear[] = [];

  constructor(options: Partial<SimNetworkOptions> = {}) {
    this.network = new SimNetwork(this.scheduler, new SeededRandom(3), {
      meanMs: 5,
      tailChance: 0,
      splitChance: 0,
      bufferBytes: 1_000,
      ...options,
    });
    this.machines = {
      a: this.network.addMachine('a', '10.0.0.1'),
      b: this.network.addMachine('b', '10.0.0.2'),
    };
    this.listening = this.listen();
  }

  /** The server program begins (again). */
  listen(): SimServer {
    this.listening = this.network.for(this.server).createServer((socket) => {
      this.accepted.push(socket);
      this.ears.push(new Ear(socket));
    });
    this.listening.listen(PORT, '10.0.0.2');
    return this.listening;
  }

  call(): { socket: SimSocket; ear: Ear } {
    const socket = this.network.for(this.client).connect('10.0.0.2', PORT);
    return { socket, ear: new Ear(socket) };
  }

  async connected(): Promise<{ socket: SimSocket; ear: Ear; far: SimSocket; farEar: Ear }> {
    const { socket, ear } = this.call();
    await this.run(500);
    const far = this.accepted.at(-1);
    const farEar = this.ears.at(-1);
    if (far === undefined || farEar === undefined) throw new Error('nobody was accepted');
    return { socket, ear, far, farEar };
  }

  async run(ms: number): Promise<void> {
    await this.scheduler.run(this.scheduler.now + ms);
  }

  /** The program ends; with the power of its machine if so wished. */
  kill(process: Process, power: boolean): void {
    if (power) this.machines[process.host as 'a' | 'b'].cutPower();
    process.end();
    this.scheduler.ended(process);
  }
}

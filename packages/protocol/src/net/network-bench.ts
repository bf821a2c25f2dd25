import type { ExecutionContext } from 'ava';

import type { Network, ServerPort, SocketPort } from './ports.ts';

/** One network under test, with two places on it that may be the same. */
export interface NetworkFixture {
  /** Where connections are made. */
  readonly client: Network;
  /** Where connections are accepted. */
  readonly server: Network;
  /** The numeric address at which `server` listens and `client` finds it. */
  readonly host: string;
  /**
   * Lets something happen: on a real network one turn of the event loop, on a simulated one its next event, if any.
   * After 200 turns in which nothing came of it nothing more is expected to happen.
   */
  turn(): Promise<void>;
  dispose(): Promise<void>;
}

/** A socket and everything it reported. */
export class Ear {
  readonly socket: SocketPort;
  /** Names of the events in order; neighbouring `data` count once. */
  readonly events: string[] = [];
  readonly errors: Error[] = [];
  readonly #chunks: Buffer[] = [];
  bytes = 0;

  constructor(socket: SocketPort) {
    this.socket = socket;
    socket.on('connect', () => this.events.push('connect'));
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.bytes += chunk.length;
      if (this.events.at(-1) !== 'data') this.events.push('data');
    });
    socket.on('end', () => this.events.push('end'));
    socket.on('error', (error) => {
      this.errors.push(error);
      this.events.push('error');
    });
    socket.on('close', () => this.events.push('close'));
  }

  heard(event: string): boolean {
    return this.events.includes(event);
  }

  received(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** A server with the sockets that it accepted. */
export interface ListeningServer {
  readonly server: ServerPort;
  readonly port: number;
  readonly accepted: Ear[];
}

/** A connection: `near` made it, `far` was accepted. */
export interface Pair extends ListeningServer {
  readonly near: Ear;
  readonly far: Ear;
}

const TURNS_MAX = 1_000_000;
const STILL_TURNS = 200;

/** Makes servers and connections on the network under test, and closes them at the end. */
export class NetworkBench {
  readonly fixture: NetworkFixture;
  readonly #sockets: SocketPort[] = [];
  readonly #servers: ServerPort[] = [];

  constructor(fixture: NetworkFixture) {
    this.fixture = fixture;
  }

  /** Waits until `ready`; throws when it does not come true. */
  async until(what: string, ready: () => boolean): Promise<void> {
    for (let turns = 0; !ready(); turns += 1) {
      if (turns === TURNS_MAX) throw new Error(`it did not happen: ${what}`);
      await this.fixture.turn();
    }
  }

  /** Waits until `figure` has stood still for many turns, and returns it. */
  async settled(figure: () => number): Promise<number> {
    let last = figure();
    for (let still = 0; still < STILL_TURNS; still += 1) {
      await this.fixture.turn();
      if (figure() === last) continue;
      last = figure();
      still = 0;
    }
    return last;
  }

  server(onSocket: (socket: SocketPort) => void): ServerPort {
    const server = this.fixture.server.createServer((socket) => {
      this.#sockets.push(socket);
      onSocket(socket);
    });
    this.#servers.push(server);
    return server;
  }

  async listen(port = 0): Promise<ListeningServer> {
    const accepted: Ear[] = [];
    const server = this.server((socket) => accepted.push(new Ear(socket)));
    let listening = false;
    server.listen(port, this.fixture.host, () => {
      listening = true;
    });
    await this.until('the server listens', () => listening);
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a listening server has no address');
    return { server, port: address.port, accepted };
  }

  connect(port: number): Ear {
    const socket = this.fixture.client.connect(this.fixture.host, port);
    this.#sockets.push(socket);
    return new Ear(socket);
  }

  async pair(): Promise<Pair> {
    const listening = await this.listen();
    const near = this.connect(listening.port);
    await this.until('both ends stand', () => near.heard('connect') && listening.accepted.length > 0);
    const [far] = listening.accepted;
    if (far === undefined) throw new Error('nothing was accepted');
    return { ...listening, near, far };
  }

  /** Closes the server and whatever it accepted, and waits for it. */
  async close({ server, accepted }: ListeningServer): Promise<void> {
    let closed = false;
    server.close(() => {
      closed = true;
    });
    for (const { socket } of accepted) socket.destroy();
    await this.until('the server is closed', () => closed);
  }

  /** Whatever state a case left it in. */
  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) if (server.address() !== null) server.close(() => undefined);
  }
}

/** Bytes that are different at every place. */
export function pattern(length: number, salt: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + (i >>> 8) * 7 + salt) & 0xff;
  return bytes;
}

export function errorCode(error: Error | null | undefined): string {
  return String((error as { code?: unknown } | null | undefined)?.code);
}

export interface NetworkCase {
  readonly title: string;
  run(t: ExecutionContext, bench: NetworkBench): Promise<void>;
}

import { connect, type Socket } from 'node:net';
import { Latencies } from '../latencies.ts';
import type { LoadResult } from '../load.ts';
import { takeFrames } from './floor-frames.ts';

export interface FloorLoad {
  readonly port: number;
  readonly inFlight: number;
  readonly bodyBytes: number;
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** Keeps `inFlight` sends open on one connection, header written and read as JSON at this end too. */
export function runFloorLoad(load: FloorLoad): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: load.port }, () =>
      new FloorClient(socket, load, resolve).start(),
    );
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

class FloorClient {
  readonly #socket: Socket;
  readonly #load: FloorLoad;
  readonly #resolve: (result: LoadResult) => void;
  readonly #body: Buffer;
  readonly #sentAt: Map<number, number> = new Map();
  readonly #latencies: Latencies = new Latencies();
  #opaque = 0;
  #acknowledged = 0;
  #outgoing: Buffer[] = [];
  #measuringSince = Infinity;
  #ended = false;
  #rest: Buffer | null = null;

  constructor(socket: Socket, load: FloorLoad, resolve: (result: LoadResult) => void) {
    this.#socket = socket;
    this.#load = load;
    this.#resolve = resolve;
    this.#body = Buffer.alloc(load.bodyBytes, 'x');
  }

  start(): void {
    this.#socket.on('data', (chunk) => this.#onData(chunk));
    setTimeout(() => (this.#measuringSince = performance.now()), this.#load.warmupMs);
    setTimeout(() => this.#finish(), this.#load.warmupMs + this.#load.durationMs);
    for (let i = 0; i < this.#load.inFlight; i++) this.#send();
    this.#flush();
  }

  #finish(): void {
    this.#ended = true;
    const seconds = (performance.now() - this.#measuringSince) / 1000;
    this.#socket.destroy();
    this.#resolve({
      messagesPerSecond: this.#acknowledged / seconds,
      acknowledged: this.#acknowledged,
      failed: 0,
      latency: this.#latencies.summary(),
    });
  }

  #send(): void {
    const opaque = this.#opaque++;
    const header = JSON.stringify({
      code: 310,
      extFields: {
        a: 'bench',
        b: 'Bench',
        c: 'TBW102',
        d: '4',
        e: String(opaque & 3),
        f: '0',
        g: String(Date.now()),
        h: '0',
        i: `UNIQ_KEY\u0001C0A8010A1A2B18B4AAC2${(opaque >>> 0).toString(16).toUpperCase().padStart(12, '0')}\u0002WAIT\u0001true\u0002`,
        j: '0',
        k: 'false',
        m: 'false',
      },
      flag: 0,
      language: 'JAVA',
      opaque,
      serializeTypeCurrentRPC: 'JSON',
      version: 479,
    });
    const frame = Buffer.allocUnsafe(8 + header.length + this.#body.length);
    frame.writeUInt32BE(frame.length - 4, 0);
    frame.writeUInt32BE(header.length, 4);
    frame.write(header, 8, 'latin1');
    this.#body.copy(frame, 8 + header.length);
    this.#sentAt.set(opaque, performance.now());
    this.#outgoing.push(frame);
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return;
    this.#socket.write(
      this.#outgoing.length === 1 ? (this.#outgoing[0] as Buffer) : Buffer.concat(this.#outgoing),
    );
    this.#outgoing = [];
  }

  #onData(chunk: Buffer): void {
    if (this.#ended) return;
    const taken = takeFrames(this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]));
    this.#rest = taken.rest;
    const now = performance.now();
    for (const frame of taken.frames) {
      const reply = JSON.parse(frame.header.toString('latin1')) as { opaque: number };
      const sentAt = this.#sentAt.get(reply.opaque);
      this.#sentAt.delete(reply.opaque);
      if (sentAt !== undefined && now >= this.#measuringSince) {
        this.#acknowledged++;
        this.#latencies.add(now - sentAt);
      }
      this.#send();
    }
    this.#flush();
  }
}

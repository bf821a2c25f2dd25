import { BrokerError } from '../errors.ts';

/*
 * The first bytes of a peer connection: u32 magic "LMQP", u8 version, u16 length, JSON {"cluster","from","to"}.
 * The node that was called answers in the same form, and nothing else. Frames of Raft messages follow the first one.
 *
 * Version 2: the answer. Without it a port that merely accepts connections would pass for a living peer.
 */
const MAGIC = 0x4c4d5150;
const VERSION = 2;
const PREFIX_BYTES = 7;
const HELLO_BYTES_MAX = 4096;

export function encodeHello(cluster: string, from: string, to: string): Buffer {
  const text = Buffer.from(JSON.stringify({ cluster, from, to }));
  const hello = Buffer.allocUnsafe(PREFIX_BYTES + text.length);
  hello.writeUInt32BE(MAGIC, 0);
  hello.writeUInt8(VERSION, 4);
  hello.writeUInt16BE(text.length, 5);
  text.copy(hello, PREFIX_BYTES);
  return hello;
}

/** Takes the introduction off the front of a connection and checks that it was meant for this node of this cluster. */
export class HelloReader {
  readonly #cluster: string;
  readonly #nodeId: string;
  #gathered: Buffer = Buffer.alloc(0);
  #peer = '';

  constructor(cluster: string, nodeId: string) {
    this.#cluster = cluster;
    this.#nodeId = nodeId;
  }

  /** Who introduced itself; empty before `push` returned bytes. */
  get peer(): string {
    return this.#peer;
  }

  /** What follows the introduction, or null while it is incomplete. Throws PEER_FRAME_INVALID. */
  push(chunk: Buffer): Buffer | null {
    const input = this.#gathered.length === 0 ? chunk : Buffer.concat([this.#gathered, chunk]);
    if (input.length >= 4 && input.readUInt32BE(0) !== MAGIC) throw invalid('it is not a peer of this kind');
    if (input.length >= 5 && input.readUInt8(4) !== VERSION)
      throw invalid(`it speaks version ${input.readUInt8(4)}`);
    if (input.length >= PREFIX_BYTES) {
      const bytes = input.readUInt16BE(5);
      if (bytes > HELLO_BYTES_MAX) throw invalid('its introduction is too long');
      if (input.length >= PREFIX_BYTES + bytes) {
        this.#read(input.subarray(PREFIX_BYTES, PREFIX_BYTES + bytes).toString());
        return input.subarray(PREFIX_BYTES + bytes);
      }
    }
    this.#gathered = Buffer.from(input);
    return null;
  }

  #read(text: string): void {
    let hello: unknown;
    try {
      hello = JSON.parse(text);
    } catch (error) {
      throw invalid('its introduction is not JSON', error);
    }
    if (typeof hello !== 'object' || hello === null) throw invalid('its introduction is empty');
    const { cluster, from, to } = hello as Record<string, unknown>;
    if (cluster !== this.#cluster) throw invalid(`it belongs to the cluster ${JSON.stringify(cluster)}`);
    if (to !== this.#nodeId) throw invalid(`it looks for the node ${JSON.stringify(to)}`);
    if (typeof from !== 'string' || from === '') throw invalid('it does not say who it is');
    this.#peer = from;
  }
}

function invalid(why: string, cause?: unknown): BrokerError {
  return new BrokerError('PEER_FRAME_INVALID', why, cause === undefined ? undefined : { cause });
}

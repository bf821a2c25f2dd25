import { Buffer } from 'node:buffer';
import { FrameDecoder, decodeCommand, encodeCommand } from '@ledgermq/protocol';
import type { Frame, RemotingCommand } from '@ledgermq/protocol';
import type { DispatchConnection } from '../src/dispatcher.ts';

let made = 0;

/** A client's connection that keeps what is written to it, decoded. */
export class RecordingConnection implements DispatchConnection {
  readonly id: number;
  readonly remoteHost = '192.168.1.20';
  readonly remotePort = 50_000;
  readonly remoteAddress = '192.168.1.20:50000';
  readonly written: RemotingCommand[] = [];
  readonly #decoder = new FrameDecoder({ frameBytesMax: 16_777_216 });
  closed = false;
  closeError: Error | null = null;

  constructor() {
    made += 1;
    this.id = made;
  }

  write(frame: Buffer): void {
    for (const part of this.#decoder.push(Buffer.from(frame))) {
      this.written.push(decodeCommand(part));
    }
  }

  close(error?: Error): void {
    this.closed = true;
    this.closeError = error ?? null;
  }

  /** The answer to the request with this opaque. */
  answer(opaque: number): RemotingCommand | undefined {
    return this.written.find((command) => command.opaque === opaque && (command.flag & 1) === 1);
  }

  /** What the broker asked this client by itself. */
  get requests(): RemotingCommand[] {
    return this.written.filter((command) => (command.flag & 1) === 0);
  }
}

/** The frames in which commands travel. */
export function framesOf(...commands: readonly RemotingCommand[]): readonly Frame[] {
  const decoder = new FrameDecoder({ frameBytesMax: 64 * 1024 * 1024 });
  return decoder.push(Buffer.concat(commands.map((command) => encodeCommand(command))));
}

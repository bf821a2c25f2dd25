import type { Buffer } from 'node:buffer';
import { decodeCommand } from '@ledgermq/protocol';
import type { Frame, RemotingCommand, SendHeader } from '@ledgermq/protocol';
import type { Exchange } from './exchange.ts';
import { guarded } from './failure.ts';
import type { MasterNeed, MasterRequest, MasterRouter } from './forwarding/master-router.ts';
import type { SendMessageHandler } from './handlers/send-message.ts';

export interface SendRequestPorts {
  readonly send: SendMessageHandler;
  readonly router: MasterRouter;
  /** Whether this send may be executed twice with the effect of once: it carries an id and duplicates are detected. */
  isRepeatableSend(header: SendHeader, body: Buffer): boolean;
}

/**
 * A send on its way to the master. What is rarely asked for (the command to forward, whether it may be repeated) is
 * found out only then.
 *
 * The views on the frame are kept until the send is answered: that keeps its chunk in memory, which the limits on
 * pending and parked requests bound, and spares a copy of every message.
 */
export class SendRequest implements MasterRequest {
  readonly exchange: Exchange;
  readonly answerMs: number;
  readonly #ports: SendRequestPorts;
  readonly #header: SendHeader;
  readonly #source: Frame | RemotingCommand;

  constructor(
    ports: SendRequestPorts,
    header: SendHeader,
    source: Frame | RemotingCommand,
    exchange: Exchange,
    answerMs: number,
  ) {
    this.#ports = ports;
    this.#header = header;
    this.#source = source;
    this.exchange = exchange;
    this.answerMs = answerMs;
  }

  get need(): MasterNeed {
    return 'proposals';
  }

  get bytes(): number {
    return this.#source.body.length + this.#header.properties.length;
  }

  get repeatable(): boolean {
    return this.#ports.isRepeatableSend(this.#header, this.#source.body);
  }

  command(): RemotingCommand {
    return 'extFields' in this.#source ? this.#source : decodeCommand(this.#source);
  }

  run(): void {
    guarded(this.exchange, () => {
      this.#ports.send.send(this.#header, this.#source.body, this.exchange, () => {
        this.#ports.router.defer(this);
      });
    });
  }
}

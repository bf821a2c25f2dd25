import type { MQError } from './errors.ts';
import type { FlightLimit } from './flight-limit.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { PendingSend, SendResult } from './shipment.ts';

/** A send whose caller holds a promise, and which may have a place in flight to give back when it is settled. */
export class OpenSend implements PendingSend {
  readonly message: OutgoingMessage;
  readonly queueFixed: boolean;
  readonly deadline: number;
  readonly #resolve: (result: SendResult) => void;
  readonly #reject: (error: MQError) => void;
  #flight: FlightLimit | null;

  /** `flight` is null when the caller gives the place back itself. */
  constructor(
    message: OutgoingMessage,
    queueFixed: boolean,
    deadline: number,
    flight: FlightLimit | null,
    resolve: (result: SendResult) => void,
    reject: (error: MQError) => void,
  ) {
    this.message = message;
    this.queueFixed = queueFixed;
    this.deadline = deadline;
    this.#flight = flight;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  resolve(result: SendResult): void {
    this.#leave();
    this.#resolve(result);
  }

  reject(error: MQError): void {
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    const flight = this.#flight;
    this.#flight = null;
    flight?.exit();
  }
}

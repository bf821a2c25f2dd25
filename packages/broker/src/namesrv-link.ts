import { ResponseCode } from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';

/** A connection to a name server, as far as registration needs one. */
export interface NamesrvConnection {
  request(command: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>;
  close(): void;
}

/** Opens a connection to "host:port"; `onClose` is called once when it ends by itself. */
export type NamesrvConnector = (address: string, onClose: () => void) => Promise<NamesrvConnection>;

export interface NamesrvLinkOptions {
  readonly requestTimeoutMs: number;
  /** Pause before connecting again after a failure, in milliseconds. */
  readonly reconnectMs: number;
}

export interface NamesrvLinkPorts {
  readonly connect: NamesrvConnector;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Builds the registration as of now. */
  registration(): RemotingCommand;
  /** Progress was made or lost; whoever waits looks again. */
  onProgress(): void;
}

type State =
  | { readonly type: 'disconnected' }
  | { readonly type: 'connecting' }
  | { readonly type: 'connected'; readonly connection: NamesrvConnection };

/**
 * Keeps one name server informed over one persistent connection, whose end tells the server that this broker is gone.
 *
 * Each wish to register has a number; at most one request is under way, and a wish that comes meanwhile is met by the
 * next one, so any number of changes costs at most two requests.
 */
export class NamesrvLink {
  readonly address: string;
  readonly #ports: NamesrvLinkPorts;
  readonly #options: NamesrvLinkOptions;
  #state: State = { type: 'disconnected' };
  #wanted = 0;
  #confirmed = -1;
  #sending = false;
  #timer: TimerHandle | null = null;
  #stopped = false;
  /** Whether the present failure was logged; a server that stays away costs one line, not one per attempt. */
  #reported = false;

  constructor(address: string, ports: NamesrvLinkPorts, options: NamesrvLinkOptions) {
    this.address = address;
    this.#ports = ports;
    this.#options = options;
  }

  get connected(): boolean {
    return this.#state.type === 'connected';
  }

  /** Number of the latest wish that the server has confirmed; -1 on a connection without a registration. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** Asks for a registration that holds everything known at this call. */
  want(number: number): void {
    this.#wanted = number;
    switch (this.#state.type) {
      case 'connected':
        this.#send(this.#state.connection);
        return;
      case 'connecting':
        return;
      case 'disconnected':
        if (this.#timer === null) {
          this.#connect();
        }
        return;
    }
  }

  /** Sends a farewell if the server can be reached, then closes. */
  async stop(farewell: RemotingCommand): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) {
      this.#ports.clock.clearTimer(this.#timer);
      this.#timer = null;
    }
    if (this.#state.type === 'connected') {
      const { connection } = this.#state;
      this.#state = { type: 'disconnected' };
      await connection.request(farewell, this.#options.requestTimeoutMs).catch(() => null);
      connection.close();
    }
  }

  #connect(): void {
    if (this.#stopped) {
      return;
    }
    this.#state = { type: 'connecting' };
    let closed = false;
    const onClose = (): void => {
      closed = true;
      this.#lost('the connection closed');
    };
    this.#ports.connect(this.address, onClose).then(
      (connection) => {
        if (this.#stopped || closed) {
          connection.close();
          return;
        }
        this.#state = { type: 'connected', connection };
        this.#reported = false;
        this.#confirmed = -1;
        this.#send(connection);
      },
      (error: unknown) => {
        this.#lost(error instanceof Error ? error.message : String(error));
      },
    );
  }

  #send(connection: NamesrvConnection): void {
    if (this.#sending || this.#confirmed >= this.#wanted) {
      return;
    }
    const number = this.#wanted;
    this.#sending = true;
    connection.request(this.#ports.registration(), this.#options.requestTimeoutMs).then(
      (response) => {
        this.#sending = false;
        if (!this.#isCurrent(connection)) {
          return;
        }
        if (response.code === ResponseCode.SUCCESS) {
          this.#confirmed = number;
          this.#ports.onProgress();
          this.#send(connection);
        } else {
          // A refusal is repeated by the next periodic registration; a new connection would not help.
          this.#ports.logger.warn('a name server refused the registration', {
            namesrv: this.address,
            code: response.code,
            remark: response.remark,
          });
        }
      },
      (error: unknown) => {
        this.#sending = false;
        if (this.#isCurrent(connection)) {
          connection.close();
          this.#lost(error instanceof Error ? error.message : String(error));
        }
      },
    );
  }

  #isCurrent(connection: NamesrvConnection): boolean {
    return this.#state.type === 'connected' && this.#state.connection === connection;
  }

  #lost(reason: string): void {
    if (this.#stopped || this.#state.type === 'disconnected') {
      return;
    }
    this.#state = { type: 'disconnected' };
    this.#confirmed = -1;
    this.#sending = false;
    if (!this.#reported) {
      this.#reported = true;
      this.#ports.logger.warn('a name server cannot be reached', { namesrv: this.address, reason });
    }
    this.#timer = this.#ports.clock.setTimer(this.#options.reconnectMs, () => {
      this.#timer = null;
      this.#connect();
    });
    this.#ports.onProgress();
  }
}

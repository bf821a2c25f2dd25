import { encodeHostAddress } from '@ledgermq/protocol';
import type { HostAddress } from '@ledgermq/protocol';
import type { ClientConnection, Exchange } from './exchange.ts';

const NOWHERE: HostAddress = encodeHostAddress('0.0.0.0', 0);

/**
 * Where messages were born, in the form in which records hold it; encoded once per connection.
 *
 * Of a request that another replica passed on, the client's own address counts, as far as it is one: it comes from a
 * header field, and a client could have put anything there.
 */
export class BirthPlaces {
  readonly #ofConnection = new WeakMap<ClientConnection, HostAddress>();

  of(exchange: Exchange): HostAddress {
    if (exchange.forwardedFor !== null) {
      return parsed(exchange.forwardedFor) ?? this.#of(exchange.connection);
    }
    return this.#of(exchange.connection);
  }

  #of(connection: ClientConnection): HostAddress {
    let address = this.#ofConnection.get(connection);
    if (address === undefined) {
      address = encoded(connection.remoteHost, connection.remotePort) ?? NOWHERE;
      this.#ofConnection.set(connection, address);
    }
    return address;
  }
}

function parsed(text: string): HostAddress | null {
  const colon = text.lastIndexOf(':');
  return encoded(text.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, ''), Number(text.slice(colon + 1)));
}

function encoded(host: string, port: number): HostAddress | null {
  try {
    return encodeHostAddress(host, port);
  } catch {
    return null;
  }
}

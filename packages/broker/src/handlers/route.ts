import type { RemotingCommand } from '@ledgermq/protocol';
import type { Exchange } from '../exchange.ts';
import type { MasterNeed } from '../forwarding/master-router.ts';

/** Hands a request back that this replica certainly did not execute; it goes to the new master or waits for one. */
export type Retry = () => void;

/**
 * How a request code is served: by any replica from what it knows itself, or by the master only. A handler answers the
 * exchange exactly once, at once or later; what it throws at once is answered as an error.
 */
export type Route =
  | {
      readonly place: 'any-replica';
      handle(command: RemotingCommand, exchange: Exchange): void;
    }
  | {
      readonly place: MasterNeed;
      /** Executing the request twice is harmless, so a lost answer of the master may be asked for again. */
      readonly repeatable: boolean;
      handle(command: RemotingCommand, exchange: Exchange, retry: Retry): void;
    };

/** Request code to route. */
export type RouteTable = ReadonlyMap<number, Route>;

export function anyReplica(handle: (command: RemotingCommand, exchange: Exchange) => void): Route {
  return { place: 'any-replica', handle };
}

/** A request whose answer must know everything that was acknowledged before it was made. */
export function masterReads(
  handle: (command: RemotingCommand, exchange: Exchange, retry: Retry) => void,
): Route {
  return { place: 'current', repeatable: true, handle };
}

/** A request that changes replicated state. */
export function masterProposes(
  handle: (command: RemotingCommand, exchange: Exchange, retry: Retry) => void,
  { repeatable }: { readonly repeatable: boolean },
): Route {
  return { place: 'proposals', repeatable, handle };
}

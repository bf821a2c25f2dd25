export { ConnectionError } from './connection-error.ts';
export type { ConnectionErrorCode } from './connection-error.ts';
export { CONNECTION_DEFAULTS, Connection } from './connection.ts';
export type { ConnectionHandler, ConnectionOptions } from './connection.ts';
export { connect } from './connect.ts';
export type { Requester } from './in-flight.ts';
export { Listener } from './listener.ts';
export type { ListenerHandler, ListenerOptions } from './listener.ts';
export { nodeNet } from './node-net.ts';
export type {
  NetClock,
  NetPorts,
  Network,
  ServerPort,
  SocketEvents,
  SocketPort,
  TimerHandle,
} from './ports.ts';
export { RepeatingTimer } from './repeating-timer.ts';
export { TurnFlush } from './turn-flush.ts';
export type { Flushable } from './turn-flush.ts';

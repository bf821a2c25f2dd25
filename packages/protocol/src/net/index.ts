export { ConnectionError } from './connection-error.ts';
export type { ConnectionErrorCode } from './connection-error.ts';
export { CONNECTION_DEFAULTS, Connection } from './connection.ts';
export type { ConnectionHandler, ConnectionOptions } from './connection.ts';
export { connect } from './connect.ts';
export type { Requester } from './in-flight.ts';
export { Listener } from './listener.ts';
export type { ListenerHandler, ListenerOptions } from './listener.ts';
export { flushTurn } from './turn-flush.ts';

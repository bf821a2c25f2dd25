import { ConnectionError } from './connection-error.ts';
import { Connection } from './connection.ts';
import type { ConnectionHandler, ConnectionOptions } from './connection.ts';
import { nodeNet } from './node-net.ts';
import type { NetPorts } from './ports.ts';

/**
 * Open a connection. Rejects with a `ConnectionError` of code `CONNECT_FAILED` (refused, unreachable, not
 * within `connectTimeoutMs`) or `ABORTED`; nothing stays open then and the handler hears nothing.
 */
export function connect(
  host: string,
  port: number,
  options: ConnectionOptions,
  handler: ConnectionHandler,
  connectTimeoutMs: number,
  signal?: AbortSignal | null,
  net: NetPorts = nodeNet,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new ConnectionError('ABORTED', 'The connection was not wanted any more', false, signal.reason));
      return;
    }
    const socket = net.network.connect(host, port);
    const fail = (error: ConnectionError): void => {
      cleanUp();
      socket.on('error', ignoreLateError);
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error): void => {
      fail(new ConnectionError('CONNECT_FAILED', `Cannot connect to ${host}:${port}`, false, error));
    };
    const onAbort = (): void => {
      fail(new ConnectionError('ABORTED', `Gave up connecting to ${host}:${port}`, false, signal?.reason));
    };
    const timer = net.clock.setTimer(connectTimeoutMs, () => {
      const text = `${host}:${port} did not accept within ${connectTimeoutMs} ms`;
      fail(new ConnectionError('CONNECT_FAILED', text, false));
    });
    const cleanUp = (): void => {
      net.clock.clearTimer(timer);
      socket.off('error', onError);
      socket.off('connect', onConnect);
      signal?.removeEventListener('abort', onAbort);
    };
    const onConnect = (): void => {
      cleanUp();
      resolve(new Connection(socket, options, handler, net));
    };
    socket.once('error', onError);
    socket.once('connect', onConnect);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A socket given up while connecting may still report why it failed; that is of no interest any more. */
function ignoreLateError(): void {
  return;
}

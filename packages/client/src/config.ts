import type { ClientPorts, ClientProcess } from './client-ports.ts';
import { MQClientException } from './errors.ts';

/** The part of a pino logger that is used. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface ClientOptions {
  /** Name servers, "host:port;host:port" or a list; default the variable NAMESRV_ADDR, then 127.0.0.1:9876. */
  readonly namesrvAddr?: string | readonly string[];
  /** Tells apart several clients of one process; default the pid and a number. */
  readonly instanceName?: string;
  /** Time between looks at the routes, ms; only a fallback, as failures look at once. */
  readonly pollNameServerInterval?: number;
  /** Time between heartbeats to the brokers, ms. */
  readonly heartbeatBrokerInterval?: number;
  /** Default: warnings and errors to stderr. False: nothing. */
  readonly logger?: Logger | false;
  /** Aborting it shuts the client down. */
  readonly signal?: AbortSignal;
}

export interface ClientConfig {
  readonly namesrvAddresses: readonly string[];
  readonly instanceName: string;
  readonly clientId: string;
  readonly pollNameServerInterval: number;
  readonly heartbeatBrokerInterval: number;
  readonly logger: Logger;
  readonly signal: AbortSignal | null;
}

/** Adds what is wrong to `faults`; the caller throws for its own and these together. */
export function parseClientOptions(
  options: ClientOptions,
  faults: string[],
  ports: Pick<ClientPorts, 'clock' | 'process'>,
): ClientConfig {
  const given = options.namesrvAddr ?? ports.process.namesrvAddr() ?? '127.0.0.1:9876';
  const namesrvAddresses = (typeof given === 'string' ? given.split(/[;,]/) : [...given])
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (namesrvAddresses.length === 0) faults.push('namesrvAddr names no address');
  for (const address of namesrvAddresses) {
    if (!/^.+:\d{1,5}$/.test(address)) faults.push(`namesrvAddr "${address}" is not host:port`);
  }
  const pollNameServerInterval = options.pollNameServerInterval ?? 30_000;
  const heartbeatBrokerInterval = options.heartbeatBrokerInterval ?? 30_000;
  for (const [name, value] of Object.entries({ pollNameServerInterval, heartbeatBrokerInterval })) {
    if (!Number.isFinite(value) || value < 10) faults.push(`${name} must be at least 10 ms, not ${value}`);
  }
  const instance = ports.process.nextInstance();
  const instanceName =
    options.instanceName ?? `${ports.process.pid}#${instance}${ports.clock.now().toString(36)}`;
  return Object.freeze({
    namesrvAddresses,
    instanceName,
    clientId: `${ports.process.hostName()}@${instanceName}`,
    pollNameServerInterval,
    heartbeatBrokerInterval,
    logger: options.logger === false ? silentLogger : (options.logger ?? complainingLogger(ports.process)),
    signal: options.signal ?? null,
  });
}

/** Throws one error for all of them. */
export function requireNoFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new MQClientException('ERR_MQ_BAD_OPTIONS', faults.join('; '), { outcome: 'rejected' });
}

const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Warnings and errors only. */
function complainingLogger(process: ClientProcess): Logger {
  const complain =
    (level: string) =>
    (details: object, message: string): void =>
      process.complain(`ledgermq ${level}: ${message} ${JSON.stringify(details)}`);
  return { debug() {}, info() {}, warn: complain('warning'), error: complain('error') };
}

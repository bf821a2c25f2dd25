import { connect, createServer } from 'node:net';
import type { NetClock, NetPorts, Network, TimerHandle } from './ports.ts';
import { TurnFlush } from './turn-flush.ts';

/** TCP of the operating system. */
const nodeNetwork: Network = {
  connect: (host, port) => connect({ host, port, noDelay: true }),
  createServer: (onSocket) => createServer({ noDelay: true }, onSocket),
};

/** Time of this process. Its timers keep the process alive, as its open sockets do. */
const nodeClock: NetClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // A timer of Node cuts fractions off, and would be early.
  setTimer: (ms, fn): TimerHandle => setTimeout(fn, Math.ceil(ms)),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout),
  immediate: (fn) => {
    setImmediate(fn);
  },
};

/** The ports of this process: the default wherever ports are asked for. */
export const nodeNet: NetPorts = Object.freeze({
  network: nodeNetwork,
  clock: nodeClock,
  turn: new TurnFlush(nodeClock),
});

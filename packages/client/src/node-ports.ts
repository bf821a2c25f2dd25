import { hostname } from 'node:os';
import { nodeNet } from '@ledgermq/protocol/net';
import type { ClientPorts } from './client-ports.ts';
import { localAddress } from './local-address.ts';

let instances = 0;

/** The sockets, the time, the chance and the name of this process: what every client uses unless told otherwise. */
export const nodeClientPorts: ClientPorts = Object.freeze({
  net: nodeNet,
  clock: nodeNet.clock,
  random: { nextInt: (bound: number) => Math.floor(Math.random() * bound) },
  process: {
    pid: process.pid,
    hostName: hostname,
    address: localAddress,
    nextInstance: () => {
      instances += 1;
      return instances;
    },
    namesrvAddr: () => process.env['NAMESRV_ADDR'],
    complain: (line: string) => {
      process.stderr.write(`${line}\n`);
    },
  },
});

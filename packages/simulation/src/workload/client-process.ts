import type { ClientPorts as ProductionPorts } from '@ledgermq/client/ports';
import type { ClientPorts } from './client-ports.ts';

/** What the production clients get of a simulated machine. */
export function clientPortsOf({ id, address, life, net, clock, random }: ClientPorts): ProductionPorts {
  return {
    net,
    clock,
    random,
    process: {
      pid: life,
      hostName: () => id,
      address: () => address,
      nextInstance: () => 1,
      namesrvAddr: () => undefined,
      complain: () => undefined,
    },
  };
}

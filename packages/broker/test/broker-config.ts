import { parseConfig } from '../src/config.ts';
import type { BrokerConfig } from '../src/config.ts';

/** A node of a cluster of three with one group, as tests change it. */
export function brokerConfig(change: Readonly<Record<string, unknown>> = {}): BrokerConfig {
  const ids = ['n1', 'n2', 'n3'];
  return parseConfig({
    nodeId: 'n1',
    dataDir: 'unused',
    brokerIP1: '127.0.0.1',
    peerListen: '127.0.0.1:0',
    adminListen: '127.0.0.1:0',
    peers: ids.map((id, i) => ({ id, peerAddress: `127.0.0.1:${40911 + i}` })),
    groups: [
      {
        brokerName: 'broker-a',
        members: ids.map((id, i) => ({ id, listenAddress: `127.0.0.1:${10911 + 10 * i}` })),
      },
    ],
    ...change,
  });
}

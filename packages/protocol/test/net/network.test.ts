import test from 'ava';

import { nodeNet } from '../../src/net/index.ts';
import { networkSuite } from '../../src/net/network-suite.ts';

networkSuite(test, 'node:net', () => ({
  client: nodeNet.network,
  server: nodeNet.network,
  host: '127.0.0.1',
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  dispose: () => Promise.resolve(),
}));

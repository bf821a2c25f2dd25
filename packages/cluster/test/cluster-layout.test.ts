import test from 'ava';
import fc from 'fast-check';
import { createServer } from 'node:net';
import { addressesOf, findPortOwner, freePorts, isPortFree, layoutCluster } from '../src/index.ts';

test('the default layout uses well-known ports and spreads the preferred masters', (t) => {
  const layout = layoutCluster({ nodes: 3, groups: 3, dataDir: 'd' });
  t.deepEqual(layout.namesrvAddresses, ['127.0.0.1:9876']);
  t.deepEqual(
    layout.groups.map((group) => [group.brokerName, group.preferredLeader, group.members[0]?.listenAddress]),
    [
      ['broker-a', 'n1', '127.0.0.1:10911'],
      ['broker-b', 'n2', '127.0.0.1:11011'],
      ['broker-c', 'n3', '127.0.0.1:11111'],
    ],
  );
  t.deepEqual(
    layout.nodes.map((node) => [node.id, node.peerAddress, node.adminAddress, node.dataDir]),
    [
      ['n1', '127.0.0.1:40911', '127.0.0.1:18081', 'd/n1'],
      ['n2', '127.0.0.1:40912', '127.0.0.1:18082', 'd/n2'],
      ['n3', '127.0.0.1:40913', '127.0.0.1:18083', 'd/n3'],
    ],
  );
});

test('no two users of a layout share an address', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 26 }), (nodes, groups) => {
      const addresses = addressesOf(layoutCluster({ nodes, groups, dataDir: 'd' })).map(
        ({ address }) => address,
      );
      return new Set(addresses).size === addresses.length && addresses.length === 1 + nodes * (2 + groups);
    }),
  );
  t.pass();
});

test('counts outside their bounds are refused by name', (t) => {
  t.throws(() => layoutCluster({ nodes: 0, groups: 1, dataDir: 'd' }), { message: /nodes/ });
  t.throws(() => layoutCluster({ nodes: 3, groups: 27, dataDir: 'd' }), { message: /groups/ });
});

test('a taken port is seen and its owner is named', async (t) => {
  const [port] = await freePorts('127.0.0.1', 1);
  if (port === undefined) return t.fail();
  t.true(await isPortFree('127.0.0.1', port));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port }, resolve));
  t.false(await isPortFree('127.0.0.1', port));
  const owner = findPortOwner(port);
  if (process.platform === 'linux') t.is(owner?.pid, process.pid);
  await new Promise((resolve) => server.close(resolve));
});

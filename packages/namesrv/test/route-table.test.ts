import test from 'ava';
import fc from 'fast-check';
import { RouteTable, type BrokerRegistration } from '../src/route-table.ts';

function registration(overrides: Partial<BrokerRegistration> = {}): BrokerRegistration {
  return {
    clusterName: 'C',
    brokerName: 'broker-a',
    brokerAddr: '10.0.0.1:10911',
    brokerId: 0,
    haServerAddr: '10.0.0.1:10912',
    dataVersion: { counter: 1, stateVersion: 0, timestamp: 1 },
    topics: [{ topic: 'T', readQueueNums: 4, writeQueueNums: 4, perm: 6, topicSysFlag: 0 }],
    raftTerm: null,
    expiryMs: 120_000,
    connectionId: 1,
    ...overrides,
  };
}

function addressesOf(table: RouteTable, topic: string): [number, string][] {
  return [...(table.lookup(topic)?.brokers[0]?.brokerAddrs ?? [])].sort(([a], [b]) => a - b);
}

test('a registration makes its topics routable and a slave learns its master', (t) => {
  const table = new RouteTable();
  t.deepEqual(table.register(registration(), 0), {
    type: 'registered',
    masterAddr: null,
    haServerAddr: null,
  });
  const slave = registration({ brokerAddr: '10.0.0.2:10911', brokerId: 1, connectionId: 2, topics: [] });
  t.deepEqual(table.register(slave, 0), {
    type: 'registered',
    masterAddr: '10.0.0.1:10911',
    haServerAddr: '10.0.0.1:10912',
  });
  t.deepEqual(addressesOf(table, 'T'), [
    [0, '10.0.0.1:10911'],
    [1, '10.0.0.2:10911'],
  ]);
  t.is(table.lookup('unknown'), null);
});

test('a closed connection removes its broker at once, and the last one its topics', (t) => {
  const table = new RouteTable();
  table.register(registration(), 0);
  table.register(registration({ brokerAddr: '10.0.0.2:10911', brokerId: 1, connectionId: 2 }), 0);
  t.deepEqual(table.connectionClosed(1), ['broker-a']);
  t.deepEqual(addressesOf(table, 'T'), [[1, '10.0.0.2:10911']]);
  t.deepEqual(table.connectionClosed(2), ['broker-a']);
  t.is(table.lookup('T'), null);
  t.deepEqual(table.topics(), []);
});

test('a broker that is not heard of expires; a data version query is a sign of life', (t) => {
  const table = new RouteTable();
  table.register(registration(), 0);
  t.deepEqual(table.expire(119_999), []);
  t.deepEqual(table.touch('broker-a', '10.0.0.1:10911', 100_000), {
    counter: 1,
    stateVersion: 0,
    timestamp: 1,
  });
  t.deepEqual(table.expire(219_999), []);
  t.deepEqual(table.expire(220_000), ['broker-a']);
  t.is(table.touch('broker-a', '10.0.0.1:10911', 220_000), null);
});

test('a replica that becomes master leaves its old id, and the old master comes back as a slave', (t) => {
  const table = new RouteTable();
  table.register(registration({ raftTerm: 1 }), 0);
  table.register(registration({ brokerAddr: '10.0.0.2:10911', brokerId: 2, connectionId: 2 }), 0);
  table.register(
    registration({ brokerAddr: '10.0.0.2:10911', brokerId: 0, connectionId: 2, raftTerm: 2 }),
    0,
  );
  t.deepEqual(addressesOf(table, 'T'), [[0, '10.0.0.2:10911']]);
  table.register(registration({ brokerId: 1 }), 0);
  t.deepEqual(addressesOf(table, 'T'), [
    [0, '10.0.0.2:10911'],
    [1, '10.0.0.1:10911'],
  ]);
});

test('a late registration of a deposed master cannot displace a newer one', (t) => {
  const table = new RouteTable();
  table.register(registration({ brokerAddr: '10.0.0.2:10911', connectionId: 2, raftTerm: 5 }), 0);
  const late = table.register(registration({ raftTerm: 4 }), 0);
  t.is(late.type, 'refused');
  t.deepEqual(addressesOf(table, 'T'), [[0, '10.0.0.2:10911']]);
});

test('write permission is wiped and given back, topics are deleted by cluster', (t) => {
  const table = new RouteTable();
  table.register(registration(), 0);
  t.is(table.changeWritePermission('broker-a', false), 1);
  t.is(table.lookup('T')?.queues[0]?.perm, 4);
  t.is(table.changeWritePermission('broker-a', true), 1);
  t.is(table.lookup('T')?.queues[0]?.perm, 6);
  table.deleteTopic('T', 'another cluster');
  t.not(table.lookup('T'), null);
  t.deepEqual(table.topicsOfCluster('C'), ['T']);
  table.deleteTopic('T', null);
  t.is(table.lookup('T'), null);
});

test('limits refuse what would grow without bound', (t) => {
  const table = new RouteTable({ brokerNamesMax: 1, replicasPerBrokerMax: 2, topicsMax: 1 });
  t.is(table.register(registration(), 0).type, 'registered');
  t.is(table.register(registration({ brokerName: 'broker-b' }), 0).type, 'refused');
  t.is(table.register(registration({ brokerAddr: 'a:1', brokerId: 1 }), 0).type, 'registered');
  t.is(table.register(registration({ brokerAddr: 'b:1', brokerId: 2 }), 0).type, 'refused');
  const two = ['T', 'U'].map((topic) => ({
    topic,
    readQueueNums: 1,
    writeQueueNums: 1,
    perm: 6,
    topicSysFlag: 0,
  }));
  t.is(table.register(registration({ topics: two }), 0).type, 'refused');
});

test('whatever happens, an address stands under one id and every route has a live broker', (t) => {
  const step = fc.record({
    brokerName: fc.constantFrom('broker-a', 'broker-b'),
    address: fc.constantFrom('1:1', '2:1', '3:1'),
    brokerId: fc.integer({ min: 0, max: 3 }),
    raftTerm: fc.option(fc.integer({ min: 0, max: 3 })),
    connectionId: fc.integer({ min: 1, max: 4 }),
    act: fc.constantFrom('register', 'register', 'close', 'expire', 'unregister'),
    counter: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = new RouteTable();
      let now = 0;
      for (const { act, brokerName, address, brokerId, raftTerm, connectionId, counter } of steps) {
        now += 50_000;
        if (act === 'close') table.connectionClosed(connectionId);
        else if (act === 'expire') table.expire(now);
        else if (act === 'unregister') table.unregister(brokerName, address);
        else {
          const dataVersion = { counter, stateVersion: 0, timestamp: 0 };
          const brokerAddr = address;
          table.register(
            registration({ brokerName, brokerAddr, brokerId, raftTerm, connectionId, dataVersion }),
            now,
          );
        }
        for (const broker of table.brokers()) {
          const addresses = [...broker.brokerAddrs.values()];
          if (addresses.length === 0 || new Set(addresses).size !== addresses.length) return false;
        }
        for (const topic of table.topics()) if (table.lookup(topic) === null) return false;
      }
      return true;
    }),
  );
  t.pass();
});

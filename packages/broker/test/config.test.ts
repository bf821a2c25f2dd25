import test from 'ava';
import { parseConfig } from '../src/config.ts';
import { BrokerError } from '../src/errors.ts';

function validConfig(): Record<string, unknown> {
  return {
    nodeId: 'n1',
    dataDir: 'data/n1',
    peerListen: '127.0.0.1:40911',
    adminListen: '127.0.0.1:18081',
    namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877',
    peers: [
      { id: 'n1', peerAddress: '127.0.0.1:40911' },
      { id: 'n2', peerAddress: '127.0.0.1:40912' },
    ],
    groups: [
      {
        brokerName: 'broker-a',
        members: [
          { id: 'n1', listenAddress: '127.0.0.1:10911' },
          { id: 'n2', listenAddress: '127.0.0.1:10921' },
        ],
        preferredLeader: 'n1',
      },
    ],
  };
}

function faultsOf(value: unknown): readonly string[] {
  try {
    parseConfig(value);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'CONFIG_INVALID') {
      return error.faults;
    }
    throw error;
  }
  return [];
}

test('a minimal configuration gets the defaults and is frozen to its depth', (t) => {
  const config = parseConfig(validConfig());
  t.is(config.brokerClusterName, 'DefaultCluster');
  t.is(config.sendParkMs, 2500);
  t.is(config.flushDiskType, 'SYNC_FLUSH');
  t.deepEqual(config.namesrvAddr, ['127.0.0.1:9876', '127.0.0.1:9877']);
  t.is(config.bindAddress, null);
  t.is(config.groups[0]?.preferredLeader, 'n1');
  t.true(Object.isFrozen(config));
  t.true(Object.isFrozen(config.groups[0]?.members));
  t.true(Object.isFrozen(config.limits));
});

test('sections of other packages are passed on as they are', (t) => {
  const config = parseConfig({ ...validConfig(), raft: { tickMs: 10 }, store: { segmentBytes: 5 } });
  t.deepEqual(config.raft, { tickMs: 10 });
  t.deepEqual(config.store, { segmentBytes: 5 });
});

test('every fault is reported at once, each by the name of its field', (t) => {
  const faults = faultsOf({
    ...validConfig(),
    nodeId: 'n9',
    brokerIP1: 'localhost',
    peerListen: 'nowhere',
    sendParkMs: -1,
    flushDiskType: 'NO_FLUSH',
    autoCreateTopicEnable: 'yes',
    limits: { heldPullsMax: 0, unheardOf: 1 },
    misspelt: true,
  });
  const named = ['nodeId', 'brokerIP1', 'peerListen', 'sendParkMs', 'flushDiskType', 'autoCreateTopicEnable'];
  for (const field of [...named, 'limits.heldPullsMax', 'limits.unheardOf', 'misspelt']) {
    t.true(
      faults.some((fault) => fault.includes(field)),
      `${field} in ${faults.join('; ')}`,
    );
  }
  t.is(faults.length, 9);
});

test('relations between fields are checked', (t) => {
  const base = validConfig();
  t.regex(
    faultsOf({ ...base, maxMessageSize: 17_000_000 }).join(),
    /frameBytesMax must exceed maxMessageSize/,
  );
  t.regex(
    faultsOf({
      ...base,
      groups: [
        {
          brokerName: 'broker-a',
          members: [{ id: 'n7', listenAddress: '127.0.0.1:1' }],
          preferredLeader: 'n1',
        },
      ],
    }).join(),
    /member "n7", which is not among the peers.*prefers "n1", which is not a member/,
  );
});

for (const value of [undefined, null, 5, 'text', [], {}]) {
  test(`${JSON.stringify(value) ?? 'undefined'} is no configuration and no exception of another kind`, (t) => {
    t.true(faultsOf(value).length > 0);
  });
}

import {
  createRequest,
  decodeClusterInfo,
  decodeTopicRoute,
  encodeRegisterBrokerBody,
  encodeRegisterBrokerHeader,
  PROTOCOL_VERSION,
  registrationBodyCrc,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS, nodeNet, type Connection } from '@ledgermq/protocol/net';
import test, { type ExecutionContext } from 'ava';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Namesrv, namesrvDefaults, parseNamesrvArgs } from '../src/index.ts';

const silent = { info() {}, warn() {} };
const quiet = { onFrames() {}, onClose() {} };

async function startNamesrv(
  t: ExecutionContext,
  dataDir: string = mkdtempSync(join(tmpdir(), 'namesrv-')),
): Promise<{
  open: () => Promise<Connection>;
  dataDir: string;
  stop: () => Promise<void>;
}> {
  const namesrv = new Namesrv({ ...namesrvDefaults, host: '127.0.0.1', port: 0, dataDir }, silent);
  const port = await namesrv.start();
  t.teardown(() => namesrv.stop());
  return {
    open: () => connect('127.0.0.1', port, CONNECTION_DEFAULTS, quiet, 1000),
    dataDir,
    stop: () => namesrv.stop(),
  };
}

function registerRequest(compressed: boolean): ReturnType<typeof createRequest> {
  const topic = {
    topicName: 'T',
    readQueueNums: 4,
    writeQueueNums: 4,
    perm: 6,
    topicFilterType: 'SINGLE_TAG' as const,
    topicSysFlag: 0,
    order: false,
    attributes: {},
  };
  const body = encodeRegisterBrokerBody(
    {
      dataVersion: { counter: 1, stateVersion: 0, timestamp: 1 },
      topicConfigTable: new Map([['T', topic]]),
      filterServerList: [],
    },
    { compressed, version: PROTOCOL_VERSION },
  );
  const header = encodeRegisterBrokerHeader({
    brokerName: 'broker-a',
    brokerAddr: '127.0.0.1:10911',
    clusterName: 'C',
    brokerId: 0,
    haServerAddr: '127.0.0.1:10912',
    heartbeatTimeoutMillis: null,
    enableActingMaster: null,
    compressed,
    bodyCrc32: registrationBodyCrc(body),
    zoneName: null,
  });
  return createRequest(RequestCode.REGISTER_BROKER, header, body);
}

for (const compressed of [false, true]) {
  test(`registration (compressed: ${compressed}), route, cluster info, and removal when the connection closes`, async (t) => {
    const { open } = await startNamesrv(t);
    const broker = await open();
    const client = await open();
    t.is((await broker.request(registerRequest(compressed), 1000)).code, ResponseCode.SUCCESS);
    const request = createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'T' });
    const route = await client.request(request, 1000);
    t.is(route.body.toString().includes(' '), false);
    const { queueDatas, brokerDatas } = decodeTopicRoute(route.body);
    t.is(queueDatas[0]?.writeQueueNums, 4);
    t.is(brokerDatas[0]?.brokerAddrs.get(0), '127.0.0.1:10911');
    const cluster = await client.request(createRequest(RequestCode.GET_BROKER_CLUSTER_INFO, {}), 1000);
    t.deepEqual([...decodeClusterInfo(cluster.body).clusterAddrTable], [['C', ['broker-a']]]);
    broker.close();
    for (;;) {
      const again = await client.request(request, 1000);
      if (again.code === ResponseCode.TOPIC_NOT_EXIST) break;
    }
    client.close();
  });
}

test('old clients get unquoted ids, new ones quoted', async (t) => {
  const { open } = await startNamesrv(t);
  const connection = await open();
  await connection.request(registerRequest(false), 1000);
  const request = createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'T' });
  const old = await connection.request({ ...request, version: 399 }, 1000);
  t.true(old.body.toString().includes('{0:"127.0.0.1:10911"}'));
  const fresh = await connection.request(request, 1000);
  t.true(fresh.body.toString().includes('{"0":"127.0.0.1:10911"}'));
  connection.close();
});

test('unknown codes, missing fields and damaged bodies are answered and the server goes on', async (t) => {
  const { open } = await startNamesrv(t);
  const connection = await open();
  t.is(
    (await connection.request(createRequest(9999, {}), 1000)).code,
    ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
  );
  const noTopic = await connection.request(createRequest(RequestCode.GET_ROUTEINFO_BY_TOPIC, {}), 1000);
  t.is(noTopic.code, ResponseCode.SYSTEM_ERROR);
  t.regex(noTopic.remark ?? '', /topic/);
  const good = registerRequest(false);
  const damaged = await connection.request({ ...good, body: Buffer.from('{"topicConfigSerial') }, 1000);
  t.is(damaged.code, ResponseCode.SYSTEM_ERROR);
  t.is((await connection.request(good, 1000)).code, ResponseCode.SUCCESS);
  connection.close();
});

test('key-value settings outlive a restart; an unreadable file is set aside', async (t) => {
  const first = await startNamesrv(t);
  const connection = await first.open();
  const put = createRequest(RequestCode.PUT_KV_CONFIG, { namespace: 'N', key: 'K', value: 'V' });
  t.is((await connection.request(put, 1000)).code, ResponseCode.SUCCESS);
  connection.close();
  await first.stop();
  const get = createRequest(RequestCode.GET_KV_CONFIG, { namespace: 'N', key: 'K' });
  const second = await startNamesrv(t, first.dataDir);
  const again = await second.open();
  t.is((await again.request(get, 1000)).extFields['value'], 'V');
  again.close();
  await second.stop();
  const file = join(first.dataDir, 'kvConfig.json');
  t.regex(readFileSync(file, 'utf8'), /"K"/);
  writeFileSync(file, '{"N": {');
  const third = await startNamesrv(t, first.dataDir);
  const last = await third.open();
  t.is((await last.request(get, 1000)).code, ResponseCode.QUERY_NOT_FOUND);
  last.close();
});

test('settings are kept where the ports say, and nothing touches the disk then', async (t) => {
  const dataDir = join(tmpdir(), 'namesrv-that-is-never-made');
  const saved: string[] = [];
  const kvStore = {
    load: () => ({ value: { N: { K: 'V' } }, setAside: null }),
    save: (value: unknown) => void saved.push(JSON.stringify(value)),
  };
  const config = { ...namesrvDefaults, host: '127.0.0.1', port: 0, dataDir };
  const namesrv = new Namesrv(config, silent, { net: nodeNet, kvStore });
  t.teardown(() => namesrv.stop());
  const port = await namesrv.start();
  const connection = await connect('127.0.0.1', port, CONNECTION_DEFAULTS, quiet, 1000);
  const get = createRequest(RequestCode.GET_KV_CONFIG, { namespace: 'N', key: 'K' });
  t.is((await connection.request(get, 1000)).extFields['value'], 'V');
  const put = createRequest(RequestCode.PUT_KV_CONFIG, { namespace: 'N', key: 'K', value: 'W' });
  await connection.request(put, 1000);
  t.deepEqual(saved, ['{"N":{"K":"W"}}']);
  t.false(existsSync(dataDir));
  connection.close();
});

test('arguments are checked as a whole', (t) => {
  t.is(parseNamesrvArgs(['--listen', '127.0.0.1:9999']).port, 9999);
  const error = t.throws(() => parseNamesrvArgs(['--listen', 'x', '--nonsense', '1', '--data']));
  t.regex(error.message, /--listen.*--nonsense.*--data/s);
});

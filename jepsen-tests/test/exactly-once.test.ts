import { DefaultMQProducer } from '@ledgermq/client';
import {
  createRequest,
  decodeOffsetHeader,
  decodeSendResponseHeader,
  encodeMaxOffsetHeader,
  encodeSendHeaderV2,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS } from '@ledgermq/protocol/net';
import type { LocalCluster } from '@ledgermq/cluster';
import test from 'ava';
import { masterOf, startTestCluster, waitForMasters } from '../src/test-cluster.ts';

const TOPIC = 'ExactlyOnce';
const BROKER = 'broker-a';

/** What any RocketMQ client puts on the wire when it repeats a send: the same message with the same UNIQ_KEY. */
function sendOf(uniqKey: string, body: string): RemotingCommand {
  const header = encodeSendHeaderV2({
    producerGroup: 'exactly_once',
    topic: TOPIC,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 1,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: `UNIQ_KEY\u0001${uniqKey}\u0002WAIT\u0001true\u0002`,
    reconsumeTimes: 0,
    unitMode: false,
    maxReconsumeTimes: null,
    batch: false,
    brokerName: null,
  });
  return createRequest(RequestCode.SEND_MESSAGE_V2, header, Buffer.from(body));
}

async function askMaster(cluster: LocalCluster, request: RemotingCommand): Promise<RemotingCommand> {
  const master = await masterOf(cluster, BROKER);
  const group = cluster.layout.groups.find(({ brokerName }) => brokerName === BROKER);
  const address = group?.members.find(({ id }) => id === master)?.listenAddress ?? '';
  const [host = '', port = ''] = address.split(':');
  const quiet = { onFrames() {}, onClose() {} };
  const connection = await connect(host, Number(port), CONNECTION_DEFAULTS, quiet, 2000);
  try {
    return await connection.request(request, 3000);
  } finally {
    connection.close();
  }
}

async function offsetOf(cluster: LocalCluster, uniqKey: string): Promise<number> {
  const response = await askMaster(cluster, sendOf(uniqKey, 'once'));
  if (response.code !== ResponseCode.SUCCESS) throw new Error(`${response.code}: ${response.remark ?? ''}`);
  return decodeSendResponseHeader(response.extFields).queueOffset;
}

test('a message sent twice with one key, before and after a failover, lies once in the queue', async (t) => {
  const cluster = await startTestCluster({ groups: 1 });
  t.teardown(() => cluster.stop());
  await using admin = new DefaultMQProducer('exactly_once_admin', { namesrvAddr: cluster.namesrvAddr });
  await admin.createTopic(TOPIC, 2);
  const key = 'C0A8010A1A2B18B4AAC20012D6870001';
  const other = 'C0A8010A1A2B18B4AAC20012D6870002';
  const first = await offsetOf(cluster, key);
  t.is(await offsetOf(cluster, key), first, 'the same master knows it');
  t.is(await offsetOf(cluster, other), first + 1);
  for (let round = 0; round < 2; round++) {
    const victim = await masterOf(cluster, BROKER);
    await cluster.killNode(victim);
    await waitForMasters(cluster);
    t.is(await offsetOf(cluster, key), first, 'the next master knows it');
    t.is(await offsetOf(cluster, other), first + 1);
    await cluster.startNode(victim);
  }
  const header = encodeMaxOffsetHeader({ topic: TOPIC, queueId: 1, brokerName: null, committed: null });
  const max = await askMaster(cluster, createRequest(RequestCode.GET_MAX_OFFSET, header));
  t.is(decodeOffsetHeader(max.extFields).offset, first + 2);
});

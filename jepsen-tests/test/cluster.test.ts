import { DefaultMQProducer, DefaultMQPushConsumer, MQError, type MessageExt } from '@ledgermq/client';
import test from 'ava';
import {
  masterOf,
  startTestCluster,
  waitForCatchUp,
  waitForMasters,
  waitUntil,
} from '../src/test-cluster.ts';

/** Where a message lies, as acknowledgement and delivery both name it. */
function placeOf(message: MessageExt): string {
  return `${message.brokerName}/${message.queueId}@${message.queueOffset}`;
}

test('a node killed with SIGKILL comes back and catches up; nothing acknowledged is lost or stored twice', async (t) => {
  const cluster = await startTestCluster();
  t.teardown(() => cluster.stop());
  await using producer = new DefaultMQProducer('kill_producer', { namesrvAddr: cluster.namesrvAddr });
  await producer.createTopic('Kill', 4);
  const acknowledged = new Map<string, string>();
  const sendSome = async (from: number, count: number): Promise<void> => {
    const numbers = Array.from({ length: count }, (_, i) => String(from + i));
    await Promise.all(
      numbers.map(async (body) => {
        const { messageQueue, queueOffset } = await producer.send({ topic: 'Kill', body });
        acknowledged.set(body, `${messageQueue.brokerName}/${messageQueue.queueId}@${queueOffset}`);
      }),
    );
  };
  await sendSome(0, 500);
  for (const [round, brokerName] of ['broker-a', 'broker-b', 'broker-c'].entries()) {
    const victim = await masterOf(cluster, brokerName);
    const sending = sendSome(1000 * (round + 1), 500);
    await cluster.killNode(victim);
    await sending;
    await sendSome(1000 * (round + 1) + 500, 200);
    await cluster.startNode(victim);
    await waitForCatchUp(cluster);
  }
  const received = new Map<string, Set<string>>();
  await using consumer = new DefaultMQPushConsumer('kill_consumer', {
    namesrvAddr: cluster.namesrvAddr,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  });
  consumer.subscribe('Kill', '*', (message) => {
    const body = message.body.toString();
    received.set(body, (received.get(body) ?? new Set()).add(placeOf(message)));
  });
  await consumer.start();
  await waitUntil(() => received.size >= acknowledged.size, 'everything acknowledged is received', 60_000);
  t.is(acknowledged.size, 2600);
  for (const [body, place] of acknowledged) t.deepEqual([...(received.get(body) ?? [])], [place]);
});

test('all nodes killed at once: every acknowledged message is there after the restart', async (t) => {
  const cluster = await startTestCluster({ groups: 2 });
  t.teardown(() => cluster.stop());
  await using producer = new DefaultMQProducer('power_producer', { namesrvAddr: cluster.namesrvAddr });
  await producer.createTopic('Power', 2);
  const acknowledged = new Set<string>();
  const sending = Array.from({ length: 2000 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i / 4));
    try {
      await producer.send({ topic: 'Power', body: String(i) });
      acknowledged.add(String(i));
    } catch (error) {
      if (!(error instanceof MQError)) throw error;
    }
  });
  await waitUntil(() => acknowledged.size > 500, 'some are acknowledged');
  const ids = cluster.layout.nodes.map((node) => node.id);
  await Promise.all(ids.map((id) => cluster.killNode(id)));
  await Promise.all(ids.map((id) => cluster.startNode(id)));
  await waitForMasters(cluster);
  await Promise.all(sending);
  const received = new Set<string>();
  const places = new Set<string>();
  await using consumer = new DefaultMQPushConsumer('power_consumer', {
    namesrvAddr: cluster.namesrvAddr,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  });
  consumer.subscribe('Power', '*', (message) => {
    received.add(message.body.toString());
    places.add(placeOf(message));
  });
  await consumer.start();
  await waitUntil(
    () => [...acknowledged].every((body) => received.has(body)),
    'every acknowledged message is read',
    60_000,
  );
  t.is(places.size, received.size, 'no message is stored twice');
});

test('a consumer offset committed before a failover is where the group goes on', async (t) => {
  const cluster = await startTestCluster({ groups: 1 });
  t.teardown(() => cluster.stop());
  const { namesrvAddr } = cluster;
  await using producer = new DefaultMQProducer('offset_producer', { namesrvAddr });
  await producer.createTopic('Offsets', 2);
  const consume = async (count: number): Promise<string[]> => {
    const bodies: string[] = [];
    await using consumer = new DefaultMQPushConsumer('offset_consumer', {
      namesrvAddr,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    });
    consumer.subscribe('Offsets', '*', (message) => void bodies.push(message.body.toString()));
    await consumer.start();
    await waitUntil(() => bodies.length >= count, `${count} messages are consumed`);
    return bodies;
  };
  for (let i = 0; i < 100; i++) await producer.send({ topic: 'Offsets', body: `before ${i}` });
  await consume(100);
  await cluster.killNode(await masterOf(cluster, 'broker-a'));
  await waitForMasters(cluster);
  for (let i = 0; i < 50; i++) await producer.send({ topic: 'Offsets', body: `after ${i}` });
  const bodies = await consume(50);
  t.deepEqual(
    bodies.filter((body) => body.startsWith('before')),
    [],
  );
  t.is(new Set(bodies).size, 50);
});

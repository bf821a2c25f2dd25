import test from 'ava';
import {
  checkRegistrationBodyCrc,
  decodeRegisterBrokerBody,
  decodeRegisterBrokerHeader,
} from '@ledgermq/protocol';
import type { RemotingCommand, TopicConfig } from '@ledgermq/protocol';
import { TopicTable } from '../src/machine/topics.ts';
import { RegistrationCommand } from '../src/registration-command.ts';
import type { RegistrationSnapshot } from '../src/registration-command.ts';

function topic(topicName: string, queues: number): TopicConfig {
  return {
    topicName,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: {},
  };
}

function snapshotOf(table: TopicTable, role: Partial<RegistrationSnapshot> = {}): RegistrationSnapshot {
  return {
    clusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerAddr: '127.0.0.1:10911',
    brokerId: 1,
    term: 1,
    dataVersion: table.dataVersion,
    topics: table.all(),
    brokerPermission: 6,
    ...role,
  };
}

/** Queues by topic, of a registration that checks out. */
function queuesIn({ extFields, body }: RemotingCommand): Record<string, number> {
  checkRegistrationBodyCrc(decodeRegisterBrokerHeader(extFields), body);
  const { topicConfigTable } = decodeRegisterBrokerBody(body);
  return Object.fromEntries([...topicConfigTable].map(([name, { readQueueNums }]) => [name, readQueueNums]));
}

test('the table is written once, and anew after each change of a topic', (t) => {
  const command = new RegistrationCommand();
  const table = new TopicTable();
  table.put(topic('a', 1), false, 1);
  const first = command.of(snapshotOf(table));
  t.deepEqual(queuesIn(first), { a: 1 });
  const asMaster = command.of(snapshotOf(table, { brokerId: 0, term: 2 }));
  t.is(asMaster.body, first.body);
  t.is(asMaster.extFields['brokerId'], '0');
  t.is(asMaster.extFields['raftTerm'], '2');
  // All in one millisecond.
  table.put(topic('a', 2), false, 1);
  t.deepEqual(queuesIn(command.of(snapshotOf(table))), { a: 2 });
  table.put(topic('b', 3), true, 1);
  t.deepEqual(queuesIn(command.of(snapshotOf(table))), { a: 2, b: 3 });
  table.delete('a', 1);
  t.deepEqual(queuesIn(command.of(snapshotOf(table))), { b: 3 });
});

test('a table that was restored is written anew, though its version may be one that was known', (t) => {
  const command = new RegistrationCommand();
  const table = new TopicTable();
  table.put(topic('a', 1), false, 1);
  const { dataVersion } = table;
  t.deepEqual(queuesIn(command.of(snapshotOf(table))), { a: 1 });
  table.reset();
  table.put(topic('other', 4), false, 1);
  table.restore({ ...dataVersion }, 1);
  t.deepEqual(queuesIn(command.of(snapshotOf(table))), { other: 4 });
});

test('other rights of the broker are other rights of its topics', (t) => {
  const command = new RegistrationCommand();
  const table = new TopicTable();
  table.put(topic('a', 1), false, 1);
  const perm = (brokerPermission: number): number | undefined =>
    decodeRegisterBrokerBody(command.of(snapshotOf(table, { brokerPermission })).body).topicConfigTable.get(
      'a',
    )?.perm;
  t.is(perm(6), 6);
  t.is(perm(4), 4);
});

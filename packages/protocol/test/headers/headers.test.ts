import test from 'ava';
import fc from 'fast-check';

import * as registration from '../../src/broker-registration.ts';
import { ProtocolError } from '../../src/errors.ts';
import type { ExtFields } from '../../src/field.ts';
import * as consumerGroup from '../../src/headers/consumer-group.ts';
import * as consumerOffset from '../../src/headers/consumer-offset.ts';
import * as kvConfig from '../../src/headers/kv-config.ts';
import * as pull from '../../src/headers/pull-message.ts';
import * as queueOffset from '../../src/headers/queue-offset.ts';
import * as route from '../../src/headers/route.ts';
import * as topicAdmin from '../../src/headers/topic-admin.ts';

/** Plain objects only, so that deepEqual compares what was read with them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const text = fc.string({ unit: 'binary' });
/** An optional text that is present has at least one character: a binary header cannot tell '' from null. */
const optionalText = fc.option(fc.string({ minLength: 1 }));
const int = fc.integer();
const optionalInt = fc.option(int);
const long = fc.maxSafeInteger();
const flag = fc.boolean();
const optionalFlag = fc.option(flag);

interface HeaderCase {
  readonly name: string;
  readonly required: readonly string[];
  readonly roundTrip: (
    check: (value: unknown, ext: ExtFields, read: (ext: ExtFields) => unknown) => void,
  ) => void;
}

function headerCase<T>(
  name: string,
  required: readonly string[],
  values: fc.Arbitrary<T>,
  encode: (header: T) => Record<string, string>,
  decode: (ext: ExtFields) => T,
): HeaderCase {
  return {
    name,
    required,
    roundTrip: (check) => {
      fc.assert(
        fc.property(values, (value) => check(value, encode(value), decode)),
        { seed: 1_234, numRuns: 100 },
      );
    },
  };
}

const queue = { topic: text, queueId: int, brokerName: optionalText };
const groupQueue = { consumerGroup: text, ...queue };
const identity = { brokerName: text, brokerAddr: text, clusterName: text, brokerId: long };

const CASES: readonly HeaderCase[] = [
  headerCase(
    'pull',
    'consumerGroup topic queueId queueOffset maxMsgNums sysFlag commitOffset suspendTimeoutMillis subVersion'.split(
      ' ',
    ),
    record({
      ...groupQueue,
      queueOffset: long,
      maxMsgNums: int,
      sysFlag: int,
      commitOffset: long,
      suspendTimeoutMillis: long,
      subscription: optionalText,
      subVersion: long,
      expressionType: optionalText,
      maxMsgBytes: optionalInt,
    }),
    pull.encodePullHeader,
    pull.decodePullHeader,
  ),
  headerCase(
    'pull response',
    ['nextBeginOffset', 'minOffset', 'maxOffset'],
    record({
      suggestWhichBrokerId: long,
      nextBeginOffset: long,
      minOffset: long,
      maxOffset: long,
      topicSysFlag: optionalInt,
      groupSysFlag: optionalInt,
    }),
    pull.encodePullResponseHeader,
    pull.decodePullResponseHeader,
  ),
  headerCase(
    'query consumer offset',
    ['consumerGroup', 'topic', 'queueId'],
    record({ ...groupQueue, setZeroIfNotFound: optionalFlag }),
    consumerOffset.encodeQueryConsumerOffsetHeader,
    consumerOffset.decodeQueryConsumerOffsetHeader,
  ),
  headerCase(
    'update consumer offset',
    ['consumerGroup', 'topic', 'queueId', 'commitOffset'],
    record({ ...groupQueue, commitOffset: long }),
    consumerOffset.encodeUpdateConsumerOffsetHeader,
    consumerOffset.decodeUpdateConsumerOffsetHeader,
  ),
  headerCase(
    'min offset',
    ['topic', 'queueId'],
    record(queue),
    queueOffset.encodeQueueHeader,
    queueOffset.decodeQueueHeader,
  ),
  headerCase(
    'max offset',
    ['topic', 'queueId'],
    record({ ...queue, committed: optionalFlag }),
    queueOffset.encodeMaxOffsetHeader,
    queueOffset.decodeMaxOffsetHeader,
  ),
  headerCase(
    'search offset',
    ['topic', 'queueId', 'timestamp'],
    record({
      ...queue,
      timestamp: long,
      boundaryType: fc.constantFrom('LOWER' as const, 'UPPER' as const),
    }),
    queueOffset.encodeSearchOffsetHeader,
    queueOffset.decodeSearchOffsetHeader,
  ),
  headerCase(
    'offset',
    ['offset'],
    record({ offset: long }),
    queueOffset.encodeOffsetHeader,
    queueOffset.decodeOffsetHeader,
  ),
  headerCase(
    'timestamp',
    ['timestamp'],
    record({ timestamp: long }),
    queueOffset.encodeTimestampHeader,
    queueOffset.decodeTimestampHeader,
  ),
  headerCase(
    'consumer group',
    ['consumerGroup'],
    record({ consumerGroup: text }),
    consumerGroup.encodeConsumerGroupHeader,
    consumerGroup.decodeConsumerGroupHeader,
  ),
  headerCase(
    'unregister client',
    ['clientID'],
    record({ clientID: text, producerGroup: optionalText, consumerGroup: optionalText }),
    consumerGroup.encodeUnregisterClientHeader,
    consumerGroup.decodeUnregisterClientHeader,
  ),
  headerCase(
    'route request',
    ['topic'],
    record({ topic: text, acceptStandardJsonOnly: optionalFlag }),
    route.encodeRouteRequestHeader,
    route.decodeRouteRequestHeader,
  ),
  headerCase(
    'create topic',
    ['topic', 'defaultTopic', 'readQueueNums', 'writeQueueNums', 'perm', 'topicFilterType', 'order'],
    record({
      topic: text,
      defaultTopic: text,
      readQueueNums: int,
      writeQueueNums: int,
      perm: int,
      topicFilterType: text,
      order: flag,
      topicSysFlag: optionalInt,
      attributes: optionalText,
      force: optionalFlag,
    }),
    topicAdmin.encodeCreateTopicHeader,
    topicAdmin.decodeCreateTopicHeader,
  ),
  headerCase(
    'delete topic',
    ['topic'],
    record({ topic: text, clusterName: optionalText }),
    topicAdmin.encodeDeleteTopicHeader,
    topicAdmin.decodeDeleteTopicHeader,
  ),
  headerCase(
    'topics by cluster',
    ['cluster'],
    record({ cluster: text }),
    topicAdmin.encodeTopicsByClusterHeader,
    topicAdmin.decodeTopicsByClusterHeader,
  ),
  headerCase(
    'write permission',
    ['brokerName'],
    record({ brokerName: text }),
    topicAdmin.encodeWritePermHeader,
    topicAdmin.decodeWritePermHeader,
  ),
  headerCase(
    'put kv',
    ['namespace', 'key', 'value'],
    record({ namespace: text, key: text, value: text }),
    kvConfig.encodePutKvHeader,
    kvConfig.decodePutKvHeader,
  ),
  headerCase(
    'kv value',
    [],
    record({ value: fc.option(text) }),
    kvConfig.encodeKvValueHeader,
    kvConfig.decodeKvValueHeader,
  ),
  headerCase(
    'kv namespace',
    ['namespace'],
    record({ namespace: text }),
    kvConfig.encodeKvNamespaceHeader,
    kvConfig.decodeKvNamespaceHeader,
  ),
  headerCase(
    'broker identity',
    ['brokerName', 'brokerAddr', 'clusterName', 'brokerId'],
    record(identity),
    registration.encodeBrokerIdentityHeader,
    registration.decodeBrokerIdentityHeader,
  ),
  headerCase(
    'register broker',
    ['brokerName', 'brokerAddr', 'clusterName', 'brokerId', 'haServerAddr'],
    record({
      ...identity,
      haServerAddr: text,
      heartbeatTimeoutMillis: fc.option(long),
      enableActingMaster: optionalFlag,
      compressed: flag,
      bodyCrc32: int,
      zoneName: optionalText,
    }),
    registration.encodeRegisterBrokerHeader,
    registration.decodeRegisterBrokerHeader,
  ),
  headerCase(
    'register broker response',
    [],
    record({ haServerAddr: optionalText, masterAddr: optionalText }),
    registration.encodeRegisterBrokerResponseHeader,
    registration.decodeRegisterBrokerResponseHeader,
  ),
  headerCase(
    'query data version response',
    ['changed'],
    record({ changed: flag }),
    registration.encodeQueryDataVersionResponseHeader,
    registration.decodeQueryDataVersionResponseHeader,
  ),
];

for (const { name, required, roundTrip } of CASES) {
  test(`the ${name} header reads back, needs its fields and ignores others`, (t) => {
    roundTrip((value, ext, read) => {
      t.deepEqual(read(ext), value);
      t.is(Object.getPrototypeOf(ext), null);
      for (const field of Object.values(ext)) t.is(typeof field, 'string');
      t.deepEqual(read({ ...ext, ns: 'x', lo: 'false', oway: 'true' }), value);
      for (const field of required) {
        const rest = Object.fromEntries(Object.entries(ext).filter(([key]) => key !== field));
        const error = t.throws(() => read(rest), { instanceOf: ProtocolError }, field);
        t.deepEqual([error.code, error.field], ['HEADER_INVALID', field]);
      }
    });
  });
}

test('numbers that are not numbers name their field', (t) => {
  const ext = { topic: 't', queueId: 'first' };
  const error = t.throws(() => queueOffset.decodeQueueHeader(ext), { instanceOf: ProtocolError });
  t.deepEqual([error.code, error.field], ['HEADER_INVALID', 'queueId']);
});

test('a pull of the Java push consumer', (t) => {
  const header = pull.decodePullHeader({
    bname: 'broker-a',
    commitOffset: '0',
    consumerGroup: 'g',
    expressionType: 'TAG',
    maxMsgBytes: '2147483647',
    maxMsgNums: '32',
    queueId: '3',
    queueOffset: '17',
    subVersion: '1700000000000',
    suspendTimeoutMillis: '15000',
    sysFlag: '2',
    topic: 't',
  });
  t.is(header.queueOffset, 17);
  t.is(header.sysFlag & pull.PullSysFlag.suspend, pull.PullSysFlag.suspend);
  t.is(header.subscription, null);
  t.is(header.brokerName, 'broker-a');
});

test('the boundary of a search is read in either case and defaults to the lower one', (t) => {
  const ext = { topic: 't', queueId: '0', timestamp: '5' };
  t.is(queueOffset.decodeSearchOffsetHeader(ext).boundaryType, 'LOWER');
  t.is(queueOffset.decodeSearchOffsetHeader({ ...ext, boundaryType: 'upper' }).boundaryType, 'UPPER');
  t.throws(() => queueOffset.decodeSearchOffsetHeader({ ...ext, boundaryType: 'middle' }), {
    instanceOf: ProtocolError,
    code: 'HEADER_INVALID',
  });
});

test('the counts of a permission change', (t) => {
  t.deepEqual({ ...topicAdmin.encodeWritePermResponse('wipeTopicCount', 3) }, { wipeTopicCount: '3' });
  t.is(topicAdmin.decodeWritePermResponse('addTopicCount', { addTopicCount: '4' }), 4);
});

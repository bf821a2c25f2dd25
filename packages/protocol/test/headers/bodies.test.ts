import test from 'ava';
import fc from 'fast-check';

import { ProtocolError } from '../../src/errors.ts';
import { decodeConsumerList, encodeConsumerList } from '../../src/headers/consumer-group.ts';
import { decodeHeartbeat, encodeHeartbeat } from '../../src/headers/heartbeat.ts';
import {
  decodeLockQueues,
  decodeLockedQueues,
  encodeLockQueues,
  encodeLockedQueues,
} from '../../src/headers/lock-queues.ts';
import {
  decodeConsumeStats,
  decodeConsumeStatsHeader,
  decodeTopicStats,
  encodeConsumeStats,
  encodeTopicStats,
} from '../../src/headers/queue-stats.ts';
import { parseFastjson } from '../../src/java-json.ts';
import { writeJavaJson } from '../../src/java-json-writer.ts';
import { asJsonObject } from '../../src/json-field.ts';
import { queueNumbersFromJson, queueNumbersToJson } from '../../src/message-queue.ts';
import { decodeKvTable, decodeTopicList, encodeKvTable, encodeTopicList } from '../../src/name-list.ts';
import { tagSubscription } from '../../src/subscription.ts';

/** Plain objects only, so that deepEqual compares what was read with them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const name = fc.string({ unit: 'binary', maxLength: 12 });
const queue = record({ topic: name, brokerName: name, queueId: fc.nat() });
const subscription = record({
  topic: name,
  subString: name,
  tagsSet: fc.array(name, { maxLength: 3 }),
  codeSet: fc.array(fc.integer(), { maxLength: 3 }),
  subVersion: fc.maxSafeInteger(),
  expressionType: fc.constantFrom('TAG', 'SQL92'),
  classFilterMode: fc.boolean(),
});
const heartbeat = record({
  clientID: name,
  producerDataSet: fc.array(record({ groupName: name }), { maxLength: 3 }),
  consumerDataSet: fc.array(
    record({
      groupName: name,
      consumeType: fc.constantFrom(
        'CONSUME_ACTIVELY' as const,
        'CONSUME_PASSIVELY' as const,
        'CONSUME_POP' as const,
      ),
      messageModel: fc.constantFrom('BROADCASTING' as const, 'CLUSTERING' as const),
      consumeFromWhere: fc.constantFrom('CONSUME_FROM_FIRST_OFFSET', 'CONSUME_FROM_TIMESTAMP'),
      subscriptionDataSet: fc.array(subscription, { maxLength: 3 }),
      unitMode: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  heartbeatFingerprint: fc.integer(),
  withoutSub: fc.boolean(),
});

test('heartbeats read back', (t) => {
  fc.assert(
    fc.property(heartbeat, (value) => t.deepEqual(decodeHeartbeat(encodeHeartbeat(value)), value)),
    { seed: 340, numRuns: 100 },
  );
});

test('a heartbeat of a Java client', (t) => {
  const body =
    '{"clientID":"10.0.0.1@1234#567890","consumerDataSet":[{"consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",' +
    '"consumeType":"CONSUME_PASSIVELY","groupName":"g","messageModel":"CLUSTERING","subscriptionDataSet":[' +
    '{"classFilterMode":false,"codeSet":[2598919,2598920],"expressionType":"TAG","subString":"TagA || TagB",' +
    '"subVersion":1700000000000,"tagsSet":["TagA","TagB"],"topic":"t"}],"unitMode":false}],' +
    '"heartbeatFingerprint":0,"producerDataSet":[{"groupName":"CLIENT_INNER_PRODUCER"}],"withoutSub":false}';
  const decoded = decodeHeartbeat(Buffer.from(body));
  t.is(decoded.clientID, '10.0.0.1@1234#567890');
  t.deepEqual(decoded.consumerDataSet[0]?.subscriptionDataSet, [
    tagSubscription('t', 'TagA || TagB', 1700000000000),
  ]);
  t.is(encodeHeartbeat(decoded).toString(), body);
});

test('a heartbeat may leave out what has a default', (t) => {
  const decoded = decodeHeartbeat(
    Buffer.from(
      '{"clientID":"c","consumerDataSet":[{"groupName":"g","subscriptionDataSet":[{"topic":"t"}]}]}',
    ),
  );
  t.deepEqual(decoded.producerDataSet, []);
  t.is(decoded.consumerDataSet[0]?.consumeType, 'CONSUME_PASSIVELY');
  t.is(decoded.consumerDataSet[0]?.messageModel, 'CLUSTERING');
  t.is(decoded.consumerDataSet[0]?.subscriptionDataSet[0]?.expressionType, 'TAG');
  t.false(decoded.withoutSub);
});

test('the same subscription sent as a reference counts as itself', (t) => {
  const body =
    '{"clientID":"c","consumerDataSet":[{"groupName":"g","subscriptionDataSet":[{"topic":"t","subString":"A"}]},' +
    '{"groupName":"h","subscriptionDataSet":[{"$ref":"$.consumerDataSet[0].subscriptionDataSet[0]"}]}]}';
  const decoded = decodeHeartbeat(Buffer.from(body));
  t.is(decoded.consumerDataSet[1]?.subscriptionDataSet[0]?.subString, 'A');
});

for (const body of [
  '',
  '[]',
  '{}',
  '{"clientID":[]}',
  '{"clientID":"c","consumerDataSet":[{}]}',
  '{"clientID":"c","consumerDataSet":5}',
]) {
  test(`the heartbeat ${body} is refused`, (t) => {
    const error = t.throws(() => decodeHeartbeat(Buffer.from(body)), { instanceOf: ProtocolError });
    t.is(error.code, 'JSON_INVALID');
  });
}

test('lock bodies read back', (t) => {
  const lock = record({
    consumerGroup: name,
    clientId: name,
    onlyThisBroker: fc.boolean(),
    mqSet: fc.array(queue, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(lock, (value) => {
      t.deepEqual(decodeLockQueues(encodeLockQueues(value)), value);
      t.deepEqual(decodeLockedQueues(encodeLockedQueues(value.mqSet)), value.mqSet);
    }),
    { seed: 41, numRuns: 100 },
  );
  t.is(encodeLockedQueues([]).toString(), '{"lockOKMQSet":[]}');
});

test('lists and tables read back', (t) => {
  fc.assert(
    fc.property(fc.array(name), fc.option(name), fc.array(fc.tuple(name, name)), (names, addr, pairs) => {
      t.deepEqual(decodeConsumerList(encodeConsumerList(names)), names);
      const list = { topicList: names, brokerAddr: addr };
      t.deepEqual(decodeTopicList(encodeTopicList(list)), list);
      t.deepEqual(
        [...decodeKvTable(encodeKvTable(new Map(pairs)))].toSorted(),
        [...new Map(pairs)].toSorted(),
      );
    }),
    { seed: 38, numRuns: 100 },
  );
  t.is(encodeConsumerList(['a', 'b']).toString(), '{"consumerIdList":["a","b"]}');
  t.is(encodeTopicList({ topicList: [], brokerAddr: null }).toString(), '{"topicList":[]}');
  t.is(encodeKvTable(new Map([['k', 'v']])).toString(), '{"table":{"k":"v"}}');
});

test('offset tables are written with raw object keys and read back', (t) => {
  const numbers = fc.array(fc.tuple(queue, fc.maxSafeInteger()), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(numbers, (value) => {
      const body = parseFastjson(writeJavaJson({ offsetTable: queueNumbersToJson(value) }));
      t.deepEqual(queueNumbersFromJson(asJsonObject(body, 'body'), 'offsetTable'), value);
    }),
    { seed: 220, numRuns: 100 },
  );
  t.is(
    writeJavaJson({ offsetTable: queueNumbersToJson([[{ topic: 't', brokerName: 'b', queueId: 0 }, 12]]) }),
    '{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"t"}:12}}',
  );
});

const offset = fc.maxSafeInteger();

test('figures of queues read back', (t) => {
  const topicStats = record({
    topicPutTps: fc.nat(),
    queues: fc.array(record({ queue, minOffset: offset, maxOffset: offset, lastUpdateTimestamp: offset }), {
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(topicStats, (value) => t.deepEqual(decodeTopicStats(encodeTopicStats(value)), value)),
  );
  const consumeStats = record({
    consumeTps: fc.nat(),
    queues: fc.array(
      record({
        queue,
        brokerOffset: offset,
        consumerOffset: offset,
        pullOffset: offset,
        lastTimestamp: offset,
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(consumeStats, (value) => t.deepEqual(decodeConsumeStats(encodeConsumeStats(value)), value)),
  );
});

test('figures of queues are written as Java writes them, the queues as they are in the place of names', (t) => {
  const place = { topic: 't', brokerName: 'b', queueId: 3 };
  t.is(
    encodeTopicStats({
      topicPutTps: 0,
      queues: [{ queue: place, minOffset: 1, maxOffset: 9, lastUpdateTimestamp: 77 }],
    }).toString(),
    '{"offsetTable":{{"brokerName":"b","queueId":3,"topic":"t"}:{"lastUpdateTimestamp":77,"maxOffset":9,"minOffset":1}},"topicPutTps":0}',
  );
  t.is(
    encodeConsumeStats({
      consumeTps: 0,
      queues: [{ queue: place, brokerOffset: 9, consumerOffset: 5, pullOffset: 6, lastTimestamp: 77 }],
    }).toString(),
    '{"consumeTps":0,"offsetTable":{{"brokerName":"b","queueId":3,"topic":"t"}:{"brokerOffset":9,"consumerOffset":5,"lastTimestamp":77,"pullOffset":6}}}',
  );
});

test('one topic, several or none are asked for', (t) => {
  const topicsOf = (fields: Record<string, string>): readonly string[] =>
    decodeConsumeStatsHeader({ consumerGroup: 'g', ...fields }).topics;
  t.deepEqual(topicsOf({}), []);
  t.deepEqual(topicsOf({ topic: ' ', topicList: '' }), []);
  t.deepEqual(topicsOf({ topic: 'one' }), ['one']);
  t.deepEqual(topicsOf({ topic: 'one', topicList: 'two;three;two;' }), ['two', 'three']);
});

import test from 'ava';
import fc from 'fast-check';

import { decodeClusterInfo, encodeClusterInfo } from '../src/cluster-info.ts';
import { ProtocolError } from '../src/errors.ts';
import { decodeTopicRoute, encodeTopicRoute } from '../src/topic-route.ts';
import type { TopicRouteData } from '../src/topic-route.ts';

/** Plain objects only, so that deepEqual compares what was read with them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const ROUTE: TopicRouteData = {
  orderTopicConf: null,
  queueDatas: [{ brokerName: 'broker-a', readQueueNums: 4, writeQueueNums: 4, perm: 6, topicSysFlag: 0 }],
  brokerDatas: [
    {
      cluster: 'DefaultCluster',
      brokerName: 'broker-a',
      brokerAddrs: new Map([
        [1, '10.0.0.2:10911'],
        [0, '10.0.0.1:10911'],
      ]),
      enableActingMaster: false,
      zoneName: null,
    },
  ],
  filterServerTable: new Map(),
};

test('a route is compact, in alphabetical order, ids quoted', (t) => {
  t.is(
    encodeTopicRoute(ROUTE).toString(),
    '{"brokerDatas":[{"brokerAddrs":{"0":"10.0.0.1:10911","1":"10.0.0.2:10911"},"brokerName":"broker-a",' +
      '"cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},"queueDatas":[' +
      '{"brokerName":"broker-a","perm":6,"readQueueNums":4,"topicSysFlag":0,"writeQueueNums":4}]}',
  );
  t.true(
    encodeTopicRoute(ROUTE, 'fastjson')
      .toString()
      .includes('"brokerAddrs":{0:"10.0.0.1:10911",1:"10.0.0.2:10911"}'),
  );
});

const text = fc.string({ unit: 'binary', maxLength: 10 });
/** Not the text of a number: such keys change their place in an object. */
const key = text.map((name) => `k${name}`);
const brokerData = record({
  cluster: text,
  brokerName: text,
  brokerAddrs: fc
    .array(fc.tuple(fc.nat(9), text), { maxLength: 4 })
    .map((pairs) => new Map([...new Map(pairs)].toSorted(([a], [b]) => a - b))),
  enableActingMaster: fc.boolean(),
  zoneName: fc.option(text),
});
const routes = record({
  orderTopicConf: fc.option(text),
  queueDatas: fc.array(
    record({
      brokerName: text,
      readQueueNums: fc.nat(),
      writeQueueNums: fc.nat(),
      perm: fc.nat(7),
      topicSysFlag: fc.nat(3),
    }),
    { maxLength: 3 },
  ),
  brokerDatas: fc.array(brokerData, { maxLength: 3 }),
  filterServerTable: fc
    .array(fc.tuple(key, fc.array(text, { maxLength: 2 })), { maxLength: 2 })
    .map((pairs) => new Map(pairs)),
});
const style = fc.constantFrom('standard' as const, 'fastjson' as const);

test('routes read back in both forms, and the standard form is JSON', (t) => {
  fc.assert(
    fc.property(routes, style, (route, form) => {
      const body = encodeTopicRoute(route, form);
      t.deepEqual(decodeTopicRoute(body), route);
      if (form === 'standard') t.notThrows(() => JSON.parse(body.toString()) as unknown);
    }),
    { seed: 105, numRuns: 200 },
  );
});

test('a route of an old broker and unknown members are read', (t) => {
  const body =
    '{"brokerDatas":[{"brokerAddrs":{0:"a:1"},"brokerName":"b"}],"queueDatas":[{"brokerName":"b","perm":"6",' +
    '"readQueueNums":4,"topicSynFlag":2,"writeQueueNums":"4"}],"topicQueueMappingByBroker":{},"new":[{}]}';
  const route = decodeTopicRoute(Buffer.from(body));
  t.deepEqual(route.brokerDatas[0]?.brokerAddrs, new Map([[0, 'a:1']]));
  t.deepEqual(route.queueDatas, [
    { brokerName: 'b', readQueueNums: 4, writeQueueNums: 4, perm: 6, topicSysFlag: 2 },
  ]);
});

for (const body of [
  '',
  '[]',
  '{"queueDatas":{}}',
  '{"queueDatas":[1]}',
  '{"brokerDatas":[{}]}',
  '{"brokerDatas":[{"brokerName":"b","brokerAddrs":{"one":"a:1"}}]}',
  '{"brokerDatas":[{"brokerName":"b","brokerAddrs":{{}:"a:1"}}]}',
]) {
  test(`the route ${body} is refused`, (t) => {
    const error = t.throws(() => decodeTopicRoute(Buffer.from(body)), { instanceOf: ProtocolError });
    t.is(error.code, 'JSON_INVALID');
  });
}

test('cluster info reads back in both forms', (t) => {
  const info = record({
    brokerAddrTable: fc
      .uniqueArray(fc.tuple(key, brokerData), { selector: ([name]) => name, maxLength: 3 })
      .map((pairs) => new Map(pairs)),
    clusterAddrTable: fc
      .array(fc.tuple(key, fc.array(text, { maxLength: 3 })), { maxLength: 3 })
      .map((pairs) => new Map(pairs)),
  });
  fc.assert(
    fc.property(info, style, (value, form) => {
      t.deepEqual(decodeClusterInfo(encodeClusterInfo(value, form)), value);
    }),
    { seed: 106, numRuns: 200 },
  );
  const real = decodeClusterInfo(
    Buffer.from(
      '{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"a:1"},"brokerName":"broker-a","cluster":"c"}},' +
        '"clusterAddrTable":{"c":["broker-a"]}}',
    ),
  );
  t.is(real.brokerAddrTable.get('broker-a')?.brokerAddrs.get(0), 'a:1');
  t.deepEqual(real.clusterAddrTable.get('c'), ['broker-a']);
  t.is(decodeClusterInfo(Buffer.from('{}')).brokerAddrTable.size, 0);
});

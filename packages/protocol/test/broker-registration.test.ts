import test from 'ava';
import fc from 'fast-check';
import { deflateSync, inflateSync } from 'node:zlib';

import {
  checkRegistrationBodyCrc,
  decodeRegisterBrokerBody,
  encodeRegisterBrokerBody,
  registrationBodyCrc,
} from '../src/broker-registration.ts';
import type { RegisterBrokerBody, RegisterBrokerHeader } from '../src/broker-registration.ts';
import { decodeDataVersion, encodeDataVersion, sameDataVersion } from '../src/data-version.ts';
import { ProtocolError } from '../src/errors.ts';
import { topicConfigFromLine, topicConfigToLine } from '../src/topic-config.ts';
import type { TopicConfig } from '../src/topic-config.ts';

/** Plain objects only, so that deepEqual compares what was read with them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** Not the text of a number: such keys change their place in an object. */
const topicName = fc.stringMatching(/^t[%|a-zA-Z0-9_-]{0,20}$/);
const int32 = fc.integer();
const attributes = fc
  .array(fc.tuple(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 })), { maxLength: 2 })
  .map((pairs) => {
    const table = Object.create(null) as Record<string, string>;
    for (const [key, value] of pairs) table[key] = value;
    return table;
  });
const config = record<TopicConfig>({
  topicName,
  readQueueNums: int32,
  writeQueueNums: int32,
  perm: fc.nat(7),
  topicFilterType: fc.constantFrom('SINGLE_TAG' as const, 'MULTI_TAG' as const),
  topicSysFlag: fc.nat(3),
  order: fc.boolean(),
  attributes,
});
const body = record<RegisterBrokerBody>({
  dataVersion: record({ stateVersion: fc.nat(), timestamp: fc.maxSafeInteger(), counter: fc.nat() }),
  topicConfigTable: fc
    .array(config, { maxLength: 5 })
    .map((configs) => new Map(configs.map((item) => [item.topicName, item]))),
  filterServerList: fc.array(fc.string(), { maxLength: 2 }),
});

test('plain bodies read back', (t) => {
  fc.assert(
    fc.property(body, (value) => {
      const bytes = encodeRegisterBrokerBody(value, { compressed: false, version: 479 });
      t.deepEqual(decodeRegisterBrokerBody(bytes), value);
    }),
    { seed: 103, numRuns: 150 },
  );
});

test('compressed bodies read back except for what the form cannot carry', (t) => {
  fc.assert(
    fc.property(body, fc.constantFrom(409, 413, 479), (value, version) => {
      const bytes = encodeRegisterBrokerBody(value, { compressed: true, version });
      const table = [...value.topicConfigTable].map(
        ([name, item]) => [name, { ...item, order: false, topicSysFlag: 0 }] as const,
      );
      t.deepEqual(decodeRegisterBrokerBody(bytes), { ...value, topicConfigTable: new Map(table) });
    }),
    { seed: 104, numRuns: 150 },
  );
});

const ONE: RegisterBrokerBody = {
  dataVersion: { stateVersion: 0, timestamp: 1700000000000, counter: 1 },
  topicConfigTable: new Map([
    [
      't',
      {
        topicName: 't',
        readQueueNums: 8,
        writeQueueNums: 4,
        perm: 6,
        topicFilterType: 'SINGLE_TAG',
        topicSysFlag: 0,
        order: false,
        attributes: Object.create(null) as Record<string, string>,
      },
    ],
  ]),
  filterServerList: [],
};

test('the plain form of one topic', (t) => {
  t.is(
    encodeRegisterBrokerBody(ONE, { compressed: false, version: 479 }).toString(),
    '{"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{"counter":1,"stateVersion":0,' +
      '"timestamp":1700000000000},"topicConfigTable":{"t":{"attributes":{},"order":false,"perm":6,' +
      '"readQueueNums":8,"topicFilterType":"SINGLE_TAG","topicName":"t","topicSysFlag":0,"writeQueueNums":4}}}}',
  );
});

test('the compressed form of one topic, block by block', (t) => {
  const version = '{"counter":1,"stateVersion":0,"timestamp":1700000000000}';
  const line = 't 8 4 6 SINGLE_TAG {}';
  const block = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const count = (n: number): Buffer => Buffer.from([0, 0, 0, n]);
  const old = Buffer.concat([block(version), count(1), block(line), block('[]')]);
  t.deepEqual(inflateSync(encodeRegisterBrokerBody(ONE, { compressed: true, version: 409 })), old);
  const young = Buffer.concat([old, count(0)]);
  t.deepEqual(inflateSync(encodeRegisterBrokerBody(ONE, { compressed: true, version: 413 })), young);
  // A mapping section with content, as brokers with static topics send it, is passed over.
  const mapped = Buffer.concat([old, count(1), block('{"topic":"s"}')]);
  t.deepEqual(decodeRegisterBrokerBody(deflateSync(mapped)), ONE);
});

test('older and emptier bodies are read', (t) => {
  t.is(decodeRegisterBrokerBody(Buffer.alloc(0)).topicConfigTable.size, 0);
  t.is(decodeRegisterBrokerBody(Buffer.from('{}')).dataVersion.counter, 0);
  const bare = decodeRegisterBrokerBody(
    Buffer.from('{"dataVersion":{"counter":{"value":1}},"topicConfigTable":{}}'.replace('{"value":1}', '2')),
  );
  t.is(bare.dataVersion.counter, 2);
  t.deepEqual(topicConfigFromLine('t 8 4 6 MULTI_TAG'), {
    ...ONE.topicConfigTable.get('t')!,
    topicFilterType: 'MULTI_TAG',
    attributes: {},
  });
});

test('a broken compressed body is a typed error at every cut, and a bomb is not unpacked', (t) => {
  const whole = inflateSync(encodeRegisterBrokerBody(ONE, { compressed: true, version: 409 }));
  for (let length = 0; length < whole.length; length += 1) {
    t.throws(() => decodeRegisterBrokerBody(deflateSync(whole.subarray(0, length))), {
      instanceOf: ProtocolError,
    });
  }
  const bytes = encodeRegisterBrokerBody(ONE, { compressed: true, version: 409 });
  t.throws(() => decodeRegisterBrokerBody(bytes.subarray(0, bytes.length - 5)), {
    instanceOf: ProtocolError,
    code: 'BODY_INVALID',
  });
  const bomb = deflateSync(Buffer.alloc(1_000_000));
  t.throws(() => decodeRegisterBrokerBody(bomb, 10_000), { instanceOf: ProtocolError, code: 'BODY_INVALID' });
});

test('random bodies are refused with a typed error', (t) => {
  const noise = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(noise, fc.boolean(), (bytes, deflate) => {
      try {
        decodeRegisterBrokerBody(deflate ? deflateSync(bytes) : bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: 322, numRuns: 1_000 },
  );
  t.pass();
});

test('the checksum is that of the bytes on the wire and may be absent', (t) => {
  const bytes = Buffer.from('123456789');
  // CRC-32 of this text is cbf43926; the highest bit is dropped.
  t.is(registrationBodyCrc(bytes), 0x4bf43926);
  const header: RegisterBrokerHeader = {
    brokerName: 'b',
    brokerAddr: 'a:1',
    clusterName: 'c',
    brokerId: 0,
    haServerAddr: 'a:2',
    heartbeatTimeoutMillis: null,
    enableActingMaster: null,
    compressed: false,
    bodyCrc32: 0x4bf43926,
    zoneName: null,
  };
  t.notThrows(() => checkRegistrationBodyCrc(header, bytes));
  t.notThrows(() => checkRegistrationBodyCrc({ ...header, bodyCrc32: 0 }, Buffer.from('x')));
  t.throws(() => checkRegistrationBodyCrc(header, Buffer.from('x')), {
    instanceOf: ProtocolError,
    message: 'crc32 not match',
  });
});

test('topic lines and data versions', (t) => {
  t.is(topicConfigToLine(ONE.topicConfigTable.get('t')!), 't 8 4 6 SINGLE_TAG {}');
  for (const line of ['', 't', 't 1 2 3', 't x 1 6 SINGLE_TAG', 't 1 1 6 SINGLE_TAG {']) {
    t.throws(() => topicConfigFromLine(line), { instanceOf: ProtocolError }, line);
  }
  const version = { stateVersion: 1, timestamp: 2, counter: 3 };
  t.deepEqual(decodeDataVersion(encodeDataVersion(version)), version);
  t.true(sameDataVersion(version, { ...version }));
  t.false(sameDataVersion(version, { ...version, counter: 4 }));
});

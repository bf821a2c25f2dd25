import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { decodeProperties } from '@ledgermq/protocol';
import { initialOf, initialsOf, StoredProperties, valueOf } from '../../src/handlers/stored-properties.ts';

function stored(): StoredProperties {
  return new StoredProperties({
    clusterName: 'DefaultCluster',
    regionId: 'DefaultRegion',
    nextUniqKey: () => 'MADE',
  });
}

test('what is missing is appended, what is there stays untouched', (t) => {
  const { properties, uniqKey } = stored().completeText('TAGS\u0001A\u0002UNIQ_KEY\u0001ABC');
  t.is(uniqKey, 'ABC');
  t.is(
    properties,
    'TAGS\u0001A\u0002UNIQ_KEY\u0001ABC\u0002CLUSTER\u0001DefaultCluster\u0002MSG_REGION\u0001DefaultRegion\u0002TRACE_ON\u0001true\u0002',
  );
  t.is(stored().completeText(properties).properties, properties);
});

test('a message without an id gets one', (t) => {
  const { properties, uniqKey } = stored().completeText('');
  t.is(uniqKey, 'MADE');
  t.is(decodeProperties(properties).get('UNIQ_KEY'), 'MADE');
});

test('a pop receipt is dropped wherever it stands', (t) => {
  for (const text of [
    'POP_CK\u0001x\u0002A\u0001b\u0002',
    'A\u0001b\u0002POP_CK\u0001x',
    'A\u0001b\u0002POP_CK\u0001x\u0002',
  ]) {
    const read = decodeProperties(stored().completeText(text).properties);
    t.false(read.has('POP_CK'));
    t.is(read.get('A'), 'b');
  }
});

test('a name is found only where a name stands', (t) => {
  t.is(valueOf('XTAGS\u0001no\u0002TAGS\u0001yes\u0002', 'TAGS'), 'yes');
  t.is(valueOf('A\u0001TAGS\u0002', 'TAGS'), null);
  t.is(valueOf('TAGS\u0001', 'TAGS'), '');
});

test('bytes and text are completed alike, and foreign bytes survive', (t) => {
  const name = fc.stringMatching(/^[A-Za-z_]{1,8}$/);
  const value = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\u0001\u0002]/.test(text));
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 6 }), fc.boolean(), (entries, terminated) => {
      const pairs = Object.entries(entries).map(([key, text]) => `${key}\u0001${text}`);
      const text = pairs.join('\u0002') + (terminated && pairs.length > 0 ? '\u0002' : '');
      const asText = stored().completeText(text);
      const asBytes = stored().completeBytes(Buffer.from(text));
      t.is(asBytes.properties.toString(), asText.properties);
      t.is(asBytes.uniqKey, asText.uniqKey);
      const read = decodeProperties(asText.properties);
      for (const [key, expected] of Object.entries(entries)) {
        t.is(read.get(key), expected);
      }
    }),
    { seed: 20_251_121, numRuns: 300 },
  );
  const foreign = Buffer.from([0x41, 0x01, 0xff, 0xfe, 0x02]);
  t.true(stored().completeBytes(foreign).properties.subarray(0, 5).equals(foreign));
});

test('a name that is there always has its initial', (t) => {
  const anyText = fc
    .array(fc.constantFrom('TAGS', 'CLUSTER', 'x', '\u0001', '\u0002', 'POP_CK', '\u00e9', '__A'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(anyText, (text) => {
      const initials = initialsOf(text);
      for (const name of ['TAGS', 'CLUSTER', 'POP_CK']) {
        if (valueOf(text, name) !== null) t.not(initials & initialOf(name, 0), 0);
      }
      if (!/(^|\u0002)T/.test(text)) t.is(initials & initialOf('TAGS', 0), 0);
    }),
    { seed: 20_240_615, numRuns: 500 },
  );
  t.is(initialsOf(''), 0);
});

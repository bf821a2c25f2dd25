import { Buffer } from 'node:buffer';
import test from 'ava';
import { decodeQueryMessageHeader, encodeQueryMessageHeader } from '@ledgermq/protocol';
import { FaceFixture } from '../face-fixture.ts';
import { recordOf } from '../machine/entry-chain.ts';

const header = { topic: 'T', key: 'k', maxNum: 10, beginTimestamp: 5, endTimestamp: 9, uniqueKey: false };

test('a query is passed on with its limits, and answered with the records as they are', (t) => {
  const fixture = new FaceFixture();
  const records = [recordOf({ topic: 'T', uniqKey: 'a' }), recordOf({ topic: 'T', uniqKey: 'b' })];
  fixture.group.lookupResult = { records, lastTimestamp: 77, lastPhysicalOffset: 88 };
  const answer = fixture.ask(12, encodeQueryMessageHeader(header));
  t.is(answer.code, 0);
  t.deepEqual(answer.body, Buffer.concat(records));
  t.is(answer.extFields['indexLastUpdateTimestamp'], '77');
  t.is(answer.extFields['indexLastUpdatePhyoffset'], '88');
  t.like(fixture.group.lookups[0], {
    topic: 'T',
    key: 'k',
    uniqKeyOnly: false,
    begin: 5,
    end: 9,
    countMax: 10,
  });
});

for (const [asked, uniqueKey, expected] of [
  [1_000, false, 64],
  [-1, false, 0],
  [1, true, 32],
  [1_000, true, 32],
] as const) {
  test(`a query for ${asked} by ${uniqueKey ? 'unique key' : 'key'} looks for ${expected}`, (t) => {
    const fixture = new FaceFixture();
    fixture.ask(12, encodeQueryMessageHeader({ ...header, maxNum: asked, uniqueKey }));
    t.like(fixture.group.lookups[0], { countMax: expected, uniqKeyOnly: uniqueKey });
  });
}

test('nothing found is said with the state of the index', (t) => {
  const fixture = new FaceFixture();
  const answer = fixture.ask(12, encodeQueryMessageHeader(header));
  t.is(answer.code, 22);
  t.is(answer.extFields['indexLastUpdateTimestamp'], '0');
  fixture.group.lookupResult = null;
  t.is(fixture.ask(12, encodeQueryMessageHeader(header)).code, 1);
});

test('the range of a client that wants everything', (t) => {
  const fields = { ...encodeQueryMessageHeader(header), endTimestamp: '9223372036854775807' };
  t.is(decodeQueryMessageHeader(fields).endTimestamp, Number.MAX_SAFE_INTEGER);
  const older = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('_')));
  t.false(decodeQueryMessageHeader(older).uniqueKey);
});

test('a replica that is not the master passes a query on', (t) => {
  const fixture = new FaceFixture();
  fixture.lead('n2');
  fixture.request(12, encodeQueryMessageHeader(header));
  fixture.clock.endTurn();
  t.is(fixture.master.forwarded[0]?.command.code, 12);
  t.deepEqual(fixture.group.lookups, []);
});

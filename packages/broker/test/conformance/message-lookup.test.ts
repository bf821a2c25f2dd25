import test from 'ava';
import { readRecords } from '@ledgermq/protocol';
import { ServedGroup, type Sent } from './served-group.ts';

const RETAINED = 16_384;

function offsets(records: readonly { queueOffset: number }[]): number[] {
  return records.map(({ queueOffset }) => queueOffset);
}

test('messages are found by their id and by each of their keys, and only those', async (t) => {
  const group = await ServedGroup.start();
  await group.send(
    { uniqKey: 'ID1', keys: 'red  green' },
    { uniqKey: 'ID2', keys: 'green' },
    { keys: 'blue' },
  );
  await group.send({ topic: 'U', uniqKey: 'ID3', keys: 'red green' });
  const table: [string, Record<string, string>, number[]][] = [
    ['red', {}, [0]],
    ['green', {}, [0, 1]],
    ['blue', {}, [2]],
    ['ID1', {}, [0]],
    ['ID1', { _UNIQUE_KEY_QUERY: 'true' }, [0]],
    ['ID1', { _UNIQUE_KEY_QUERY: 'false' }, [0]],
    ['green', { _UNIQUE_KEY_QUERY: 'true' }, []],
    ['ID3', {}, []],
    ['ID3', { topic: 'U' }, [0]],
    ['red green', {}, []],
    ['red  green', {}, []],
    ['gre', {}, []],
    ['GREEN', {}, []],
    ['', {}, []],
    [' ', {}, []],
    ['red', { topic: 'none' }, []],
  ];
  for (const [key, fields, expected] of table) {
    t.deepEqual(offsets(await group.query(key, fields)), expected, `${key} ${JSON.stringify(fields)}`);
  }
});

test('keys of one hash are told apart', async (t) => {
  const group = await ServedGroup.start();
  // Java's hash of "Aa" equals that of "BB", and ours is Java's.
  await group.send({ keys: 'Aa' }, { keys: 'BB' }, { keys: 'AaBB BBAa' });
  t.deepEqual(offsets(await group.query('Aa')), [0]);
  t.deepEqual(offsets(await group.query('BB')), [1]);
  t.deepEqual(offsets(await group.query('BBBB')), []);
  t.deepEqual(offsets(await group.query('AaBB')), [2]);
});

test('at most 64, the newest, in the order of the log; at most 32 by unique key', async (t) => {
  const group = await ServedGroup.start();
  for (let i = 0; i < 80; i += 1) await group.send({ keys: 'k' });
  const newest = (count: number): number[] => Array.from({ length: count }, (_, i) => 80 - count + i);
  for (const [maxNum, expected] of [
    ['1', 1],
    ['63', 63],
    ['64', 64],
    ['65', 64],
    ['2147483647', 64],
    ['0', 0],
    ['-1', 0],
    ['-2147483648', 0],
  ] as const) {
    t.deepEqual(offsets(await group.query('k', { maxNum })), newest(expected), maxNum);
  }
  for (const maxNum of ['1', '64']) {
    const answer = await group.query('k', { maxNum, _UNIQUE_KEY_QUERY: 'true' });
    t.deepEqual(offsets(answer), [], 'they have other ids');
  }
});

test('both ends of the range of times are included, to the millisecond', async (t) => {
  const group = await ServedGroup.start();
  const sent: Sent[] = [];
  for (let i = 0; i < 3; i += 1) {
    sent.push(...(await group.send({ keys: 'k' })));
    await group.pass(700);
  }
  const [a, b, c] = sent.map(({ storeTimestamp }) => storeTimestamp) as [number, number, number];
  for (const [begin, end, expected] of [
    [a, c, [0, 1, 2]],
    [a + 1, c, [1, 2]],
    [a, c - 1, [0, 1]],
    [b, b, [1]],
    [b + 1, c - 1, []],
    [c + 1, c + 9_000, []],
    [0, a - 1, []],
    [c, a, []],
    [-9_000, b, [0, 1]],
  ] as const) {
    const found = await group.query('k', { beginTimestamp: String(begin), endTimestamp: String(end) });
    t.deepEqual(offsets(found), [...expected], `${begin - a} to ${end - a}`);
  }
});

test('an answer ends before it gets too large for clients, without a gap', async (t) => {
  const group = await ServedGroup.start();
  const large = 'z'.repeat(3_000_000);
  await group.send({ keys: 'k' });
  for (const body of ['small', large, large, large, 'small']) await group.send({ keys: 'k', body });
  t.deepEqual(offsets(await group.query('k')), [3, 4, 5]);
});

test('an answer tells how far the index is', async (t) => {
  const group = await ServedGroup.start();
  const none = await group.ask(12, {
    topic: 'T',
    key: 'k',
    maxNum: '1',
    beginTimestamp: '0',
    endTimestamp: '1',
  });
  t.is(none.code, 22);
  t.is(none.extFields['indexLastUpdateTimestamp'], '0');
  t.is(none.extFields['indexLastUpdatePhyoffset'], '0');
  const [, last] = await group.send({ keys: 'k' }, { keys: 'l' });
  const found = await group.ask(12, {
    topic: 'T',
    key: 'k',
    maxNum: '1',
    beginTimestamp: '0',
    endTimestamp: '9223372036854775807',
  });
  t.is(found.extFields['indexLastUpdateTimestamp'], String(last?.storeTimestamp));
  t.is(found.extFields['indexLastUpdatePhyoffset'], String(last?.physicalOffset));
  t.is((await group.ask(12, { topic: 'T', key: 'k' })).code, 1, 'fields are missing');
});

test('a message sent twice is found once', async (t) => {
  const group = await ServedGroup.start();
  const [first] = await group.send({ uniqKey: 'ID', keys: 'k' });
  const [second] = await group.send({ uniqKey: 'ID', keys: 'k' });
  t.deepEqual(second, first);
  t.deepEqual(offsets(await group.query('k')), [0]);
});

test('a message is viewed by the address in its id, and nothing else is', async (t) => {
  const group = await ServedGroup.start();
  const [first, second] = await group.send({ body: 'one' }, { body: 'two' });
  const at = first?.physicalOffset ?? 0;
  const answer = await group.ask(33, { offset: String(at) });
  t.is(answer.code, 0);
  const [record] = readRecords(answer.body);
  t.is(record?.body.toString(), 'one');
  t.is(record?.physicalOffset, at);
  const { end } = group.member.live.logRange();
  const nothing = [at - 1, at + 1, at + 4, 0, 1, end, end - 1, end + 1_000, -1, Number.MAX_SAFE_INTEGER];
  for (const offset of [...nothing.map(String), '9223372036854775807', '-9223372036854775808']) {
    const refused = await group.ask(33, { offset });
    t.is(refused.code, 1, offset);
    t.regex(refused.remark ?? '', /can not find message by the offset/, offset);
  }
  for (const offset of ['x', '', '1.5', '9223372036854775808']) {
    const refused = await group.ask(33, { offset });
    t.is(refused.code, 1, offset);
    t.regex(refused.remark ?? '', /HEADER_INVALID/, offset);
  }
  t.is((await group.ask(33, { offset: String(second?.physicalOffset) })).code, 0);
});

test('a body that looks like a record is not one', async (t) => {
  const group = await ServedGroup.start();
  const [real] = await group.send({ body: 'real', keys: 'k' });
  const bytes = (await group.ask(33, { offset: String(real?.physicalOffset) })).body;
  const [outer] = await group.send({ body: bytes.toString('latin1') });
  for (let at = 0; at < bytes.length + 200; at += 1) {
    if (at === 0) continue;
    const answer = await group.ask(33, { offset: String((outer?.physicalOffset ?? 0) + at) });
    t.is(answer.code, 1);
  }
});

for (const how of [null, 'stop', 'kill', 'lose'] as const) {
  test(`what the log let go is found no more, what it holds is, ${how === null ? 'at once' : `after a ${how}`}`, async (t) => {
    const group = await ServedGroup.start(RETAINED);
    const all: Sent[] = [];
    const { start } = group.member.live.logRange();
    for (let i = 0; group.member.live.logRange().start === start; i += 1) {
      all.push(...(await group.send({ keys: 'k', uniqKey: `ID${i}`, body: 'y'.repeat(400) })));
    }
    if (how !== null) await group.restart(how);
    const begin = group.member.live.logRange().start;
    const min = all.filter(({ physicalOffset }) => physicalOffset < begin).length;
    t.true(min > 0 && min < all.length);
    const expected = all.slice(min).map(({ queueOffset }) => queueOffset);
    t.deepEqual(offsets(await group.query('k')), expected.slice(-64));
    for (const [i, { physicalOffset }] of all.entries()) {
      const { code } = await group.ask(33, { offset: String(physicalOffset) });
      t.is(code, i < min ? 1 : 0);
      const byId = await group.query(`ID${i}`, { _UNIQUE_KEY_QUERY: 'true' });
      t.deepEqual(offsets(byId), i < min ? [] : [i]);
    }
    t.deepEqual(group.member.fatal, []);
  });
}

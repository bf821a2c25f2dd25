import test from 'ava';
import type { ExecutionContext } from 'ava';
import { decodeConsumeStats, decodeTopicStats } from '@ledgermq/protocol';
import { pullFields } from '../face-fixture.ts';
import { ServedGroup, type Sent } from './served-group.ts';

/** Log bytes kept where old messages go. */
const RETAINED = 16_384;
const HUGE = '9223372036854775807';
const MAX_OFFSET = 30;
const MIN_OFFSET = 31;
const EARLIEST = 32;

type Boundary = 'LOWER' | 'UPPER';

function offsetAt(group: ServedGroup, timestamp: number | string, boundary?: Boundary, queueId = 0) {
  const boundaryType = boundary === undefined ? {} : { boundaryType: boundary };
  return group.offsetOf(29, { queueId: String(queueId), timestamp: String(timestamp), ...boundaryType });
}

/** One pull without waiting: code, next offset, status. */
async function pull(group: ServedGroup, queueId: number, queueOffset: number): Promise<unknown[]> {
  const fields = pullFields({ queueId: String(queueId), queueOffset: String(queueOffset), sysFlag: '4' });
  const { code, remark, extFields } = await group.ask(11, { ...fields, subscription: '*' });
  return [code, Number(extFields['nextBeginOffset']), remark];
}

/** Messages of queue 0 at three moments: one, three at once, one. */
async function threeMoments(group: ServedGroup): Promise<[number, number, number]> {
  const [first] = await group.send({});
  await group.pass(1_000);
  const [second] = await group.send({}, {}, {});
  await group.pass(1_000);
  const [third] = await group.send({});
  return [first, second, third].map((sent) => (sent as Sent).storeTimestamp) as [number, number, number];
}

test('the offset of a time: RocketMQ 5 getOffsetInQueueByTime', async (t) => {
  const group = await ServedGroup.start();
  const [a, b, c] = await threeMoments(group);
  const table: [string, number | string, Boundary | undefined, number][] = [
    ['before the first', a - 1, 'LOWER', 0],
    ['before the first', a - 1, 'UPPER', 0],
    ['0', 0, 'LOWER', 0],
    ['negative', -1, 'LOWER', 0],
    ['negative', -1, 'UPPER', 0],
    ['equal to the first', a, 'LOWER', 0],
    ['equal to the first', a, 'UPPER', 0],
    ['between', a + 1, 'LOWER', 1],
    ['between', a + 1, 'UPPER', 0],
    ['equal to several', b, 'LOWER', 1],
    ['equal to several', b, 'UPPER', 3],
    ['between', c - 1, 'LOWER', 4],
    ['between', c - 1, 'UPPER', 3],
    ['equal to the last', c, 'LOWER', 4],
    ['equal to the last', c, 'UPPER', 4],
    ['after the last', c + 1, 'LOWER', 5],
    ['after the last', c + 1, 'UPPER', 4],
    ['the end of time', HUGE, 'LOWER', 5],
    ['the end of time', HUGE, 'UPPER', 4],
    ['no boundary means LOWER', b, undefined, 1],
  ];
  for (const [what, timestamp, boundary, expected] of table) {
    t.is(await offsetAt(group, timestamp, boundary), expected, `${what}, ${boundary}`);
  }
  t.is(await group.offsetOf(29, { timestamp: String(b), boundaryType: 'upper' }), 3, 'in either case');
  t.is((await group.ask(29, { topic: 'T', queueId: '0', timestamp: 'x' })).code, 1);
  t.is((await group.ask(29, { topic: 'T', queueId: '0', timestamp: '1', boundaryType: 'x' })).code, 1);
});

test('queues that nobody wrote to, and topics that nobody made, are answered like empty ones', async (t) => {
  const group = await ServedGroup.start();
  for (const place of [{ queueId: '2' }, { topic: 'none' }, { queueId: '99' }, { queueId: '-1' }]) {
    t.is(await group.offsetOf(29, { ...place, timestamp: '5' }), 0);
    t.is(await group.offsetOf(29, { ...place, timestamp: HUGE, boundaryType: 'UPPER' }), 0);
    t.is(await group.offsetOf(MAX_OFFSET, place), 0);
    t.is(await group.offsetOf(MAX_OFFSET, { ...place, committed: 'false' }), 0);
    t.is(await group.offsetOf(MIN_OFFSET, place), 0);
    t.is(await group.offsetOf(EARLIEST, place), -1);
  }
});

/** Queue 0 has lost its first message or more but not all; queue 1 held two, which are gone. */
async function cutGroup(): Promise<{ group: ServedGroup; kept: Sent[]; min: number; all: Sent[] }> {
  const group = await ServedGroup.start(RETAINED);
  await group.send({ queueId: 1 }, { queueId: 1 });
  const all: Sent[] = [];
  const { start } = group.member.live.logRange();
  while (group.member.live.logRange().start === start) {
    all.push(...(await group.send({ body: 'y'.repeat(400) }, { body: 'y'.repeat(400) })));
    await group.pass(20);
  }
  const begin = group.member.live.logRange().start;
  const kept = all.filter(({ physicalOffset }) => physicalOffset >= begin);
  return { group, kept, min: all.length - kept.length, all };
}

/** What tools show of the queues (202, 208); queue 0 has been consumed up to each of some offsets. */
async function figuresFollowTheLog(t: ExecutionContext, cut: Awaited<ReturnType<typeof cutGroup>>) {
  const { group, min, all } = cut;
  const max = all.length;
  const time = (offset: number): number => (all[offset] as Sent).storeTimestamp;
  const { queues } = decodeTopicStats((await group.ask(202, { topic: 'T' })).body);
  t.like(queues[0], { minOffset: min, maxOffset: max, lastUpdateTimestamp: time(max - 1) });
  t.like(queues[1], { minOffset: 2, maxOffset: 2, lastUpdateTimestamp: 0 }, 'all of it is gone');
  t.like(queues[2], { minOffset: 0, maxOffset: 0, lastUpdateTimestamp: 0 });
  for (const [offset, lastTimestamp] of [
    [min, 0],
    [min + 1, time(min)],
    [max, time(max - 1)],
  ] as const) {
    const consumerGroup = `up to ${offset}`;
    const place = { consumerGroup, topic: 'T', queueId: '0', commitOffset: String(offset) };
    t.is((await group.ask(15, place)).code, 0);
    const consumed = decodeConsumeStats((await group.ask(208, { consumerGroup })).body).queues;
    t.like(consumed[0], { brokerOffset: max, consumerOffset: offset, lastTimestamp }, consumerGroup);
    t.like(consumed[1], { brokerOffset: 2, consumerOffset: 0, lastTimestamp: 0 });
  }
}

async function endsFollowTheLog(t: ExecutionContext, cut: Awaited<ReturnType<typeof cutGroup>>) {
  const { group, kept, min, all } = cut;
  const [first] = kept as [Sent];
  const max = all.length;
  t.true(min > 0 && min < max);
  t.is(await group.offsetOf(MIN_OFFSET, {}), min);
  t.is(await group.offsetOf(MAX_OFFSET, {}), max);
  t.is(await group.offsetOf(EARLIEST, {}), first.storeTimestamp);
  const removed = all[min - 1] as Sent;
  const samePair = removed.storeTimestamp === first.storeTimestamp;
  for (const time of [0, removed.storeTimestamp - 1, removed.storeTimestamp]) {
    t.is(await offsetAt(group, time, 'LOWER'), min, 'messages that are gone are not found');
    if (!samePair) t.is(await offsetAt(group, time, 'UPPER'), min);
  }
  t.is(await offsetAt(group, (all[max - 1] as Sent).storeTimestamp, 'UPPER'), max - 1);
  t.is(await offsetAt(group, HUGE), max);
  await figuresFollowTheLog(t, cut);
  // RocketMQ's table of get results.
  t.deepEqual(await pull(group, 0, 0), [21, min, 'OFFSET_TOO_SMALL']);
  t.deepEqual(await pull(group, 0, min - 1), [21, min, 'OFFSET_TOO_SMALL']);
  t.is((await pull(group, 0, min))[2], 'FOUND');
  t.deepEqual(await pull(group, 0, max), [19, max, 'OFFSET_OVERFLOW_ONE']);
  t.deepEqual(await pull(group, 0, max + 1), [21, max, 'OFFSET_OVERFLOW_BADLY']);
}

/** Of queue 1 nothing is left; its offsets go on where they were. */
async function emptiedQueue(t: ExecutionContext, { group }: Awaited<ReturnType<typeof cutGroup>>) {
  t.is(await group.offsetOf(MIN_OFFSET, { queueId: '1' }), 2);
  t.is(await group.offsetOf(MAX_OFFSET, { queueId: '1' }), 2);
  t.is(await group.offsetOf(EARLIEST, { queueId: '1' }), -1);
  for (const time of [0, 1_700_000_000_000, HUGE]) {
    t.is(await offsetAt(group, time, 'LOWER', 1), 2);
    t.is(await offsetAt(group, time, 'UPPER', 1), 2);
  }
  t.deepEqual(await pull(group, 1, 0), [21, 2, 'OFFSET_TOO_SMALL']);
  t.deepEqual(await pull(group, 1, 2), [19, 2, 'OFFSET_OVERFLOW_ONE']);
  t.deepEqual(await pull(group, 1, 3), [21, 2, 'OFFSET_OVERFLOW_BADLY']);
}

for (const how of [null, 'stop', 'kill', 'lose'] as const) {
  test(`queues begin where the log does, ${how === null ? 'in the turn in which it goes' : `after a ${how}`}`, async (t) => {
    const cut = await cutGroup();
    if (how !== null) await cut.group.restart(how);
    await endsFollowTheLog(t, cut);
    await emptiedQueue(t, cut);
    const [next] = await cut.group.send({ queueId: 1 });
    t.is(next?.queueOffset, 2);
    t.is((await pull(cut.group, 1, 2))[2], 'FOUND');
    t.deepEqual(cut.group.member.fatal, []);
  });
}

test('pulls of queues without messages', async (t) => {
  const group = await ServedGroup.start();
  t.deepEqual(await pull(group, 0, 0), [19, 0, 'NO_MATCHED_LOGIC_QUEUE']);
  t.deepEqual(await pull(group, 0, 7), [21, 0, 'NO_MATCHED_LOGIC_QUEUE']);
});

test('a group whose offset lies below the first message is told where to go on, and keeps its offset until then', async (t) => {
  const { group, min } = await cutGroup();
  const place = { consumerGroup: 'g', topic: 'T', queueId: '0' };
  t.is((await group.ask(15, { ...place, commitOffset: '1' })).code, 0);
  t.is((await group.ask(14, place)).extFields['offset'], '1');
  t.deepEqual(await pull(group, 0, 1), [21, min, 'OFFSET_TOO_SMALL']);
  const other = await group.ask(14, { ...place, consumerGroup: 'new' });
  t.is(other.code, 22, 'the queue is no longer young');
});

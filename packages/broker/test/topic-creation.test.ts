import test from 'ava';
import { TopicCreation } from '../src/topic-creation.ts';
import { MemoryGroup } from './memory-group.ts';

interface Fixture {
  readonly group: MemoryGroup;
  readonly creation: TopicCreation;
  readonly announced: (() => void)[];
}

function fixture(autoCreateTopicEnable = true, creatingMax = 10): Fixture {
  const group = new MemoryGroup();
  group.addTopic('TBW102', 8, 7);
  const announced: (() => void)[] = [];
  const announcer = { announce: (done: () => void) => void announced.push(done) };
  const creation = new TopicCreation(group.topics, group.proposer, announcer, {
    autoCreateTopicEnable,
    creatingMax,
  });
  return { group, creation, announced };
}

const wish = (topic: string, defaultTopicQueueNums = 4, defaultTopic = 'TBW102') => ({
  topic,
  defaultTopic,
  defaultTopicQueueNums,
});

test('a new topic inherits from the default topic, without its inherit bit', (t) => {
  const { group, creation } = fixture();
  t.is(creation.find(wish('T')).type, 'known');
  const created = group.topicTable.get('T');
  t.is(created?.readQueueNums, 4);
  t.is(created?.writeQueueNums, 4);
  t.is(created?.perm, 6);
});

test('the default topic bounds the number of queues', (t) => {
  const { group, creation } = fixture();
  creation.find(wish('T', 100));
  t.is(group.topicTable.get('T')?.writeQueueNums, 8);
});

test('nothing is created without a template, without its inherit bit, or when switched off', (t) => {
  const { group, creation } = fixture();
  group.addTopic('plain', 8, 6);
  t.is(creation.find(wish('T', 4, 'plain')).type, 'missing');
  t.is(creation.find(wish('T', 4, 'absent')).type, 'missing');
  t.is(creation.find(wish('T', 0)).type, 'missing');
  t.is(fixture(false).creation.find(wish('T')).type, 'missing');
});

test('a retry topic is created with one queue whatever the template says', (t) => {
  const { group, creation } = fixture(false);
  t.is(creation.find(wish('%RETRY%g')).type, 'known');
  t.is(group.topicTable.get('%RETRY%g')?.writeQueueNums, 1);
});

test('a topic is proposed once while its creation is under way', (t) => {
  const { group, creation } = fixture();
  group.holdProposals = true;
  creation.find(wish('T'));
  creation.find(wish('T'));
  t.deepEqual(group.proposals, ['putTopic T']);
});

test('callers wait until the name servers know the topic, later ones do not', (t) => {
  const { creation, announced } = fixture();
  const order: string[] = [];
  creation.find(wish('T'));
  creation.whenAnnounced('T', () => order.push('first'));
  t.deepEqual(order, []);
  announced[0]?.();
  t.deepEqual(order, ['first']);
  creation.whenAnnounced('T', () => order.push('second'));
  t.deepEqual(order, ['first', 'second']);
});

test('a refused creation keeps nobody waiting and may be tried again', (t) => {
  const { group, creation, announced } = fixture();
  group.holdProposals = true;
  creation.find(wish('T'));
  let called = false;
  creation.whenAnnounced('T', () => {
    called = true;
  });
  group.outcome = { type: 'refused', reason: 'not-leader', leader: null };
  group.held.shift()?.();
  t.true(called);
  t.is(announced.length, 0);
  creation.find(wish('T'));
  t.is(group.proposals.length, 2);
});

test('too many creations at once are refused', (t) => {
  const { group, creation } = fixture(true, 1);
  group.holdProposals = true;
  creation.find(wish('T1'));
  t.is(creation.find(wish('T2')).type, 'busy');
});

import test from 'ava';
import { blockedBy } from '../../src/faults/partitions.ts';
import { LinkBlocks } from '../../src/faults/link-blocks.ts';

const five = ['a', 'b', 'c', 'd', 'e'];

function text(blocked: ReturnType<typeof blockedBy>): string[] {
  return blocked.map((way) => way.join('>')).sort();
}

test('halves do not hear each other, in both directions', (t) => {
  const blocked = blockedBy({ kind: 'partition-halves', turn: 1, size: 1, forMs: 1 }, ['a', 'b', 'c'], null);
  t.deepEqual(text(blocked), ['a>b', 'b>a', 'b>c', 'c>b']);
});

test('a deaf node is heard, a mute one hears', (t) => {
  const at = { role: 'any', group: 0, pick: 0 } as const;
  const deaf = blockedBy({ kind: 'partition-one-way', at, deaf: true, forMs: 1 }, ['a', 'b', 'c'], 'a');
  t.deepEqual(text(deaf), ['b>a', 'c>a']);
  const mute = blockedBy({ kind: 'partition-one-way', at, deaf: false, forMs: 1 }, ['a', 'b', 'c'], 'a');
  t.deepEqual(text(mute), ['a>b', 'a>c']);
});

test('a bridge hears both sides, which do not hear each other', (t) => {
  const blocked = text(blockedBy({ kind: 'partition-bridge', turn: 0, forMs: 1 }, five, null));
  t.false(blocked.some((way) => way.includes('a')));
  t.deepEqual(blocked, ['b>d', 'b>e', 'c>d', 'c>e', 'd>b', 'd>c', 'e>b', 'e>c']);
});

test('in a ring everybody hears two neighbours, of three only one', (t) => {
  const blocked = text(blockedBy({ kind: 'partition-ring', turn: 0, forMs: 1 }, five, null));
  t.is(blocked.length, 10);
  t.false(blocked.includes('a>b') || blocked.includes('a>e'));
  const three = blockedBy({ kind: 'partition-ring', turn: 0, forMs: 1 }, ['a', 'b', 'c'], null);
  t.deepEqual(text(three), ['a>c', 'b>a', 'c>b']);
});

test('a link is free when the last partition that holds it has ended', (t) => {
  const blocked = new Set<string>();
  const links = new LinkBlocks({
    block: (from, to) => blocked.add(`${from}>${to}`),
    unblock: (from, to) => blocked.delete(`${from}>${to}`),
    blocked: (from, to) => blocked.has(`${from}>${to}`),
    heal: () => undefined,
    slow: () => undefined,
    reset: () => 0,
    resetOneSide: () => 0,
  });
  const first = links.hold([['a', 'b']]);
  const second = links.hold([
    ['a', 'b'],
    ['b', 'a'],
  ]);
  first();
  first();
  t.deepEqual([...blocked].sort(), ['a>b', 'b>a']);
  second();
  t.is(blocked.size, 0);
});

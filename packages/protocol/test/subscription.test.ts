import test from 'ava';
import fc from 'fast-check';

import { ProtocolError } from '../src/errors.ts';
import {
  matchesTagsCode,
  parseTagExpression,
  subscriptionFromJson,
  subscriptionToJson,
  tagSubscription,
} from '../src/subscription.ts';

test('tags are cut, trimmed and hashed as Java does', (t) => {
  t.deepEqual(parseTagExpression('TagA || TagB'), { tagsSet: ['TagA', 'TagB'], codeSet: [2598919, 2598920] });
  t.deepEqual(parseTagExpression('TagA||TagA|| '), { tagsSet: ['TagA'], codeSet: [2598919] });
  // Two texts with one hash: the broker cannot tell them apart and need not.
  t.deepEqual(parseTagExpression('Aa||BB'), { tagsSet: ['Aa', 'BB'], codeSet: [2112] });
  for (const all of ['*', '', null]) t.deepEqual(parseTagExpression(all), { tagsSet: [], codeSet: [] });
  for (const none of ['||', ' || ', ' ']) {
    t.throws(() => parseTagExpression(none), { instanceOf: ProtocolError, code: 'SUBSCRIPTION_INVALID' });
  }
});

test('every subscribed tag matches its own code', (t) => {
  const tag = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1, maxLength: 5 }), (tags) => {
      const subscription = tagSubscription('t', tags.join(' || '), 1);
      t.deepEqual(subscription.tagsSet, [...new Set(tags)]);
      for (const one of tags) {
        const [code = 0] = parseTagExpression(one).codeSet;
        t.true(Number.isInteger(code) && code === (code | 0));
        t.true(matchesTagsCode(subscription, code));
      }
    }),
    { seed: 11, numRuns: 200 },
  );
  t.false(matchesTagsCode(tagSubscription('t', 'TagA', 1), 2598920));
  t.true(matchesTagsCode(tagSubscription('t', '*', 1), 12345));
});

test('subscriptions read back from JSON', (t) => {
  const subscription = tagSubscription('t', 'TagA || TagB', 5);
  t.deepEqual(subscriptionFromJson(subscriptionToJson(subscription)), subscription);
  t.is(tagSubscription('t', null, 0).subString, '*');
  t.throws(() => subscriptionFromJson({ topic: null }), { instanceOf: ProtocolError });
});

import fc from 'fast-check';
import type { SendHeader } from '../src/headers/send-message.ts';

/** Names and values as clients send them, with the odd one that needs escapes or is not ASCII. */
export function anyName(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(/^[%|a-zA-Z0-9_-]{1,20}$/) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }) },
  );
}

export function anyPropertiesText(): fc.Arbitrary<string> {
  const pair = fc.tuple(anyName(), anyName()).map(([name, value]) => `${name}\u0001${value}\u0002`);
  return fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join(''));
}

export function anyInt32(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: -2, max: 20 }), fc.integer());
}

export function anyLong(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 0, max: 2_000_000_000_000 }), fc.maxSafeInteger());
}

export function anySendHeader(): fc.Arbitrary<SendHeader> {
  return fc.record({
    producerGroup: anyName(),
    topic: anyName(),
    defaultTopic: anyName(),
    defaultTopicQueueNums: anyInt32(),
    queueId: anyInt32(),
    sysFlag: anyInt32(),
    bornTimestamp: anyLong(),
    flag: anyInt32(),
    properties: anyPropertiesText(),
    reconsumeTimes: anyInt32(),
    unitMode: fc.boolean(),
    maxReconsumeTimes: fc.option(anyInt32()),
    batch: fc.boolean(),
    brokerName: fc.option(anyName()),
  });
}

import test from 'ava';
import { parseSegmentLogConfig, segmentLogDefaults } from '../src/config.ts';
import { storeErrorOf } from './log-fixture.ts';

test('an empty object gives the defaults, frozen', (t) => {
  const config = parseSegmentLogConfig({});
  t.deepEqual(config, segmentLogDefaults);
  t.true(Object.isFrozen(config));
  t.is(parseSegmentLogConfig({ segmentBytes: 4096 }).segmentBytes, 4096);
});

test('every fault is named at once', (t) => {
  const error = storeErrorOf(() =>
    parseSegmentLogConfig({ segmentBytes: 1, tailCacheBytes: 'much', readChunkBytes: 1.5, bogus: 1 }),
  );
  t.is(error.code, 'CONFIG_INVALID');
  for (const name of ['segmentBytes', 'tailCacheBytes', 'readChunkBytes', 'bogus']) {
    t.true(error.message.includes(name), name);
  }
  for (const value of [null, 7, [], 'x']) {
    t.is(storeErrorOf(() => parseSegmentLogConfig(value)).code, 'CONFIG_INVALID');
  }
});

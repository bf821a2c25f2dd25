import test from 'ava';
import { parseRaftConfig, raftConfigDefaults } from '../src/index.ts';

test('what is left out has its default, and the result is frozen', (t) => {
  t.deepEqual(parseRaftConfig({}), raftConfigDefaults);
  const config = parseRaftConfig({ tickMs: 10, preferredLeader: 'n2' });
  t.is(config.tickMs, 10);
  t.is(config.preferredLeader, 'n2');
  t.true(Object.isFrozen(config));
});

test('the defaults keep the rules themselves', (t) => {
  t.notThrows(() => parseRaftConfig(raftConfigDefaults));
});

test('all faults are reported at once', (t) => {
  const error = t.throws(
    () => parseRaftConfig({ tickMs: 0, appendBytesMax: '4', asyncFlush: 1, preferredLeader: '', speed: 9 }),
    { code: 'CONFIG_INVALID' },
  );
  for (const field of ['tickMs', 'appendBytesMax', 'asyncFlush', 'preferredLeader', 'speed']) {
    t.true(error.message.includes(field), field);
  }
});

test('fields that depend on each other are compared', (t) => {
  const faults: readonly (readonly [string, object])[] = [
    ['heartbeatTicks', { heartbeatTicks: 20, electionTimeoutTicks: 20 }],
    ['inflightBytesMax', { inflightBytesMax: 10, appendBytesMax: 11 }],
    ['unpersistedBytesMax', { unpersistedBytesMax: 10, appendBytesMax: 11 }],
    ['hintRetryMsMax', { hintRetryMsMin: 9, hintRetryMsMax: 8 }],
  ];
  for (const [field, value] of faults) {
    t.throws(() => parseRaftConfig(value), { code: 'CONFIG_INVALID', message: new RegExp(field) });
  }
});

test('anything but an object is refused', (t) => {
  for (const value of [null, undefined, 7, 'x', []]) {
    t.throws(() => parseRaftConfig(value), { code: 'CONFIG_INVALID' });
  }
});

import test from 'ava';
import { LogMirror } from '../../src/checks/log-mirror.ts';
import type { LogView } from '../../src/checks/observation.ts';
import { logOf } from './fixture.ts';

function termsOf(mirror: LogMirror): (number | null)[] {
  return [1, 2, 3, 4].map((index) => mirror.entry(index)?.term ?? null);
}

/** The same log without what precedes a snapshot at `index`. */
function behind(index: number, log: LogView): LogView {
  return {
    ...log,
    firstIndex: () => index + 1,
    positionAt: (at) => (at < index ? null : log.positionAt(at)),
  };
}

test('what is appended, cut and replaced is followed', (t) => {
  const mirror = new LogMirror();
  t.deepEqual(mirror.update(logOf('1', '1')), { keptIndex: 0, cut: false });
  t.is(mirror.update(logOf('1', '1')), null);
  t.deepEqual(mirror.update(logOf('1', '1', '2')), { keptIndex: 2, cut: false });
  t.deepEqual(mirror.update(logOf('1', '3')), { keptIndex: 1, cut: true });
  t.deepEqual(termsOf(mirror), [1, 3, null, null]);
});

test('a log that begins anew behind a snapshot, and one that lost everything', (t) => {
  const mirror = new LogMirror();
  mirror.update(logOf('1'));
  mirror.update(behind(2, logOf('1', '1', '2', '2')));
  t.deepEqual(termsOf(mirror), [null, null, 2, 2]);
  t.is(mirror.firstIndex, 3);
  mirror.update(logOf());
  t.is(mirror.lastIndex, 0);
  mirror.update(logOf('1', '1'));
  t.deepEqual(termsOf(mirror), [1, 1, null, null]);
});

test('entries that retention takes away stay known', (t) => {
  const mirror = new LogMirror();
  mirror.update(logOf('1', '1', '2'));
  t.is(mirror.update(behind(2, logOf('1', '1', '2'))), null);
  t.is(mirror.firstIndex, 3);
  t.is(mirror.entry(1)?.term, 1);
});

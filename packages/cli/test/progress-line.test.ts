import test from 'ava';
import { ProgressLine } from '../src/progress-line.ts';

const MEGABYTE = 1024 * 1024;

function progress(isTTY: boolean): { line: ProgressLine; written: string[]; pass: (ms: number) => void } {
  let now = 1_000;
  const written: string[] = [];
  const line = new ProgressLine({ isTTY, write: (text) => written.push(text) }, () => now);
  return { line, written, pass: (ms) => (now += ms) };
}

test('what is verified quickly fills no output', (t) => {
  const { line, written, pass } = progress(false);
  line.show('log', 0, 100);
  pass(4_999);
  line.show('log', 99, 100);
  line.clear();
  t.deepEqual(written, []);
});

test('without a terminal there is a line now and then, with the share of the part and the speed of the log', (t) => {
  const { line, written, pass } = progress(false);
  line.show('log', 0, 400 * MEGABYTE);
  pass(5_000);
  line.show('log', 100 * MEGABYTE, 400 * MEGABYTE);
  pass(4_000);
  line.show('log', 150 * MEGABYTE, 400 * MEGABYTE);
  pass(1_000);
  line.show('log', 399 * MEGABYTE, 400 * MEGABYTE);
  pass(5_000);
  line.show('snapshots', 1, 3);
  line.clear();
  t.deepEqual(written, ['  log 25 %, 20 MB/s\n', '  log 99 %, 40 MB/s\n', '  snapshots 33 %\n']);
});

test('the speed is that of the part, not of all that went before', (t) => {
  const { line, written, pass } = progress(false);
  line.show('hard-state', 1, 1);
  pass(100_000);
  line.show('log', 0, 100 * MEGABYTE);
  pass(5_000);
  line.show('log', 50 * MEGABYTE, 100 * MEGABYTE);
  t.deepEqual(written, ['  log 0 %, 0 MB/s\n', '  log 50 %, 10 MB/s\n']);
});

test('a part with nothing in it is done', (t) => {
  const { line, written, pass } = progress(false);
  pass(5_000);
  line.show('key-index', 0, 0);
  t.deepEqual(written, ['  key-index 100 %\n']);
});

test('on a terminal one line is written over, and taken away at the end', (t) => {
  const { line, written, pass } = progress(true);
  line.show('state', 0, 4);
  pass(500);
  line.show('state', 1, 4);
  pass(499);
  line.show('state', 2, 4);
  pass(1);
  line.show('state', 3, 4);
  line.clear();
  line.clear();
  t.deepEqual(written, ['\r  state 25 %\u001b[K', '\r  state 75 %\u001b[K', '\r\u001b[K']);
});

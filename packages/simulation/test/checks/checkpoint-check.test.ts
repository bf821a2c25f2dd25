import test from 'ava';
import { CheckpointCheck, type FoundState } from '../../src/checks/checkpoint-check.ts';
import { ViolationList } from '../../src/checks/reporter.ts';

const durable = (): boolean => true;

function checked(damaged: boolean, run: (check: CheckpointCheck) => void): string[] {
  const violations = new ViolationList(
    () => 0,
    () => undefined,
  );
  run(new CheckpointCheck('g', violations, (member) => damaged && member === 'a'));
  return violations.violations.map(({ checker }) => checker);
}

function reopened(found: FoundState, damaged = false): string[] {
  return checked(damaged, (check) => {
    check.opened('a', { checkpoint: 0, firstIndex: 1 });
    check.saw('a', 5, durable);
    check.saw('b', 9, durable);
    check.opened('a', found);
  });
}

function reached(logIsDurable: boolean, damaged = false): string[] {
  return checked(damaged, (check) => {
    check.opened('a', { checkpoint: 3, firstIndex: 1 });
    check.saw('a', 3, () => false);
    check.saw('a', 5, () => logIsDurable);
    check.saw('a', 5, () => false);
  });
}

test('a restart finds the checkpoint that was seen last, or a later one', (t) => {
  t.deepEqual(reopened({ checkpoint: 5, firstIndex: 1 }), []);
  t.deepEqual(reopened({ checkpoint: 7, firstIndex: 4 }), []);
  t.deepEqual(reopened({ checkpoint: 4, firstIndex: 1 }), ['checkpoint-durable']);
  // Its log still continues the checkpoint.
  t.deepEqual(reopened({ checkpoint: 0, firstIndex: 6 }), ['checkpoint-durable']);
});

test('damage, and a log that was begun anew for a snapshot, take a checkpoint away', (t) => {
  t.deepEqual(reopened({ checkpoint: 0, firstIndex: 1 }, true), []);
  t.deepEqual(reopened({ checkpoint: 0, firstIndex: 7 }), []);
});

test('when a checkpoint comes, the log is durable up to there', (t) => {
  t.deepEqual(reached(true), []);
  t.deepEqual(reached(false), ['checkpoint-durable']);
  t.deepEqual(reached(false, true), []);
});

import { checkEqual, codeOf, entriesAfter, terms, type SuiteCase } from './log-storage-check.ts';
import type { LogPosition } from './storage.ts';

/** Where a snapshot ends that a member far behind was given. */
const FAR: LogPosition = { index: 500, term: 4, address: 123_456, hash: 0xdead_beef };

export const resetCases: readonly SuiteCase[] = [
  {
    title: 'a reset empties the log, which goes on at the given position',
    async run(t, fixture) {
      const log = await fixture.open();
      log.append(entriesAfter(log.lastPosition(), terms(1, 1, 2)));
      await log.sync();
      await log.reset(FAR);
      checkEqual(t, log, FAR, [], 'reset');
      t.is(log.term(500), 4);
      t.is(log.term(499), null);
      t.is(log.positionAt(3), null);
      t.deepEqual(log.entries(501, 600, 1_000), []);
      t.is(
        codeOf(() => log.entries(500, 502, 1_000)),
        'LOG_COMPACTED',
      );
      t.is(
        codeOf(() => log.append(entriesAfter({ ...FAR, hash: 1 }, terms(4)))),
        'ENTRY_CHAIN_BROKEN',
      );
      const more = entriesAfter(FAR, terms(4, 5, 5));
      log.append(more);
      checkEqual(t, log, FAR, more, 'continued');
      await fixture.close(log);
    },
  },
  {
    title: 'a reset of a new log, and a second reset, work as the first',
    async run(t, fixture) {
      const log = await fixture.open();
      await log.reset(FAR);
      log.append(entriesAfter(FAR, terms(4, 4)));
      const farther = { index: 900, term: 9, address: 999_999, hash: 7 };
      await log.reset(farther);
      checkEqual(t, log, farther, [], 'second reset');
      await fixture.close(log);
      const again = await fixture.open();
      checkEqual(t, again, farther, [], 'reopened');
      await fixture.close(again);
    },
  },
  {
    title: 'a reset is durable when it resolves, and nothing of the old log comes back',
    async run(t, fixture) {
      const first = await fixture.open();
      first.append(entriesAfter(first.lastPosition(), terms(1, 1, 1)));
      await first.sync();
      first.append(entriesAfter(first.lastPosition(), terms(1, 2)));
      await first.reset(FAR);
      await fixture.crash(first);
      const second = await fixture.open();
      checkEqual(t, second, FAR, [], 'after the power cut');
      const more = entriesAfter(FAR, terms(6, 6));
      second.append(more);
      await second.sync();
      second.markCommitted(502);
      await fixture.crash(second);
      const third = await fixture.open();
      checkEqual(t, third, FAR, more, 'after the second power cut');
      await fixture.close(third);
    },
  },
  {
    title: 'a reset to a position inside the log drops what lies behind it too',
    async run(t, fixture) {
      const log = await fixture.open();
      const old = entriesAfter(log.lastPosition(), terms(1, 1, 1, 1, 1));
      log.append(old);
      await log.sync();
      const inside = { index: 3, term: 2, address: old[3]?.address ?? 0, hash: 99 };
      await log.reset(inside);
      checkEqual(t, log, inside, [], 'reset');
      const fresh = entriesAfter(inside, terms(2, 2));
      log.append(fresh);
      await log.sync();
      await fixture.crash(log);
      const again = await fixture.open();
      checkEqual(t, again, inside, fresh, 'after the power cut');
      await fixture.close(again);
    },
  },
];

import test from 'ava';
import { Process } from '../../src/world/process.ts';
import { Scheduler } from '../../src/world/scheduler.ts';

interface Fixture {
  readonly scheduler: Scheduler;
  readonly log: string[];
  readonly thrown: unknown[];
}

function fixture(): Fixture {
  const log: string[] = [];
  const thrown: unknown[] = [];
  const scheduler = new Scheduler({
    onStep: (process) => log.push(`step ${process.host}`),
    onThrown: (_process, error) => thrown.push(error),
  });
  return { scheduler, log, thrown };
}

test('events happen by their moment, then in the order of scheduling', async (t) => {
  const { scheduler, log } = fixture();
  const at = (ms: number, name: string): void => {
    scheduler.after(ms, null, 'event', () => log.push(`${name} ${scheduler.now}`));
  };
  at(5, 'c');
  at(1, 'a');
  at(5, 'd');
  at(3, 'b');
  t.false(await scheduler.run(5));
  t.deepEqual(log, ['a 1', 'b 3', 'c 5', 'd 5']);
  t.is(scheduler.executed, 4);
});

test('many events in chance order come out sorted', async (t) => {
  const { scheduler } = fixture();
  const seen: number[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const at = (index * 7_919) % 1_009;
    scheduler.after(at, null, 'event', () => seen.push(at));
  }
  await scheduler.run(2_000);
  t.is(seen.length, 2_000);
  t.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
});

test('all promises that an event settles are followed up before the next event', async (t) => {
  const { scheduler, log } = fixture();
  scheduler.after(1, null, 'first', () => {
    void (async () => {
      for (let hop = 1; hop <= 20; hop += 1) {
        await Promise.resolve();
        await new Promise<void>((resolve) => {
          resolve();
        });
      }
      process.nextTick(() => {
        log.push('followed up');
        queueMicrotask(() => log.push('to the end'));
      });
    })();
  });
  scheduler.after(1, null, 'second', () => log.push('next'));
  await scheduler.run(1);
  t.deepEqual(log, ['followed up', 'to the end', 'next']);
});

test('time ends where it was told to, and what lies behind waits', async (t) => {
  const { scheduler, log } = fixture();
  scheduler.after(10, null, 'late', () => log.push('late'));
  await scheduler.run(9.5);
  t.is(scheduler.now, 9.5);
  t.deepEqual(log, []);
  await scheduler.run(20);
  t.deepEqual(log, ['late']);
  t.is(scheduler.now, 20);
});

test('a run ends between two events once enough happened', async (t) => {
  const { scheduler, log } = fixture();
  for (let at = 1; at <= 5; at += 1) scheduler.after(at, null, 'event', () => log.push(`${at}`));
  t.true(await scheduler.run(10, () => log.length === 3));
  t.is(scheduler.now, 3);
  t.deepEqual(log, ['1', '2', '3']);
});

test('a cancelled event does not happen', async (t) => {
  const { scheduler, log } = fixture();
  const event = scheduler.after(1, null, 'event', () => log.push('no'));
  scheduler.cancel(event);
  await scheduler.run(2);
  t.deepEqual(log, []);
  t.is(scheduler.executed, 0);
});

test('the events of a paused process wait and keep their order', async (t) => {
  const { scheduler, log } = fixture();
  const paused = new Process('n1', 1);
  paused.setPaused(true);
  for (const name of ['a', 'b', 'c']) scheduler.after(1, paused, 'event', () => log.push(name));
  scheduler.after(2, null, 'event', () => log.push('world'));
  const cancelled = scheduler.after(3, paused, 'event', () => log.push('no'));
  await scheduler.run(5);
  t.deepEqual(log, ['world']);
  scheduler.cancel(cancelled);
  scheduler.resume(paused);
  await scheduler.run(6);
  t.deepEqual(log, ['world', 'a', 'step n1', 'b', 'step n1', 'c', 'step n1']);
});

test('what belongs to a process that ended does not happen; the kernel may hear of it', async (t) => {
  const { scheduler, log } = fixture();
  const process = new Process('n1', 1);
  scheduler.after(1, process, 'event', () => log.push('no'));
  scheduler.after(
    2,
    process,
    'event',
    () => log.push('no'),
    () => log.push('orphaned'),
  );
  process.end();
  await scheduler.run(3);
  t.deepEqual(log, ['orphaned']);
});

test('what waited for a paused process is orphaned when it ends', async (t) => {
  const { scheduler, log } = fixture();
  const process = new Process('n1', 1);
  process.setPaused(true);
  scheduler.after(
    1,
    process,
    'event',
    () => log.push('no'),
    () => log.push('orphaned'),
  );
  await scheduler.run(2);
  process.end();
  scheduler.ended(process);
  await scheduler.run(3);
  t.deepEqual(log, ['orphaned']);
});

test('an exception is told and does not stop the run', async (t) => {
  const { scheduler, log, thrown } = fixture();
  scheduler.after(1, new Process('n1', 1), 'event', () => {
    throw new Error('bug');
  });
  scheduler.after(2, null, 'event', () => log.push('goes on'));
  await scheduler.run(3);
  t.is((thrown[0] as Error).message, 'bug');
  t.deepEqual(log, ['step n1', 'goes on']);
});

test('the hash depends on the order, the moments and the content of events', async (t) => {
  const hashOf = async (moments: readonly number[], bytes: string): Promise<string> => {
    const { scheduler } = fixture();
    for (const at of moments) scheduler.after(at, null, `event ${at}`, () => undefined);
    await scheduler.run(10);
    scheduler.trace.bytes(Buffer.from(bytes));
    return scheduler.trace.digest();
  };
  const hash = await hashOf([1, 2, 3], 'x');
  t.is(await hashOf([1, 2, 3], 'x'), hash);
  t.not(await hashOf([1, 2, 3.5], 'x'), hash);
  t.not(await hashOf([1, 2], 'x'), hash);
  t.not(await hashOf([1, 2, 3], 'y'), hash);
});

import type { AnomalyCase } from './anomaly-case.ts';
import { QUEUE, type QueueScript } from './queue-script.ts';

/** A poll of one consumer, which keeps its process. */
function poll(consumer: ReturnType<QueueScript['recorder']['process']>, from: number, ids: string): void {
  const entries = [...ids].map((id, i) => [from + i, id]);
  consumer.invoke('poll', { queue: QUEUE }).ok({ queue: QUEUE, entries });
}

/** What reads show. */
export const readAnomalyCases: readonly AnomalyCase[] = [
  {
    type: 'future-read',
    name: 'a message is served before it is sent',
    bad(script) {
      script.pulled(0, 'a');
      script.sent('a', 0);
      script.allHold('a');
    },
    fine(script) {
      const pull = script.pulling(0);
      const send = script.sending('a');
      pull.ok('a');
      send.ok(0);
      script.allHold('a');
    },
  },
  {
    type: 'stale-read',
    name: 'the end of the queue lags behind an acknowledgement',
    bad(script) {
      script.sent('a', 0);
      script.end(0);
      script.allHold('a');
    },
    fine(script) {
      const end = script.askingEnd();
      script.sent('a', 0);
      end.ok(0);
      script.allHold('a');
    },
  },
  {
    type: 'stale-read',
    name: 'a strong pull lags, which a weak one may',
    bad(script) {
      script.sentAll('ab');
      script.pulled(0, 'a', { highWatermark: 1 });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(0, 'a', { highWatermark: 1, strong: false });
      script.allHold('ab');
    },
  },
  {
    type: 'future-watermark',
    name: 'the end counts a message that was not sent yet',
    bad(script) {
      script.end(1);
      script.sent('a', 0);
      script.allHold('a');
    },
    fine(script) {
      const end = script.askingEnd();
      script.sent('a', 0);
      end.ok(1);
      script.allHold('a');
    },
  },
  {
    type: 'future-watermark',
    name: 'the end counts what nobody holds',
    bad(script) {
      script.sending('a').unknown();
      script.end(1);
      script.allHold('');
    },
    fine(script) {
      script.sending('a').unknown();
      script.end(1);
      script.allHold('a');
    },
  },
  {
    type: 'watermark-regression',
    name: 'a strong read goes back behind another',
    bad(script) {
      script.sending('a');
      script.end(1);
      script.end(0);
      script.allHold('a');
    },
    fine(script) {
      script.sending('a');
      script.end(0);
      script.end(1);
      script.allHold('a');
    },
  },
  {
    type: 'watermark-regression',
    name: 'weak reads of one client go back, which those of two may',
    bad(script) {
      script.sentAll('ab');
      const client = script.recorder.process();
      for (const offset of [2, 1])
        client.invoke('max-offset', { queue: QUEUE }).ok({ queue: QUEUE, offset, strong: false });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      for (const offset of [2, 1]) {
        const client = script.recorder.process();
        client.invoke('max-offset', { queue: QUEUE }).ok({ queue: QUEUE, offset, strong: false });
      }
      script.allHold('ab');
    },
  },
  {
    type: 'read-beyond-watermark',
    name: 'a pull returns what lies beyond its own end',
    bad(script) {
      script.sent('a', 0);
      const pull = script.pulling(0);
      const b = script.sending('b');
      pull.ok('ab', { highWatermark: 1 });
      b.ok(1);
      script.allHold('ab');
    },
    fine(script) {
      script.sent('a', 0);
      const pull = script.pulling(0);
      const b = script.sending('b');
      pull.ok('ab', { highWatermark: 2 });
      b.ok(1);
      script.allHold('ab');
    },
  },
  {
    type: 'int-poll-skip',
    name: 'a pull does not begin where it was asked to',
    bad(script) {
      script.sentAll('ab');
      const open = script.recorder.invoke('pull', { queue: QUEUE, from: 0 });
      open.ok({ queue: QUEUE, from: 0, entries: [[1, 'b']] });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(1, 'b');
      script.allHold('ab');
    },
  },
  {
    type: 'int-poll-skip',
    name: 'a pull of what retention took away is moved on too far',
    options: { retention: true },
    bad(script) {
      script.sentAll('abc');
      script.recorder
        .invoke('pull', { queue: QUEUE, from: 0 })
        .ok({ queue: QUEUE, from: 0, entries: [[2, 'c']] });
      script.allHold('bc', 1);
    },
    fine(script) {
      script.sentAll('abc');
      script.recorder
        .invoke('pull', { queue: QUEUE, from: 0 })
        .ok({ queue: QUEUE, from: 0, entries: [[1, 'b']] });
      script.allHold('bc', 1);
    },
  },
  {
    type: 'int-poll-skip',
    name: 'a reader is told to go on too far',
    bad(script) {
      script.sentAll('abc');
      script.pulled(0, 'a', { next: 2 });
      script.allHold('abc');
    },
    fine(script) {
      script.sentAll('abc');
      script.pulled(0, 'a', { next: 1 });
      script.allHold('abc');
    },
  },
  {
    type: 'int-nonmonotonic-poll',
    name: 'a pull begins before where it was asked to',
    bad(script) {
      script.sentAll('ab');
      const open = script.recorder.invoke('pull', { queue: QUEUE, from: 1 });
      open.ok({ queue: QUEUE, from: 1, entries: [[0, 'a']] });
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      script.pulled(0, 'a');
      script.allHold('ab');
    },
  },
  {
    type: 'poll-skip',
    name: 'a consumer jumps over a message',
    bad(script) {
      script.sentAll('abc');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'a');
      poll(consumer, 2, 'c');
      script.allHold('abc');
    },
    fine(script) {
      script.sentAll('abc');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'a');
      poll(consumer, 1, 'bc');
      script.allHold('abc');
    },
  },
  {
    type: 'nonmonotonic-poll',
    name: 'a consumer gets a message again without a seek',
    bad(script) {
      script.sentAll('ab');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'ab');
      poll(consumer, 1, 'b');
      script.allHold('ab');
    },
    fine(script) {
      script.sentAll('ab');
      const consumer = script.recorder.process();
      poll(consumer, 0, 'ab');
      consumer.invoke('seek', { queue: QUEUE }).ok(null);
      poll(consumer, 1, 'b');
      script.allHold('ab');
    },
  },
];

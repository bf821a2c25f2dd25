import type { AnomalyList } from './anomaly.ts';
import type { Message } from './message.ts';

/** Messages of a producer that claims order lie in the order of its sequence numbers, each at one offset. */
export function checkProducerOrder(messages: Iterable<Message>, anomalies: AnomalyList): void {
  const producers = new Map<string, Message[]>();
  for (const message of messages) {
    const { sequence, offset } = message;
    if (sequence === null || offset === -1) continue;
    const of = producers.get(sequence.producer);
    if (of === undefined) producers.set(sequence.producer, [message]);
    else of.push(message);
  }
  for (const [producer, sent] of producers) {
    sent.sort((a, b) => (a.sequence?.seq ?? 0) - (b.sequence?.seq ?? 0));
    let highest: Message | null = null;
    for (const message of sent) {
      const before = highest;
      if (before !== null && message.offset <= before.offset) {
        anomalies.add(
          'nonmonotonic-send',
          () =>
            `${producer} sent ${before.id} (${before.sequence?.seq ?? -1}) before ${message.id} ` +
            `(${message.sequence?.seq ?? -1}); they lie at offsets ${before.offset} and ${message.offset}`,
          [before.anySend, message.anySend],
        );
      } else {
        highest = message;
      }
    }
  }
}

/**
 * The npm package ali-ons as a user would run it: one producer, one consumer, in a process of its own (the package
 * keeps a hidden producer open for ever, so its process ends only by exit). Arguments: name server, topic, count.
 * Reports over IPC: { type: 'sent', number } per acknowledged send, { type: 'failed', number, error }, and
 * { type: 'received', number } per message.
 */
import { Consumer, Message, Producer } from 'ali-ons';

const [nameSrv, topic, countText] = process.argv.slice(2);
if (nameSrv === undefined || topic === undefined || countText === undefined)
  throw new Error('usage: NAMESRV TOPIC COUNT');
const count = Number(countText);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const httpclient = {};

function report(message: object): void {
  process.send?.(message);
}

const consumer = new Consumer({ nameSrv, httpclient, consumerGroup: 'ali_ons_consumer', logger: silent });
consumer.on('error', () => undefined);
// The package insists on a function written with the word async.
consumer.subscribe(topic, '*', async (message) => {
  report({ type: 'received', number: Number(message.body.toString()) });
});
const producer = new Producer({ nameSrv, httpclient, producerGroup: 'ali_ons_producer', logger: silent });
producer.on('error', () => undefined);
await producer.ready();

for (let number = 0; number < count; number++) {
  try {
    await producer.send(new Message(topic, 'Interop', String(number)));
    report({ type: 'sent', number });
  } catch (error) {
    report({ type: 'failed', number, error: error instanceof Error ? error.message : String(error) });
  }
}
process.on('disconnect', () => process.exit(0));

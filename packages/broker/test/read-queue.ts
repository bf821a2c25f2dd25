import { Buffer } from 'node:buffer';
import type { QueueRead, QueueReader, ReadLimits } from '../src/group-port.ts';

/** Reads as a pull does: what is cold is fetched first. The body is null where there is none. */
export async function readQueue(
  queues: QueueReader,
  topic: string,
  queueId: number,
  from: number,
  limits: ReadLimits,
): Promise<{ readonly read: QueueRead; readonly body: Buffer | null }> {
  let read = queues.read(topic, queueId, from, limits);
  while (read.type === 'cold') {
    const { addresses } = read;
    await new Promise<void>((resolve, reject) => {
      queues.fetch(addresses.slice(0, 1), (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    read = queues.read(topic, queueId, from, limits);
  }
  if (read.type !== 'found') return { read, body: null };
  const body = Buffer.alloc(read.bytes);
  read.copyTo(body, 0);
  return { read, body };
}

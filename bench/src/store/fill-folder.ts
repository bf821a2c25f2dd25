/**
 * `node fill-folder.js DIRECTORY GIGABYTES QUEUES`: a replica fills its folder through everything a broker writes with, says
 * "ready" to its parent when so much log is there, and goes on at full speed until it is killed.
 */
import { QUEUES_PER_TOPIC, spreadTargets } from './records.ts';
import { SingleReplica } from './single-replica.ts';

const SENDS_AT_ONCE = 20_000;

const [, , directory = '', gigabytes = '1', queues = '20000'] = process.argv;
const bytes = Number(gigabytes) * 1e9;
const replica = await SingleReplica.start(directory, { flushDiskType: 'ASYNC_FLUSH' });
const targets = spreadTargets(Number(queues));
await replica.putTopics(new Set(targets.map(({ topic }) => topic)), QUEUES_PER_TOPIC);
let told = false;
// A parent that is gone kills nobody.
process.on('disconnect', () => process.exit(1));
for (;;) {
  await replica.send(targets, SENDS_AT_ONCE);
  const { end } = replica.replica.logRange();
  if (told || end < bytes) continue;
  told = true;
  process.send?.({ type: 'ready', bytes: end });
}

import { measureAppend } from './append.ts';
import { measureBacklog } from './backlog.ts';
import { measureIndexCost } from './index-cost.ts';
import type { Part } from './part.ts';
import { measureQueueMemory } from './queue-memory.ts';
import { measureQueueThroughput } from './queue-throughput.ts';
import { measureSnapshots } from './snapshots.ts';
import { measureStartUp } from './start-up.ts';

/** Everything that `npm run bench:store` measures, in this order. A further part is one line here. */
export const parts: readonly Part[] = [
  // First, while the heap is small.
  { name: 'queue-memory', run: measureQueueMemory },
  { name: 'append', run: measureAppend },
  { name: 'index', run: measureIndexCost },
  { name: 'queues', run: measureQueueThroughput },
  { name: 'snapshot', run: measureSnapshots },
  { name: 'start', run: measureStartUp },
  { name: 'backlog', run: measureBacklog },
];

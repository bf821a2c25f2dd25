import type { Mutant } from './mutant.ts';

const broker = (file: string): string => `packages/broker/dist/src/${file}.js`;

/** Bugs of the replicated state machine and of what clients are told. */
export const brokerMutants: readonly Mutant[] = [
  {
    name: 'reads-without-quorum',
    breaks: 'a master reads for clients without asking a quorum whether it still is the master',
    module: broker('replication/mastership'),
    find: "this.#consensus.readIndex((result) => done(result.type === 'current' && this.current().leading));",
    replace: 'done(true);',
    expectedCheckers: ['read-current', 'stale-read', 'linearizable', 'watermark-regression'],
  },
  {
    name: 'opens-before-its-first-entry',
    breaks: 'a new master serves before it has applied an entry of its own term',
    module: broker('replication/mastership'),
    find: 'return this.#openTerm === term ? { leading: true, leader, term } : { leading: false, leader: null, term };',
    replace: 'return { leading: true, leader, term };',
    expectedCheckers: ['master-state', 'stale-read', 'linearizable', 'watermark-regression'],
  },
  {
    name: 'replaced-entry-answered-as-stored',
    breaks: "whoever waits for an entry is answered by another master's entry of that index",
    module: broker('replication/pending-entries'),
    find: 'if (entry.term === term) {',
    replace: 'if (true) {',
    expectedCheckers: ['inconsistent-offsets', 'lost-suffix'],
  },
  {
    name: 'consumer-offsets-not-restored',
    breaks: 'consumer offsets of a checkpoint are not taken over at a restart',
    module: broker('machine/machine'),
    find: 'this.offsets.restoreRow(value);',
    replace: 'void value;',
    expectedCheckers: ['equal-state', 'linearizable'],
  },
  {
    name: 'consumer-offsets-on-the-master-only',
    breaks: 'a commit changes the table of the master and is not proposed',
    module: broker('handlers/consumer-offset'),
    find: 'ports.proposer.commitOffset(consumerGroup, topic, queueId, commitOffset, (outcome) => {',
    replace:
      'ports.offsets.commit({ group: consumerGroup, topic, queueId, offset: commitOffset }, false); exchange.respond(ResponseCode.SUCCESS); if (false) ports.proposer.commitOffset(consumerGroup, topic, queueId, commitOffset, (outcome) => {',
    expectedCheckers: ['equal-state', 'linearizable'],
  },
  {
    name: 'consumer-offsets-go-back',
    breaks: 'an older commit that arrives later wins',
    module: broker('machine/consumer-offsets'),
    find: 'if (old === offset || (old !== undefined && old > offset && !force))',
    replace: 'if (old === offset)',
    expectedCheckers: ['linearizable'],
  },
  {
    name: 'queue-numbers-not-restored',
    breaks: 'new queues get the numbers of old ones after a restart',
    module: broker('machine/machine'),
    find: 'this.#nextQueueNumber = row.nextQueueNumber ?? 0;',
    replace: 'this.#nextQueueNumber = 0;',
    expectedCheckers: ['equal-state', 'inconsistent-offsets'],
  },
  {
    name: 'repeated-send-stored-again',
    breaks: 'the table of ids is asked, but what it says is not heeded',
    module: broker('machine/machine'),
    find: 'if (known >= 0) {',
    replace: 'if (known >= 0 && false) {',
    expectedCheckers: ['duplicate'],
  },
  {
    name: 'reads-beyond-the-queue',
    breaks: 'the answer to a question for the end of a queue is one too many',
    module: broker('handlers/queue-offsets'),
    find: 'const offset = reader.bounds(topic, queueId)?.maxOffset ?? 0;',
    replace: 'const offset = (reader.bounds(topic, queueId)?.maxOffset ?? -1) + 1;',
    expectedCheckers: ['watermark-regression', 'future-watermark'],
  },
  {
    name: 'two-holders-of-a-queue-lock',
    breaks: 'a queue that another client has locked is granted all the same',
    module: broker('clients/queue-locks'),
    find: 'if (lock.clientId !== clientId && !this.#expired(lock, now)) {',
    replace: 'if (false) {',
    expectedCheckers: ['linearizable'],
  },
];

import test from 'ava';
import { holdsUnderFaults } from './cluster-property.ts';
import { faultScripts, scriptedKinds } from './fault-scripts.ts';

/* Promises of the brokers to their clients, each under the faults that would break it first. */

test.serial('no acknowledged message is lost when all machines lose power at once', (t) =>
  holdsUnderFaults(t, { scripts: faultScripts('kill-all', 'power-loss', 'disk-stall') }),
);

test.serial('no message is stored twice, although answers are lost and sends are repeated', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('client-cut', 'connection-reset', 'kill', 'partition-halves'),
    parameters: { producers: 3 },
  }),
);

test.serial('queues are gapless and in real-time order over changes of the master', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('kill', 'restart', 'pause', 'partition-halves', 'rolling-restart'),
    parameters: { queuesPerTopic: 1, burstRate: 120 },
  }),
);

test.serial('offsets of consumers and topics behave as if there were one server', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('partition-halves', 'partition-one-way', 'kill', 'client-cut', 'message-delay'),
    parameters: { producers: 1, consumers: 4 },
  }),
);

test.serial(
  'topics, offsets, ids and indexes are what the log makes of them, after crashes within a checkpoint',
  (t) =>
    holdsUnderFaults(t, {
      scripts: faultScripts('power-loss', 'kill-all', 'kill', 'restart'),
      parameters: { checkpointBytes: 8_192, checkpointIntervalMs: 200, segmentBytes: 16_384 },
    }),
);

test.serial('a disk without room costs nothing but time', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('disk-full', 'kill', 'restart'),
    parameters: { segmentBytes: 16_384, bodyBytesMax: 2_048 },
  }),
);

test.serial('whatever happened, the cluster comes to rest again with equal replicas', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts(...scriptedKinds),
    parameters: { groups: 2 },
    also: (_t, result) => {
      if (result.acked === 0) throw new Error('no message was acknowledged after the faults');
    },
  }),
);

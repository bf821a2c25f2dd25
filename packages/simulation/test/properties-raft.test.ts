import test from 'ava';
import { holdsUnderFaults } from './cluster-property.ts';
import { faultScripts } from './fault-scripts.ts';

/*
 * Rules of the consensus, each under the faults that would break it first. Every run is watched by all checks, so a
 * property also fails on what it is not about. Runs take turns: each of them owns the event loop.
 */

test.serial('at most one leader per term, however the nodes are divided', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts(
      'partition-halves',
      'partition-one-way',
      'partition-bridge',
      'partition-ring',
      'pause',
    ),
    parameters: { nodes: 5 },
  }),
);

test.serial('a member votes once per term, whatever a crash makes it forget', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('power-loss', 'kill', 'kill-all', 'partition-one-way', 'sync-failure'),
  }),
);

test.serial('terms, commits and applied indexes only grow, over restarts of every sort', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('restart', 'rolling-restart', 'kill', 'power-loss', 'clock-jump'),
  }),
);

test.serial('logs match although messages are lost, repeated, late and out of order', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('message-loss', 'message-duplication', 'message-reorder', 'message-delay', 'kill'),
    parameters: { inflightMessagesMax: 4, appendEntriesMax: 1 },
  }),
);

test.serial('a leader has everything that was committed before it', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('partition-halves', 'kill', 'power-loss', 'message-reorder'),
    parameters: { nodes: 5 },
  }),
);

test.serial('what one member applies at an index, all apply, under clocks that lie', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('clock-drift', 'clock-jump', 'pause', 'partition-one-way', 'message-delay'),
  }),
);

test.serial('what is committed lies on the platters of a majority, on slow and failing disks', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('disk-slow', 'disk-stall', 'sync-failure', 'disk-full', 'power-loss'),
  }),
);

test.serial('nobody disturbs a leader that a majority hears', (t) =>
  holdsUnderFaults(t, {
    scripts: faultScripts('partition-one-way', 'partition-ring', 'connection-reset', 'pause'),
  }),
);

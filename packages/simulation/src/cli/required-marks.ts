import { faultWeights } from '../faults/fault-plan.ts';
import type { FaultKind } from '../faults/fault.ts';
import { faultMark } from './coverage-marks.ts';

/** Sets with fewer seeds than this are too small to expect every mark. */
export const REQUIRED_FROM_SEEDS = 100;

const BOTH = ['leader', 'follower'] as const;
const WORLD = ['world'] as const;
const LEADER = ['leader'] as const;

/** Whom each kind of fault must have hit. */
const struckRoles: Readonly<Record<FaultKind, readonly string[]>> = {
  'message-loss': ['leader', 'follower', 'world'],
  'message-duplication': ['leader', 'follower', 'world'],
  'message-delay': ['leader', 'follower', 'world'],
  'message-reorder': ['leader', 'follower', 'world'],
  'partition-halves': WORLD,
  'partition-one-way': BOTH,
  'partition-bridge': WORLD,
  'partition-ring': WORLD,
  'client-cut': WORLD,
  'connection-reset': BOTH,
  kill: BOTH,
  'power-loss': BOTH,
  restart: BOTH,
  'rolling-restart': WORLD,
  'kill-all': WORLD,
  pause: BOTH,
  'name-server-kill': WORLD,
  'clock-drift': BOTH,
  'clock-jump': BOTH,
  'disk-slow': BOTH,
  'disk-stall': BOTH,
  'sync-failure': BOTH,
  'disk-full': BOTH,
  'bit-rot': BOTH,
  truncation: BOTH,
  wipe: BOTH,
  'learner-add': LEADER,
  'learner-promote': LEADER,
  'member-replace': LEADER,
  'member-remove': LEADER,
  'leadership-transfer': LEADER,
};

/** Log lines and events that only rare turns lead to. */
const code: readonly string[] = [
  'damage below the durable mark',
  'damage beyond the durable mark',
  'log: a follower needs a snapshot',
  'log: a hole of the log was filled',
  'log: append rejected by follower',
  'log: configuration changed',
  'log: cut the log behind an entry',
  'log: derived state set aside, it is built again',
  'log: dropped the oldest part of the log',
  'log: handing over because of the disk',
  'log: handing over was given up',
  'log: no quorum answers, stepping down',
  'log: repaired, votes again',
  'log: set aside',
  'scrub found damage',
  'log: snapshot installed',
  'log: state taken from a snapshot',
  'log: the disk is full, the log waits for room',
  'log: the disk is nearly full, sends are refused',
  'log: the event loop stalled',
  'log: the log has a hole, asking the other members',
  'log: the preferred leader gets the leadership back',
  'log: this member does not vote before it has caught up',
  'log: vote request ignored, a leader is in office',
  'log: vote-request refused',
  'client: repeated send',
  'client: send after several attempts',
  'node failed',
  'power loss before a background sync',
  'run with ASYNC_FLUSH',
];

const faults = (Object.keys(struckRoles) as FaultKind[])
  .filter((kind) => faultWeights[kind] > 0)
  .flatMap((kind) => struckRoles[kind].map((role) => faultMark(kind, role)));

/**
 * What a set of at least `REQUIRED_FROM_SEEDS` seeds must have seen: every kind of fault on every role that it is meant for, and
 * the code that only rare events reach. A set that misses one does not test what it claims to, and fails.
 */
export const requiredMarks: readonly string[] = [...faults, ...code];

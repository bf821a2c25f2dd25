import { faultWeights } from '../faults/fault-plan.ts';
import type { FaultKind } from '../faults/fault.ts';
import { faultMark } from './coverage-marks.ts';

/** Sets with fewer seeds than this are too small to expect every mark. */
export const REQUIRED_FROM_SEEDS = 100;

const BOTH = ['leader', 'follower'] as const;
const WORLD = ['world'] as const;

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
  'learner-add': WORLD,
  'learner-promote': WORLD,
  'member-replace': WORLD,
  'member-remove': WORLD,
  'leadership-transfer': WORLD,
};

/** Log lines and events that only rare turns lead to. */
const code: readonly string[] = [];

const faults = (Object.keys(struckRoles) as FaultKind[])
  .filter((kind) => faultWeights[kind] > 0)
  .flatMap((kind) => struckRoles[kind].map((role) => faultMark(kind, role)));

/**
 * What a set of at least `REQUIRED_FROM_SEEDS` seeds must have seen: every kind of fault on every role that it is meant for, and
 * the code that only rare events reach. A set that misses one does not test what it claims to, and fails.
 */
export const requiredMarks: readonly string[] = [...faults, ...code];

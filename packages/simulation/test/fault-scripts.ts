import fc from 'fast-check';
import type { Fault, FaultKind, FaultStep, Target } from '../src/faults/fault.ts';

/** Faults come in the first seconds; a script then has time to show what it did. */
const LAST_MS = 12_000;
const FAULTS_MAX = 12;

const target: fc.Arbitrary<Target> = fc.record({
  role: fc.constantFrom('leader' as const, 'follower' as const, 'any' as const),
  group: fc.constant(0),
  pick: fc.nat({ max: 2 }),
});
/** Ever longer times, so that shrinking makes them short. */
const lastingMs = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 5_000 }));
const powerLoss = fc.constantFrom('lose' as const, 'tear' as const, 'reorder' as const);
const links = fc.oneof(fc.constant(null), target);
const rate = fc.constantFrom(0.05, 0.3, 0.6);

/** One arbitrary per kind that the world can do today, each of which shrinks field by field. */
const faults: { readonly [K in FaultKind]?: fc.Arbitrary<Extract<Fault, { kind: K }>> } = {
  'message-loss': fc.record({ kind: fc.constant('message-loss'), at: links, rate, forMs: lastingMs }),
  'message-duplication': fc.record({
    kind: fc.constant('message-duplication'),
    at: links,
    rate,
    forMs: lastingMs,
  }),
  'message-delay': fc.record({
    kind: fc.constant('message-delay'),
    at: links,
    addedMs: fc.integer({ min: 1, max: 400 }),
    forMs: lastingMs,
  }),
  'message-reorder': fc.record({
    kind: fc.constant('message-reorder'),
    at: links,
    rate,
    meanMs: fc.integer({ min: 1, max: 1_000 }),
    forMs: lastingMs,
  }),
  'partition-halves': fc.record({
    kind: fc.constant('partition-halves'),
    turn: fc.nat({ max: 4 }),
    size: fc.integer({ min: 1, max: 4 }),
    forMs: lastingMs,
  }),
  'partition-one-way': fc.record({
    kind: fc.constant('partition-one-way'),
    at: target,
    deaf: fc.boolean(),
    forMs: lastingMs,
  }),
  'partition-bridge': fc.record({
    kind: fc.constant('partition-bridge'),
    turn: fc.nat({ max: 4 }),
    forMs: lastingMs,
  }),
  'partition-ring': fc.record({
    kind: fc.constant('partition-ring'),
    turn: fc.nat({ max: 4 }),
    forMs: lastingMs,
  }),
  'client-cut': fc.record({ kind: fc.constant('client-cut'), client: fc.nat({ max: 7 }), forMs: lastingMs }),
  'connection-reset': fc.record({
    kind: fc.constant('connection-reset'),
    at: target,
    peer: fc.constantFrom('node' as const, 'client' as const),
    pick: fc.nat({ max: 3 }),
    oneSided: fc.boolean(),
  }),
  kill: fc.record({ kind: fc.constant('kill'), at: target, downMs: lastingMs }),
  'power-loss': fc.record({
    kind: fc.constant('power-loss'),
    at: target,
    mode: powerLoss,
    downMs: lastingMs,
  }),
  restart: fc.record({ kind: fc.constant('restart'), at: target, downMs: lastingMs }),
  'rolling-restart': fc.record({
    kind: fc.constant('rolling-restart'),
    orderly: fc.boolean(),
    downMs: lastingMs,
    gapMs: lastingMs,
  }),
  'kill-all': fc.record({
    kind: fc.constant('kill-all'),
    mode: fc.oneof(fc.constant('kill' as const), powerLoss),
    downMs: lastingMs,
  }),
  pause: fc.record({ kind: fc.constant('pause'), at: target, forMs: lastingMs }),
  'name-server-kill': fc.record({
    kind: fc.constant('name-server-kill'),
    pick: fc.nat({ max: 1 }),
    downMs: lastingMs,
  }),
  'clock-drift': fc.record({
    kind: fc.constant('clock-drift'),
    at: target,
    rate: fc.constantFrom(0.5, 0.9, 1.1, 2),
    forMs: lastingMs,
  }),
  'clock-jump': fc.record({
    kind: fc.constant('clock-jump'),
    at: target,
    ms: fc.integer({ min: -100_000, max: 100_000 }),
  }),
  'disk-slow': fc.record({
    kind: fc.constant('disk-slow'),
    at: target,
    meanMs: fc.integer({ min: 1, max: 800 }),
    forMs: lastingMs,
  }),
  'disk-stall': fc.record({ kind: fc.constant('disk-stall'), at: target, forMs: lastingMs }),
  'sync-failure': fc.record({
    kind: fc.constant('sync-failure'),
    at: target,
    pathEnd: fc.constantFrom('', '.log', 'hard-state', 'durable-mark'),
    downMs: lastingMs,
  }),
  'disk-full': fc.record({
    kind: fc.constant('disk-full'),
    at: target,
    roomBytes: fc.nat({ max: 5_000 }),
    forMs: lastingMs,
  }),
};

/** Scripts of these kinds only; a failing one shrinks to the few faults that it takes. */
export function faultScripts(...kinds: readonly FaultKind[]): fc.Arbitrary<readonly FaultStep[]> {
  const known = kinds.map((kind) => {
    const arbitrary: fc.Arbitrary<Fault> | undefined = faults[kind];
    if (arbitrary === undefined) throw new Error(`no arbitrary for ${kind}`);
    return arbitrary;
  });
  const step = fc.record({ atMs: fc.integer({ min: 2_000, max: LAST_MS }), fault: fc.oneof(...known) });
  return fc
    .array(step, { minLength: 1, maxLength: FAULTS_MAX })
    .map((steps) => [...steps].sort((a, b) => a.atMs - b.atMs));
}

/** Every kind that has an arbitrary. */
export const scriptedKinds = Object.keys(faults) as FaultKind[];

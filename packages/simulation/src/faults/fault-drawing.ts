import type { CrashMode } from '@ledgermq/store';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { DamagedFile, Fault, FaultKind, Target } from './fault.ts';

const SHORT_MS = 250;
const USUAL_MS = 1_500;
const LONG_MS = 6_000;
const LONGEST_MS = 20_000;

/** Draws one fault of a kind; every moment that it lasts is at most `leftMs`. */
export class FaultDrawing {
  readonly #random: SeededRandom;
  readonly #groups: number;
  readonly #nodes: number;
  readonly #leftMs: number;

  constructor(random: SeededRandom, groups: number, nodes: number, leftMs: number) {
    this.#random = random;
    this.#groups = groups;
    this.#nodes = nodes;
    this.#leftMs = leftMs;
  }

  /** A switch with one case per kind, so that no kind can be forgotten. */
  draw(kind: FaultKind): Fault {
    const random = this.#random;
    switch (kind) {
      case 'message-loss':
      case 'message-duplication':
        return { kind, at: this.#links(), rate: random.pick([0.02, 0.1, 0.4]), forMs: this.#time() };
      case 'message-delay':
        return { kind, at: this.#links(), addedMs: random.pick([10, 60, 300]), forMs: this.#time() };
      case 'message-reorder':
        return {
          kind,
          at: this.#links(),
          rate: random.pick([0.05, 0.3]),
          meanMs: random.pick([5, 80, 800]),
          forMs: this.#time(),
        };
      case 'partition-halves':
        return { kind, turn: this.#node(), size: random.between(1, this.#nodes - 1), forMs: this.#time() };
      case 'partition-one-way':
        return { kind, at: this.#target(), deaf: random.chance(0.5), forMs: this.#time() };
      case 'partition-bridge':
      case 'partition-ring':
        return { kind, turn: this.#node(), forMs: this.#time() };
      case 'client-cut':
        return { kind, client: random.nextInt(16), forMs: this.#time() };
      case 'connection-reset':
        return {
          kind,
          at: this.#target(),
          peer: random.pick(['node', 'client']),
          pick: random.nextInt(16),
          oneSided: random.chance(0.3),
        };
      case 'kill':
      case 'restart':
      case 'wipe':
        return { kind, at: this.#target(), downMs: this.#time() };
      case 'power-loss':
        return {
          kind,
          at: this.#target(),
          mode: random.pick(['lose', 'tear', 'reorder']),
          downMs: this.#time(),
        };
      case 'rolling-restart':
        return { kind, orderly: random.chance(0.6), downMs: this.#short(), gapMs: this.#time() };
      case 'kill-all':
        return { kind, mode: this.#crashMode(), downMs: this.#short() };
      case 'pause':
        return { kind, at: this.#target(), forMs: this.#time() };
      case 'name-server-kill':
        return { kind, pick: this.#node(), downMs: this.#time() };
      case 'clock-drift':
        return { kind, at: this.#target(), rate: random.pick([0.5, 0.95, 1.05, 2]), forMs: this.#time() };
      case 'clock-jump':
        return { kind, at: this.#target(), ms: random.pick([-3_600_000, -5_000, -50, 50, 5_000, 3_600_000]) };
      case 'disk-slow':
        return { kind, at: this.#target(), meanMs: random.pick([20, 150, 1_000]), forMs: this.#time() };
      case 'disk-stall':
        return { kind, at: this.#target(), forMs: this.#time() };
      case 'sync-failure':
        return {
          kind,
          at: this.#target(),
          pathEnd: random.pick(['', '.log', 'hard-state', 'durable-mark', 'derived', '.dat']),
          downMs: this.#time(),
        };
      case 'disk-full':
        return { kind, at: this.#target(), roomBytes: random.pick([0, 500, 20_000]), forMs: this.#time() };
      case 'bit-rot':
        return {
          kind,
          at: this.#target(),
          file: this.#file(),
          where: random.real(),
          bits: random.between(1, 8),
          downMs: random.chance(0.7) ? this.#time() : null,
        };
      case 'truncation':
        return { kind, at: this.#target(), file: this.#file(), where: random.real(), downMs: this.#time() };
      case 'learner-add':
      case 'learner-promote':
      case 'leadership-transfer':
        return { kind, group: this.#group(), pick: this.#node() };
      case 'member-replace':
        return { kind, group: this.#group(), out: this.#node(), pick: this.#node() };
      case 'member-remove':
        return { kind, group: this.#group(), out: this.#node() };
    }
  }

  #target(): Target {
    const role = this.#random.weighted({ leader: 45, follower: 35, any: 20 });
    return { role, group: this.#group(), pick: this.#node() };
  }

  /** All links, or those of one node. */
  #links(): Target | null {
    return this.#random.chance(0.5) ? null : this.#target();
  }

  #group(): number {
    return this.#random.nextInt(this.#groups);
  }

  #node(): number {
    return this.#random.nextInt(this.#nodes);
  }

  #crashMode(): CrashMode {
    return this.#random.pick(['kill', 'lose', 'tear', 'reorder']);
  }

  #file(): DamagedFile {
    return this.#random.weighted({
      'segment-sealed': 35,
      'segment-last': 35,
      'hard-state': 10,
      'durable-mark': 10,
      derived: 10,
    });
  }

  /** Some faults are over before anybody notices, some outlast every time-out. */
  #time(): number {
    const mean = this.#random.pick([SHORT_MS, USUAL_MS, USUAL_MS, LONG_MS]);
    return this.#bounded(20 + this.#random.exponential(mean));
  }

  #short(): number {
    return this.#bounded(20 + this.#random.exponential(SHORT_MS));
  }

  #bounded(ms: number): number {
    return Math.max(1, Math.round(Math.min(ms, LONGEST_MS, this.#leftMs)));
  }
}

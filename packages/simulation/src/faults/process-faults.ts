import type { CrashMode } from '@ledgermq/store';
import type { World, WorldNode } from '../world/world.ts';
import type { ClockFault, ProcessFault } from './fault.ts';
import type { FaultAtlas } from './fault-atlas.ts';
import { NOTHING_TO_HIT, struck, type Strike } from './strike.ts';
import { hitOf } from './target.ts';
import type { TimedEffects } from './timed-effects.ts';

export interface ProcessFaultPorts {
  readonly world: World;
  readonly effects: TimedEffects;
  readonly atlas: FaultAtlas;
  /** Calls `fn` so much later, unless the faults have ended. */
  readonly later: (ms: number, fn: () => void) => void;
}

/** Ends, pauses and starts processes, and moves their clocks. */
export class ProcessFaults {
  readonly #ports: ProcessFaultPorts;

  constructor(ports: ProcessFaultPorts) {
    this.#ports = ports;
  }

  strike(fault: ProcessFault | ClockFault): Strike {
    switch (fault.kind) {
      case 'rolling-restart':
        return this.#roll(fault);
      case 'kill-all':
        return this.#killAll(fault.mode, fault.downMs);
      case 'name-server-kill': {
        const servers = this.#ports.world.nameServers;
        const server = servers[fault.pick % Math.max(1, servers.length)];
        if (server === undefined || !runs(server)) return NOTHING_TO_HIT;
        this.#kill(server, 'kill', fault.downMs);
        return struck({ node: server, role: 'world' }, `for ${fault.downMs} ms`);
      }
      default:
        return this.#strikeOne(fault);
    }
  }

  #strikeOne(
    fault: Exclude<ProcessFault | ClockFault, { kind: 'rolling-restart' | 'kill-all' | 'name-server-kill' }>,
  ): Strike {
    const { world, effects } = this.#ports;
    const hit = hitOf(world, fault.at);
    if (hit === null) return NOTHING_TO_HIT;
    const { node } = hit;
    switch (fault.kind) {
      case 'kill':
        if (!runs(node)) return NOTHING_TO_HIT;
        this.#kill(node, 'kill', fault.downMs);
        return struck(hit, `for ${fault.downMs} ms`);
      case 'power-loss':
        if (!runs(node)) return NOTHING_TO_HIT;
        this.#kill(node, this.#safeMode(node, fault.mode), fault.downMs);
        return struck(hit, `${fault.mode} for ${fault.downMs} ms`);
      case 'restart':
        if (node.state !== 'up' || node.paused) return NOTHING_TO_HIT;
        this.#restart(node, fault.downMs);
        return struck(hit, `in order, down for ${fault.downMs} ms`);
      case 'pause':
        if (!runs(node) || node.paused) return NOTHING_TO_HIT;
        effects.run(`pause ${node.id}`, fault.forMs, () => {
          const { life } = node;
          node.pause();
          return () => {
            if (node.life === life) node.resume();
          };
        });
        return struck(hit, `for ${fault.forMs} ms`);
      case 'clock-drift':
        effects.run(`clock ${node.id}`, fault.forMs, () => {
          node.setClockRate(fault.rate);
          return () => {
            node.setClockRate(1);
          };
        });
        return struck(hit, `${fault.rate} for ${fault.forMs} ms`);
      case 'clock-jump':
        node.jumpWallClock(fault.ms);
        return struck(hit, `${fault.ms} ms`);
    }
  }

  #roll(fault: Extract<ProcessFault, { kind: 'rolling-restart' }>): Strike {
    const { world, later } = this.#ports;
    for (const [place, node] of world.nodes.entries()) {
      later(place * (fault.downMs + fault.gapMs), () => {
        if (fault.orderly) this.#restart(node, fault.downMs);
        else if (runs(node)) this.#kill(node, 'kill', fault.downMs);
      });
    }
    return struck(null, `${fault.orderly ? 'in order' : 'by kills'}, each down for ${fault.downMs} ms`);
  }

  #killAll(mode: CrashMode, downMs: number): Strike {
    const running = this.#ports.world.nodes.filter(runs);
    if (running.length === 0) return NOTHING_TO_HIT;
    for (const [place, node] of running.entries()) {
      this.#kill(node, this.#safeMode(node, mode), downMs + place * 10);
    }
    return struck(null, `${mode} for ${downMs} ms`);
  }

  #kill(node: WorldNode, mode: CrashMode, downMs: number): void {
    node.kill(mode);
    this.#startLater(node, downMs);
  }

  #restart(node: WorldNode, downMs: number): void {
    const { life } = node;
    node.stop();
    this.#startWhenDown(node, life, downMs);
  }

  /** An orderly end takes its time, and may be cut short by another fault, which then starts the node itself. */
  #startWhenDown(node: WorldNode, life: number, downMs: number): void {
    const { world } = this.#ports;
    const look = (): void => {
      if (node.life !== life) return;
      if (node.state === 'stopping') world.after(LOOK_MS, look);
      else if (world.healing) node.start();
      else this.#startLater(node, downMs);
    };
    world.after(LOOK_MS, look);
  }

  #startLater(node: WorldNode, downMs: number): void {
    this.#ports.later(downMs, () => {
      node.start();
    });
  }

  /**
   * Without synced acknowledgements a loss of power costs acknowledged entries, and no node can tell that it has lost its
   * end. So it strikes only where the others can do without, and is a mere kill elsewhere, which must cost nothing.
   */
  #safeMode(node: WorldNode, mode: CrashMode): CrashMode {
    const { world, atlas } = this.#ports;
    if (mode === 'kill' || world.parameters.flushDiskType === 'SYNC_FLUSH') return mode;
    if (!atlas.mayDamageUnseen(node.id)) return 'kill';
    atlas.damage(node.id, 'power-loss', true);
    world.count('power loss before a background sync');
    return mode;
  }
}

const LOOK_MS = 20;

function runs(node: WorldNode): boolean {
  return node.state === 'up' || node.state === 'starting' || node.state === 'stopping';
}

import type { World } from '../world/world.ts';
import type { DiskFaultOfNode } from './fault.ts';
import { NOTHING_TO_HIT, struck, type Strike } from './strike.ts';
import { hitOf } from './target.ts';
import type { TimedEffects } from './timed-effects.ts';

export interface DiskFaultPorts {
  readonly world: World;
  readonly effects: TimedEffects;
  /** Calls `fn` so much later, unless the faults have ended. */
  readonly later: (ms: number, fn: () => void) => void;
}

/** Makes disks slow, full or unable to sync. Nothing that was synced is lost by it. */
export class DiskFaults {
  readonly #ports: DiskFaultPorts;

  constructor(ports: DiskFaultPorts) {
    this.#ports = ports;
  }

  strike(fault: DiskFaultOfNode): Strike {
    const { world, effects, later } = this.#ports;
    const hit = hitOf(world, fault.at);
    if (hit === null) return NOTHING_TO_HIT;
    const { node } = hit;
    switch (fault.kind) {
      case 'disk-slow':
        effects.run(`disk latency ${node.id}`, fault.forMs, () => {
          node.setDiskLatency(fault.meanMs);
          return () => {
            node.setDiskLatency(null);
          };
        });
        return struck(hit, `syncs take ${fault.meanMs} ms for ${fault.forMs} ms`);
      case 'disk-stall':
        effects.run(`disk stall ${node.id}`, fault.forMs, () => {
          node.setDiskStalled(true);
          return () => {
            node.setDiskStalled(false);
          };
        });
        return struck(hit, `for ${fault.forMs} ms`);
      case 'sync-failure':
        if (hit.role === 'down') return NOTHING_TO_HIT;
        node.disk.addFault({ operation: 'sync', pathEnd: fault.pathEnd, code: 'DISK_FAILED' });
        // A fault that met nothing must not wait for ever.
        later(fault.downMs, () => {
          node.disk.clearFaults();
        });
        return struck(hit, `next sync of *${fault.pathEnd}`);
      case 'disk-full': {
        const { disk } = node;
        effects.run(`disk space ${node.id}`, fault.forMs, () => {
          disk.setCapacity(
            usedBytes(disk.freeBytes.bind(disk), (bytes) => disk.setCapacity(bytes)) + fault.roomBytes,
          );
          return () => {
            disk.setCapacity(Number.MAX_SAFE_INTEGER);
          };
        });
        return struck(hit, `${fault.roomBytes} bytes left for ${fault.forMs} ms`);
      }
    }
  }
}

const PROBE_BYTES = 2 ** 40;

/** The disk tells free space only: as much as it lacks of a capacity that it cannot have used up. */
function usedBytes(freeBytes: (directory: string) => number, setCapacity: (bytes: number) => void): number {
  setCapacity(PROBE_BYTES);
  return PROBE_BYTES - freeBytes('/');
}

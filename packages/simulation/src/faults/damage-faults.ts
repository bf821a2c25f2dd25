import type { World } from '../world/world.ts';
import type { DamageFault } from './fault.ts';
import type { FaultAtlas } from './fault-atlas.ts';
import { cutShort, fileToDamage, hasEntryBehind, placeIn, rot, type DamagePlace } from './file-damage.ts';
import { NOTHING_TO_HIT, struck, UNSAFE, type Strike } from './strike.ts';
import { hitOf, type Hit } from './target.ts';

export interface DamageFaultPorts {
  readonly world: World;
  readonly atlas: FaultAtlas;
  /** Calls `fn` so much later, unless the faults have ended. */
  readonly later: (ms: number, fn: () => void) => void;
}

/** Loses data that was synced, as far as the atlas allows. */
export class DamageFaults {
  readonly #ports: DamageFaultPorts;
  #count = 0;

  constructor(ports: DamageFaultPorts) {
    this.#ports = ports;
  }

  strike(fault: DamageFault): Strike {
    const { world, atlas, later } = this.#ports;
    const hit = hitOf(world, fault.at);
    if (hit === null) return NOTHING_TO_HIT;
    const { node } = hit;
    if (!atlas.mayDamage(node.id)) return UNSAFE;
    if (fault.kind === 'wipe') {
      node.wipe();
      atlas.damage(node.id, 'wipe');
      later(fault.downMs, () => {
        node.start();
      });
      return struck(hit, `all files, down for ${fault.downMs} ms`);
    }
    const group = world.groups[fault.at.group % world.groups.length] ?? '';
    const { directory } = world.member(node.id, group);
    const path = fileToDamage(node.disk, directory, fault.file, fault.where);
    if (path === null) return NOTHING_TO_HIT;
    const place = placeIn(node.disk, directory, path, fault.file === 'segment-last', fault.where);
    if (place.beyondMark && !atlas.mayDamageUnseen(node.id)) return UNSAFE;
    const strike =
      fault.kind === 'bit-rot' ? this.#rot(fault, hit, path, place) : this.#truncate(fault, hit, path, place);
    if (strike.type === 'struck' && fault.file === 'segment-last')
      world.count(`damage ${place.beyondMark ? 'beyond' : 'below'} the durable mark`);
    return strike;
  }

  #rot(
    fault: Extract<DamageFault, { kind: 'bit-rot' }>,
    hit: Hit,
    path: string,
    { at, beyondMark }: DamagePlace,
  ): Strike {
    const { world, atlas, later } = this.#ports;
    const group = world.groups[fault.at.group % world.groups.length] ?? '';
    const { node } = hit;
    this.#count += 1;
    if (!rot(node.disk, path, at, fault.bits, world.random(`bit rot ${this.#count}`))) return NOTHING_TO_HIT;
    const log = world.member(node.id, group).replica?.inspect().log;
    const seen = log !== undefined && hasEntryBehind(log, path, at);
    atlas.damage(node.id, `bit-rot of ${path} at ${at}`, beyondMark && !seen);
    if (fault.downMs !== null) {
      node.kill('kill');
      later(fault.downMs, () => {
        node.start();
      });
    }
    return struck(hit, `${path} at ${at}${fault.downMs === null ? '' : `, down for ${fault.downMs} ms`}`);
  }

  #truncate(
    fault: Extract<DamageFault, { kind: 'truncation' }>,
    hit: Hit,
    path: string,
    { at: size, beyondMark }: DamagePlace,
  ): Strike {
    const { atlas, later } = this.#ports;
    const { node } = hit;
    node.kill('kill');
    node.disk.clearFaults();
    cutShort(node.disk, path, size);
    atlas.damage(node.id, `truncation of ${path} to ${size}`, beyondMark);
    later(fault.downMs, () => {
      node.start();
    });
    return struck(hit, `${path} to ${size} bytes, down for ${fault.downMs} ms`);
  }
}

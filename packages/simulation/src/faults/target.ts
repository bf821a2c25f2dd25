import type { World, WorldNode } from '../world/world.ts';
import type { Target } from './fault.ts';

/** What the node hit was doing in the group aimed at. `down`: it had no replica. */
export type HitRole = 'leader' | 'follower' | 'candidate' | 'down';

export interface Hit {
  readonly node: WorldNode;
  readonly role: HitRole;
}

/** Null when no node fits at this moment. */
export function hitOf(world: World, { role, group, pick }: Target): Hit | null {
  const name = world.groups[group % world.groups.length] ?? '';
  const hits = world.nodes.map((node): Hit => ({ node, role: roleIn(world, node.id, name) }));
  const fitting = hits.filter((hit) => role === 'any' || hit.role === role);
  return fitting[pick % Math.max(1, fitting.length)] ?? null;
}

/** Of several that think they lead, only the one of the latest term counts. */
function roleIn(world: World, id: string, group: string): HitRole {
  const status = world.member(id, group).replica?.status();
  if (status === undefined) return 'down';
  switch (status.role) {
    case 'candidate':
    case 'pre-candidate':
      return 'candidate';
    case 'follower':
      return 'follower';
    case 'leader': {
      const newer = world.members().some((other) => {
        if (other.group !== group || other.id === id) return false;
        const theirs = other.replica?.status();
        return theirs?.role === 'leader' && theirs.term > status.term;
      });
      return newer ? 'follower' : 'leader';
    }
  }
}

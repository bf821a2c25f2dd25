import { currentMembers } from './current-members.ts';
import type { SimWorld } from './sim-world.ts';

/**
 * True when every node is up, each group has one leader, all its members have applied the same, no client waits,
 * and the push consumers got everything.
 */
export function converged(world: SimWorld): boolean {
  if (world.openOperations > 0) return false;
  for (const node of world.nodes) if (node.state !== 'up') return false;
  for (const group of world.groups) {
    let leaders = 0;
    let last = -1;
    for (const { replica } of currentMembers(world, group)) {
      if (replica === null) return false;
      const { role, appliedIndex, lastIndex } = replica.status();
      if (role === 'leader') leaders += 1;
      if (appliedIndex !== lastIndex || (last !== -1 && last !== lastIndex)) return false;
      // What was handed out last may wait for the machine.
      if (replica.inspect().machineIndex() !== lastIndex) return false;
      last = lastIndex;
    }
    if (leaders !== 1) return false;
  }
  return world.undelivered().length === 0;
}

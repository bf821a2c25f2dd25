import type { PartitionFault } from './fault.ts';
import type { Direction } from './link-blocks.ts';

/** Directions between nodes that the partition closes. `aimed` is the node of a one-way partition. */
export function blockedBy(
  fault: PartitionFault,
  nodes: readonly string[],
  aimed: string | null,
): Direction[] {
  switch (fault.kind) {
    case 'partition-halves': {
      const order = turned(nodes, fault.turn);
      const size = Math.min(Math.max(1, fault.size), order.length - 1);
      return between(order.slice(0, size), order.slice(size));
    }
    case 'partition-one-way': {
      const others = nodes.filter((id) => id !== aimed);
      if (aimed === null) return [];
      return others.map((other): Direction => (fault.deaf ? [other, aimed] : [aimed, other]));
    }
    case 'partition-bridge': {
      const [, ...sides] = turned(nodes, fault.turn);
      const half = Math.floor(sides.length / 2);
      return between(sides.slice(0, half), sides.slice(half));
    }
    case 'partition-ring':
      return outsideRing(turned(nodes, fault.turn));
  }
}

function outsideRing(ring: readonly string[]): Direction[] {
  const blocked: Direction[] = [];
  const { length } = ring;
  for (const [at, from] of ring.entries()) {
    for (const [place, to] of ring.entries()) {
      if (from === to) continue;
      const steps = (place - at + length) % length;
      // With three nodes everybody is everybody's neighbour; then only the way round stays open.
      const near = length > 3 ? steps === 1 || steps === length - 1 : steps === 1;
      if (!near) blocked.push([from, to]);
    }
  }
  return blocked;
}

function between(left: readonly string[], right: readonly string[]): Direction[] {
  return left.flatMap((a) =>
    right.flatMap((b): Direction[] => [
      [a, b],
      [b, a],
    ]),
  );
}

function turned(nodes: readonly string[], turn: number): string[] {
  const at = turn % nodes.length;
  return [...nodes.slice(at), ...nodes.slice(0, at)];
}

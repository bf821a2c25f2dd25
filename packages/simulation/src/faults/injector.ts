import type { World } from '../world/world.ts';
import { DamageFaults } from './damage-faults.ts';
import { DiskFaults } from './disk-faults.ts';
import type { FaultAtlas } from './fault-atlas.ts';
import type { ConnectionFault, Fault, Target } from './fault.ts';
import { LinkBlocks, type Direction } from './link-blocks.ts';
import { MembershipFaults } from './membership-faults.ts';
import { MessageRates } from './message-rates.ts';
import { blockedBy } from './partitions.ts';
import { ProcessFaults } from './process-faults.ts';
import { NOTHING_TO_HIT, struck, type Strike } from './strike.ts';
import { hitOf, type Hit } from './target.ts';
import { TimedEffects } from './timed-effects.ts';

/** Applies faults to the world, and takes away what is left of them before the liveness phase. */
export class Injector {
  readonly #world: World;
  readonly #effects: TimedEffects;
  readonly #links: LinkBlocks;
  readonly #messages: MessageRates;
  readonly #processes: ProcessFaults;
  readonly #disks: DiskFaults;
  readonly #damage: DamageFaults;
  readonly #memberships: MembershipFaults;
  #healed = false;
  #applied = 0;
  #partitions = 0;

  constructor(world: World, atlas: FaultAtlas) {
    this.#world = world;
    this.#effects = new TimedEffects(world);
    this.#links = new LinkBlocks(world.network);
    this.#messages = new MessageRates(world);
    const later = (ms: number, fn: () => void): void => {
      world.after(ms, () => {
        if (!this.#healed) fn();
      });
    };
    this.#processes = new ProcessFaults({ world, effects: this.#effects, atlas, later });
    this.#disks = new DiskFaults({ world, effects: this.#effects, later });
    this.#damage = new DamageFaults({ world, atlas, later });
    this.#memberships = new MembershipFaults(world, atlas);
  }

  /** Faults that were applied; those that found nothing to do or would have been unsafe are not counted. */
  get applied(): number {
    return this.#applied;
  }

  apply(fault: Fault): void {
    const { kind } = fault;
    const strike = this.#healed ? NOTHING_TO_HIT : this.#strike(fault);
    if (strike.type === 'skipped') {
      this.#world.count(`fault skipped ${kind}: ${strike.reason}`);
      this.#world.note({ node: null, kind: 'fault-skipped', text: `${kind}: ${strike.reason}` });
      return;
    }
    this.#applied += 1;
    this.#world.count(`fault ${kind} @ ${strike.role}`);
    this.#world.note({
      node: strike.node,
      kind: 'fault',
      text: `${kind}${strike.text === '' ? '' : `: ${strike.text}`}`,
    });
  }

  /** Ends every fault: links, clocks, disks and rates are as they should be. The world starts what is down. */
  heal(): void {
    this.#healed = true;
    this.#effects.endAll();
    for (const node of [...this.#world.nodes, ...this.#world.nameServers]) {
      node.disk.clearFaults();
      node.disk.setCapacity(Number.MAX_SAFE_INTEGER);
    }
    this.#world.note({ node: null, kind: 'fault', text: 'all faults end' });
  }

  #strike(fault: Fault): Strike {
    switch (fault.kind) {
      case 'message-loss':
      case 'message-duplication':
      case 'message-delay':
      case 'message-reorder': {
        const hit = fault.at === null ? null : hitOf(this.#world, fault.at);
        if (fault.at !== null && hit === null) return NOTHING_TO_HIT;
        const name = `${fault.kind} ${this.#applied}`;
        this.#effects.run(name, fault.forMs, () => this.#messages.begin(fault, hit?.node.id ?? null));
        return struck(hit, `for ${fault.forMs} ms`);
      }
      case 'partition-halves':
      case 'partition-bridge':
      case 'partition-ring': {
        const blocked = blockedBy(fault, this.#nodeIds(), null);
        if (blocked.length === 0) return NOTHING_TO_HIT;
        this.#partition(blocked, fault.forMs);
        return struck(null, `${blocked.map((one) => one.join('>')).join(' ')} for ${fault.forMs} ms`);
      }
      case 'partition-one-way':
        return this.#aimed(fault.at, (hit) => {
          this.#partition(blockedBy(fault, this.#nodeIds(), hit.node.id), fault.forMs);
          return struck(hit, `${fault.deaf ? 'deaf' : 'mute'} for ${fault.forMs} ms`);
        });
      case 'client-cut':
      case 'connection-reset':
        return this.#connection(fault);
      case 'kill':
      case 'power-loss':
      case 'restart':
      case 'rolling-restart':
      case 'kill-all':
      case 'pause':
      case 'name-server-kill':
      case 'clock-drift':
      case 'clock-jump':
        return this.#processes.strike(fault);
      case 'disk-slow':
      case 'disk-stall':
      case 'sync-failure':
      case 'disk-full':
        return this.#disks.strike(fault);
      case 'bit-rot':
      case 'truncation':
      case 'wipe':
        return this.#damage.strike(fault);
      case 'learner-add':
      case 'learner-promote':
      case 'member-replace':
      case 'member-remove':
      case 'leadership-transfer':
        return this.#memberships.strike(fault);
    }
  }

  #connection(fault: ConnectionFault): Strike {
    const { network, clients } = this.#world;
    if (fault.kind === 'client-cut') {
      const client = clients[fault.client % Math.max(1, clients.length)];
      if (client === undefined) return NOTHING_TO_HIT;
      const servers = [...this.#world.nodes, ...this.#world.nameServers].map(({ id }) => id);
      const ways = servers.flatMap((id): Direction[] => [
        [id, client],
        [client, id],
      ]);
      this.#partition(ways, fault.forMs);
      return struck(null, `${client} for ${fault.forMs} ms`);
    }
    return this.#aimed(fault.at, (hit) => {
      const peers = fault.peer === 'client' ? clients : this.#nodeIds().filter((id) => id !== hit.node.id);
      const peer = peers[fault.pick % Math.max(1, peers.length)];
      if (peer === undefined) return NOTHING_TO_HIT;
      const reset = fault.oneSided
        ? network.resetOneSide(hit.node.id, peer)
        : network.reset(hit.node.id, peer);
      return reset === 0 ? NOTHING_TO_HIT : struck(hit, `${reset} connections to ${peer}`);
    });
  }

  #partition(blocked: readonly Direction[], forMs: number): void {
    this.#partitions += 1;
    this.#effects.run(`partition ${this.#partitions}`, forMs, () => this.#links.hold(blocked));
  }

  #aimed(target: Target, strike: (hit: Hit) => Strike): Strike {
    const hit = hitOf(this.#world, target);
    return hit === null ? NOTHING_TO_HIT : strike(hit);
  }

  #nodeIds(): string[] {
    return this.#world.nodes.map(({ id }) => id);
  }
}

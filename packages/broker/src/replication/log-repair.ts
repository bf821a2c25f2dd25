import { LogRepair, type Clock, type Logger, type RaftConfig } from '@ledgermq/raft';
import type { LogHole, SegmentLog } from '@ledgermq/store';
import type { PeerLink } from './peer-link.ts';

export interface LogRepairTask {
  readonly memberId: string;
  readonly brokerName: string;
  /** Ids of all members. */
  readonly members: readonly string[];
  readonly log: SegmentLog;
  readonly peers: PeerLink;
  readonly raft: RaftConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes a log whole that lost entries between others, before anything is built on it. Waits for the peers as long as it
 * takes: this member could do nothing else, since it must not take part with what it has. What no peer has is cut off; if
 * it may have been committed, the member does not vote before its log is as long again.
 */
export async function repairLog(task: LogRepairTask): Promise<void> {
  const { log, peers, members, memberId, brokerName, raft, clock, logger } = task;
  if (log.holes.length === 0) return;
  const repair = new LogRepair<LogHole>({
    id: memberId,
    group: brokerName,
    peers: members,
    holes: log.holes,
    log,
    config: raft,
    transport: peers.transport,
    clock,
    logger,
    fillHole: (hole, entries) => log.fillHole(hole, entries),
    onUnobtainable: async (hole, neverCommitted) => {
      await log.cutHole(hole, { neverCommitted });
      return true;
    },
  });
  peers.attach({
    receive: (from, messages) => repair.receive(from, messages),
    peerOpened: () => undefined,
    peerClosed: () => undefined,
  });
  await repair.run();
}

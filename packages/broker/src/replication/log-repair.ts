import { LogRepair, type Clock, type Logger, type RaftConfig } from '@ledgermq/raft';
import type { LogHole, SegmentLog } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import { repairImpossible } from './lonely-member.ts';
import type { PeerLink } from './peer-link.ts';

export interface LogRepairTask {
  readonly memberId: string;
  readonly brokerName: string;
  /** Folder of the replica. */
  readonly directory: string;
  /** Ids of all members. */
  readonly members: readonly string[];
  readonly log: SegmentLog;
  readonly peers: PeerLink;
  readonly raft: RaftConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The node is to stop: nobody waits for the peers any more. */
  readonly stopped: AbortSignal;
}

/**
 * Makes a log whole that lost entries between others, before anything is built on it. Waits for the peers as long as it
 * takes: this member could do nothing else, since it must not take part with what it has. What no peer has is cut off; if
 * it may have been committed, the member does not vote before its log is as long again.
 *
 * What several members cannot read and all others never had was not committed if it lies beyond the durable mark: of
 * committed entries a majority has synced copies, and damage strikes less than a majority. Members that lost their power
 * together with an unsynced end may all miss the same part of it, and would wait for each other for ever.
 *
 * @throws BrokerError REPAIR_IMPOSSIBLE for a group without other members; STOPPED when it was ended by `stopped`: the
 * holes that are left are found again at the next start.
 */
export async function repairLog(task: LogRepairTask): Promise<void> {
  const { log, peers, members, memberId, brokerName, directory, raft, clock, logger, stopped } = task;
  const [first] = log.holes;
  if (first === undefined) return;
  if (members.every((id) => id === memberId)) throw repairImpossible(log, directory, first);
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
    onUnobtainable: async (hole, absence) => {
      // Up to the mark it was committed, so others have lost it too, and somebody may bring it back.
      if (absence === 'unreadable' && hole.afterIndex < log.markedIndex) return false;
      await log.cutHole(hole, { neverCommitted: absence !== 'unknown' });
      return true;
    },
  });
  peers.attach({
    receive: (from, messages) => repair.receive(from, messages),
    peerOpened: () => undefined,
    peerClosed: () => undefined,
  });
  const end = (): void => void repair.stop();
  if (stopped.aborted) end();
  else stopped.addEventListener('abort', end, { once: true });
  try {
    if ((await repair.run()) === 'stopped')
      throw new BrokerError('STOPPED', `stopped while the log of ${brokerName} waits for repair`);
  } finally {
    stopped.removeEventListener('abort', end);
  }
}

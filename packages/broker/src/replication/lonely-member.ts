import type { RaftStatus } from '@ledgermq/raft';
import type { StoreError, HardStateFile, LogHole, SegmentLog } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';

type Loser = Pick<SegmentLog, 'recovery' | 'voteFloor' | 'lastPosition'>;

interface LonelyStore {
  readonly log: Loser;
  readonly hardState: Pick<HardStateFile, 'found'>;
  /** See `ReplicaStore`. */
  readonly logLost: boolean;
}

/** The only voter of its group: nobody else has what it lost, and nobody counts on a vote that it forgot. */
export function isLonely({ id, configuration }: RaftStatus): boolean {
  const { voters, votersOutgoing } = configuration;
  return [...voters, ...votersOutgoing].every((voter) => voter === id) && voters.length === 1;
}

/** Whether term and vote are all that was lost: a lonely member needs neither. */
export function lostVotesOnly({ log, hardState, logLost }: LonelyStore): boolean {
  const { damage, inDoubt } = log.recovery;
  const { found } = hardState;
  return !logLost && found !== 'sound' && damage === null && !inDoubt && log.voteFloor.index === 0;
}

/** Why a lonely member cannot start: REPAIR_IMPOSSIBLE says what is lost, in which file and where, and what can be done. */
export function repairImpossible(log: Loser, directory: string, hole: LogHole | null = null): BrokerError {
  const { damage } = log.recovery;
  const advice =
    `no other member has what is lost: put "${directory}" back from a backup, ` +
    'or move it away to begin without its messages';
  return new BrokerError('REPAIR_IMPOSSIBLE', `${whatIsLost(log, hole)}${placeOf(damage)}; ${advice}`, {
    cause: damage ?? undefined,
  });
}

function whatIsLost(log: Loser, hole: LogHole | null): string {
  const { index } = log.lastPosition();
  if (hole !== null)
    return `entries ${hole.afterIndex + 1} to ${hole.beforeIndex - 1} of the log are damaged or missing`;
  if (log.voteFloor.index > index)
    return `the log ends at entry ${index}, but went to entry ${log.voteFloor.index} once`;
  return 'this member has lost its log, or the mark that says how far it went (log/durable-mark), now or before';
}

function placeOf(damage: StoreError | null): string {
  if (damage === null) return '';
  return ` (${damage.message}${damage.file === null ? '' : `: ${damage.file} at byte ${damage.offset ?? 0}`})`;
}

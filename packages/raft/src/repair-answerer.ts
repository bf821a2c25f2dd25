import type { RaftConfig } from './config.ts';
import type { Logger } from './logger.ts';
import type { Entry } from './entry.ts';
import type { RepairAnswer, RepairRequest } from './message.ts';
import type { LogStorage } from './storage.ts';

export interface RepairAnswererParts {
  readonly id: string;
  readonly log: Pick<LogStorage, 'firstIndex' | 'lastPosition' | 'entries'>;
  readonly config: Pick<RaftConfig, 'repairBytesMax' | 'appendEntriesMax'>;
  readonly logger: Logger;
}

/**
 * Answers members that repair their log, from the own log as it is: what is not committed may be what the other one
 * misses, and it checks every entry against its own hash chain.
 */
export class RepairAnswerer {
  readonly #parts: RepairAnswererParts;

  constructor(parts: RepairAnswererParts) {
    this.#parts = parts;
  }

  /** Entries from `firstIndex` on as far as they are here and the limits allow; none if the first is not here. */
  answer({ from: to, firstIndex, lastIndex, bytesMax }: RepairRequest): RepairAnswer {
    const { id, log } = this.#parts;
    const start = log.firstIndex();
    const end = log.lastPosition().index;
    const held = firstIndex >= start && firstIndex <= end && firstIndex <= lastIndex;
    return {
      type: 'repair-answer',
      from: id,
      to,
      term: 0,
      entries: held ? this.#read(firstIndex, Math.min(lastIndex, end), bytesMax) : [],
      firstIndex: start,
      lastIndex: end,
    };
  }

  #read(first: number, last: number, bytesMax: number): Entry[] {
    const { log, config, logger } = this.#parts;
    const to = Math.min(last + 1, first + config.appendEntriesMax);
    try {
      return log.entries(first, to, Math.min(bytesMax, config.repairBytesMax));
    } catch (error) {
      // The same place may be damaged here too. That is for the own log to notice, not for the member that asks.
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('entries that another member asked for cannot be read', { first, last, reason });
      return [];
    }
  }
}

import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import type { LogFields, Logger } from '@ledgermq/raft';
import type { BrokerConfig } from './config.ts';

/** Makes loggers for the parts of a process; each line of a part carries its name and fields. */
export interface LoggerFactory {
  component(name: string, fields?: LogFields): Logger;
}

/** JSON lines on standard output, one per event. */
export class ProcessLogger implements LoggerFactory {
  readonly #root: PinoLogger;

  constructor(level: BrokerConfig['logLevel'], node: string) {
    this.#root = pino({ level, base: { node } });
  }

  component(name: string, fields: LogFields = {}): Logger {
    return adapted(this.#root.child({ component: name, ...fields }));
  }
}

function adapted(logger: PinoLogger): Logger {
  return {
    debug: (text, fields) => {
      logger.debug(fields ?? {}, text);
    },
    info: (text, fields) => {
      logger.info(fields ?? {}, text);
    },
    warn: (text, fields) => {
      logger.warn(fields ?? {}, text);
    },
    error: (text, fields) => {
      logger.error(fields ?? {}, text);
    },
  };
}

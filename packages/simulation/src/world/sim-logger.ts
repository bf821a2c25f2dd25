import type { Logger, LogFields } from '@ledgermq/raft';
import type { LoggerFactory } from '@ledgermq/broker';

export type LogLevel = 'info' | 'warn' | 'error';

/** Receives what programs log; 'debug' is left out. */
export type LogSink = (level: LogLevel, text: string, fields: LogFields | undefined) => void;

/** The loggers of one node. Each line is an event of the run, and a mark that this code was reached. */
export class SimLoggers implements LoggerFactory {
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  component(): Logger {
    const sink = this.#sink;
    return {
      debug: () => undefined,
      info: (text, fields) => sink('info', text, fields),
      warn: (text, fields) => sink('warn', text, fields),
      error: (text, fields) => sink('error', text, fields),
    };
  }
}

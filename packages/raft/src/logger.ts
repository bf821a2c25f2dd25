/** Values that a log line may carry beside its text. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The port through which this package reports. The core logs role changes and rejections only, never one line
 * per message of normal operation.
 */
export interface Logger {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
}

/** Discards everything; for callers that do not care. */
export const silentLogger: Logger = Object.freeze({
  debug(): void {},
  info(): void {},
  warn(): void {},
  error(): void {},
});

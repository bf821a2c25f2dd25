import { pino } from 'pino';
import { parseNamesrvArgs, type NamesrvConfig } from './config.ts';
import { Namesrv } from './namesrv.ts';

const EXIT_BAD_CONFIG = 2;
const EXIT_START_FAILED = 3;

function readConfig(): NamesrvConfig {
  try {
    return parseNamesrvArgs(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`namesrv: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT_BAD_CONFIG);
  }
}

const config = readConfig();
const logger = pino({ level: config.logLevel, base: { component: 'namesrv' } });
const namesrv = new Namesrv(config, logger);

let stopping: Promise<void> | null = null;
function stop(why: string): void {
  stopping ??= namesrv.stop().then(() => {
    logger.info({ why }, 'stopped');
    process.exit(0);
  });
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
// Under a supervisor: its end is ours.
process.on('disconnect', () => stop('supervisor is gone'));

try {
  const port = await namesrv.start();
  logger.info({ host: config.host, port }, 'ready');
  process.send?.({ type: 'ready', port });
} catch (error) {
  logger.fatal({ error }, 'cannot start');
  process.stderr.write(`namesrv: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT_START_FAILED);
}

export interface NamesrvConfig {
  readonly host: string;
  /** 0 = a free one. */
  readonly port: number;
  readonly dataDir: string;
  /** A broker that was not heard of for so long is dropped, ms. */
  readonly brokerExpiryMs: number;
  /** How often that is looked at, ms. */
  readonly scanIntervalMs: number;
  readonly connectionsMax: number;
  /** Hand out the queue order of ordered topics with the route. */
  readonly orderMessageEnable: boolean;
  readonly logLevel: string;
}

export const namesrvDefaults: NamesrvConfig = {
  host: '0.0.0.0',
  port: 9876,
  dataDir: '.ledgermq/namesrv',
  brokerExpiryMs: 120_000,
  scanIntervalMs: 5_000,
  connectionsMax: 10_000,
  orderMessageEnable: false,
  logLevel: 'info',
};

/** Reads command-line words; throws one Error that names every fault. */
export function parseNamesrvArgs(args: readonly string[]): NamesrvConfig {
  const config: { -readonly [Key in keyof NamesrvConfig]: NamesrvConfig[Key] } = { ...namesrvDefaults };
  const faults: string[] = [];
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i] ?? '';
    const value = args[i + 1];
    if (value === undefined) faults.push(`${name} needs a value`);
    else if (name === '--listen') {
      const match = /^(.+):(\d{1,5})$/.exec(value);
      if (match === null || Number(match[2]) > 65_535)
        faults.push(`--listen wants host:port, not "${value}"`);
      else [config.host, config.port] = [match[1] ?? '', Number(match[2])];
    } else if (name === '--data') config.dataDir = value;
    else if (name === '--log-level') config.logLevel = value;
    else if (name === '--order-message-enable') config.orderMessageEnable = value === 'true';
    else if (name === '--broker-expiry-ms') {
      if (/^\d{1,9}$/.test(value) && Number(value) > 0) config.brokerExpiryMs = Number(value);
      else faults.push(`--broker-expiry-ms wants a whole number of ms, not "${value}"`);
    } else faults.push(`unknown option ${name}`);
  }
  if (faults.length > 0) throw new Error(faults.join('; '));
  return Object.freeze(config);
}

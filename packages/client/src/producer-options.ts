import { validateGroup } from '@ledgermq/protocol';
import type { ClientPorts } from './client-ports.ts';
import { parseClientOptions, requireNoFaults, type ClientConfig, type ClientOptions } from './config.ts';
import type { BatchLimits } from './turn-batcher.ts';

export interface ProducerOptions extends ClientOptions {
  /** Longest wait for one attempt's answer, ms. */
  readonly sendMsgTimeout?: number;
  /** Longest wait for a send as a whole, over all its attempts, ms. Long enough for an election. */
  readonly retryDeadline?: number;
  /** Sends without an answer; further ones wait. */
  readonly maxInFlight?: number;
  /** Sends of one turn of the event loop to one queue travel in one frame. Default true. */
  readonly batch?: boolean | Partial<BatchLimits>;
  /** Largest body, bytes. */
  readonly maxMessageSize?: number;
  /** Bodies longer than this are compressed (zlib), bytes; 0 = never. */
  readonly compressMsgBodyOverHowmuch?: number;
}

export interface ProducerConfig extends ClientConfig {
  readonly producerGroup: string;
  readonly sendMsgTimeout: number;
  readonly retryDeadline: number;
  readonly maxInFlight: number;
  /** Null: one message per frame. */
  readonly batch: BatchLimits | null;
  readonly maxMessageSize: number;
  readonly compressOver: number;
}

const BATCH_DEFAULTS: BatchLimits = { maxMessages: 64, maxBytes: 131_072 };

/** @throws MQClientException ERR_MQ_BAD_OPTIONS naming every fault. */
export function parseProducerOptions(
  producerGroup: string,
  options: ProducerOptions,
  ports: Pick<ClientPorts, 'clock' | 'process'>,
): ProducerConfig {
  const faults: string[] = [];
  const client = parseClientOptions(options, faults, ports);
  const batch = typeof options.batch === 'object' ? { ...BATCH_DEFAULTS, ...options.batch } : BATCH_DEFAULTS;
  const config: ProducerConfig = {
    ...client,
    producerGroup,
    sendMsgTimeout: options.sendMsgTimeout ?? 3000,
    retryDeadline: options.retryDeadline ?? 10_000,
    maxInFlight: options.maxInFlight ?? 4096,
    batch: options.batch === false ? null : batch,
    maxMessageSize: options.maxMessageSize ?? 4_194_304,
    compressOver: options.compressMsgBodyOverHowmuch ?? 4096,
  };
  try {
    validateGroup(producerGroup);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  const { sendMsgTimeout, retryDeadline, maxInFlight, maxMessageSize } = config;
  const positive = { sendMsgTimeout, retryDeadline, maxInFlight, maxMessageSize, ...batch };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isFinite(value) || value < 1) faults.push(`${name} must be at least 1, not ${value}`);
  }
  if (!(config.compressOver >= 0)) faults.push('compressMsgBodyOverHowmuch must not be negative');
  requireNoFaults(faults);
  return Object.freeze(config);
}

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { StoreFigures } from './store-figures.ts';
import type { StoreTallies } from './store-tallies.ts';
import type { Buckets, Tally } from './tallies.ts';

/** One replica of this node. */
export interface MeasuredReplica {
  readonly brokerName: string;
  readonly storeTallies: StoreTallies;
  storeFigures(): Promise<StoreFigures>;
}

export interface MetricsPageOptions {
  readonly cluster: string;
  readonly nodeId: string;
  readonly replicas: () => readonly MeasuredReplica[];
}

type CounterField = {
  [Name in keyof StoreTallies]: StoreTallies[Name] extends Tally ? Name : never;
}[keyof StoreTallies];
type EventField = 'setAside' | 'damageFound';
type BucketsField = {
  [Name in keyof StoreTallies]: StoreTallies[Name] extends Buckets ? Name : never;
}[keyof StoreTallies];
type FigureField = {
  [Name in keyof StoreFigures]: StoreFigures[Name] extends number ? Name : never;
}[keyof StoreFigures];

const counters: readonly (readonly [CounterField, string, string])[] = [
  ['appendedBytes', 'ledgermq_log_appended_bytes_total', 'Bytes of entries appended to the log.'],
  ['appendedEntries', 'ledgermq_log_appended_entries_total', 'Entries appended to the log.'],
  ['appliedEntries', 'ledgermq_applied_entries_total', 'Entries applied to the state.'],
  [
    'tailHits',
    'ledgermq_tail_cache_hits_total',
    'Reads answered from the newest part of the log, in memory.',
  ],
  ['tailHitBytes', 'ledgermq_tail_cache_hit_bytes_total', 'Bytes of these reads.'],
  ['tailMisses', 'ledgermq_tail_cache_misses_total', 'Reads of older parts of the log.'],
  [
    'coldHits',
    'ledgermq_cold_cache_hits_total',
    'Pieces of older log that an earlier read had left in memory.',
  ],
  ['coldMisses', 'ledgermq_cold_cache_misses_total', 'Pieces of older log that were read from files.'],
  ['coldReadBytes', 'ledgermq_cold_read_bytes_total', 'Bytes of log read from files.'],
  [
    'holesFound',
    'ledgermq_log_holes_found_total',
    'Damaged parts of the log with good entries behind them that were found.',
  ],
  ['holesFilled', 'ledgermq_log_holes_filled_total', 'Of these, filled with what other members had.'],
  ['holesCut', 'ledgermq_log_holes_cut_total', 'Of these, given up with all that lay behind them.'],
];

/** With the names of their words. */
const events: readonly (readonly [EventField, string, string, readonly string[]])[] = [
  [
    'setAside',
    'ledgermq_set_aside_total',
    'Files and parts of files that were set aside.',
    ['kind', 'reason'],
  ],
  [
    'damageFound',
    'ledgermq_damage_found_total',
    'Times that files were not as they had been written.',
    ['kind'],
  ],
];

const histograms: readonly (readonly [BucketsField, string, string])[] = [
  ['appendMs', 'ledgermq_log_append_milliseconds', 'Time of one append of entries to the page cache.'],
  ['logSyncMs', 'ledgermq_log_sync_milliseconds', 'Time of one sync of the log.'],
  ['applyMs', 'ledgermq_apply_milliseconds', 'Time of applying the entries of one turn.'],
  ['checkpointMs', 'ledgermq_checkpoint_milliseconds', 'Time of one checkpoint of derived state.'],
  [
    'checkpointPauseMs',
    'ledgermq_checkpoint_pause_milliseconds',
    'Part of a checkpoint that holds everything else up.',
  ],
  ['snapshotMs', 'ledgermq_snapshot_milliseconds', 'Time of writing one snapshot.'],
  ['snapshotBytes', 'ledgermq_snapshot_bytes', 'Size of one snapshot.'],
];

/** Where RocketMQ's exporter has a name for it, it is that. */
const gauges: readonly (readonly [FigureField, string, string])[] = [
  ['logBytes', 'rocketmq_storage_size', 'Bytes of log held.'],
  ['flushBehindBytes', 'rocketmq_storage_flush_behind_bytes', 'Bytes of log that no sync has covered yet.'],
  [
    'dispatchBehindBytes',
    'rocketmq_storage_dispatch_behind_bytes',
    'Bytes of log that consumers cannot see yet.',
  ],
  ['applyLagEntries', 'ledgermq_apply_lag_entries', 'Entries committed and not yet applied.'],
  [
    'queueIndexLagEntries',
    'ledgermq_queue_index_lag_entries',
    'Entries applied and not yet part of a checkpoint.',
  ],
  [
    'coldCacheBytes',
    'ledgermq_cold_cache_bytes',
    'Memory that pieces of older log take after they were read.',
  ],
  ['keyIndexLagEntries', 'ledgermq_key_index_lag_entries', 'Entries applied and not yet in the key index.'],
];

const usages: readonly (readonly ['files' | 'setAside', 'files' | 'bytes', string, string])[] = [
  ['files', 'files', 'ledgermq_store_files', 'Files of a kind.'],
  ['files', 'bytes', 'ledgermq_store_file_bytes', 'Sum of the sizes of these files.'],
  ['setAside', 'files', 'ledgermq_set_aside_files', 'Files that were doubtful and were set aside.'],
  ['setAside', 'bytes', 'ledgermq_set_aside_bytes', 'Sum of the sizes of these files.'],
];

type Labels = Record<string, string>;

interface LabelledFigures {
  readonly labels: Labels;
  readonly figures: StoreFigures;
}

/** What Prometheus reads: made anew from the replicas each time that it asks. */
export class MetricsPage {
  readonly #options: MetricsPageOptions;
  readonly #registry: Registry = new Registry();
  /** The figures of this page, asked for once. */
  #figures: readonly LabelledFigures[] = [];
  #making: Promise<string> | null = null;

  constructor(options: MetricsPageOptions) {
    this.#options = options;
    this.#addCounters();
    this.#addEvents();
    this.#addHistograms();
    this.#addFigures();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Whoever asks while a page is being made gets that one. */
  text(): Promise<string> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #make(): Promise<string> {
    this.#figures = await Promise.all(
      this.#options.replicas().map(async (replica) => {
        return { labels: this.#labelsOf(replica), figures: await replica.storeFigures() };
      }),
    );
    return this.#registry.metrics();
  }

  #labelsOf({ brokerName }: MeasuredReplica): Labels {
    const { cluster, nodeId } = this.#options;
    return { cluster, node_type: 'broker', node_id: nodeId, broker_name: brokerName };
  }

  #addCounters(): void {
    const replicas = this.#options.replicas;
    const labelsOf = (replica: MeasuredReplica): Labels => this.#labelsOf(replica);
    for (const [field, name, help] of counters) {
      new Counter({
        name,
        help,
        labelNames: LABELS,
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const replica of replicas()) this.inc(labelsOf(replica), replica.storeTallies[field].value);
        },
      });
    }
  }

  #addEvents(): void {
    const replicas = this.#options.replicas;
    const labelsOf = (replica: MeasuredReplica): Labels => this.#labelsOf(replica);
    for (const [field, name, help, names] of events) {
      new Counter({
        name,
        help,
        labelNames: [...LABELS, ...names],
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const replica of replicas()) {
            for (const { words, tally } of replica.storeTallies[field].cases) {
              const said = Object.fromEntries(names.map((word, at) => [word, words[at] ?? '']));
              this.inc({ ...labelsOf(replica), ...said }, tally.value);
            }
          }
        },
      });
    }
  }

  #addHistograms(): void {
    for (const [field, name, help] of histograms) {
      const read = (): TalliedCase[] =>
        this.#options
          .replicas()
          .map((replica) => ({ labels: this.#labelsOf(replica), buckets: replica.storeTallies[field] }));
      this.#registry.registerMetric(new TalliedHistogram(name, help, read));
    }
  }

  #addFigures(): void {
    const figures = (): readonly LabelledFigures[] => this.#figures;
    for (const [field, name, help] of gauges) {
      new Gauge({
        name,
        help,
        labelNames: LABELS,
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const one of figures()) this.set(one.labels, one.figures[field]);
        },
      });
    }
    for (const [of, unit, name, help] of usages) {
      new Gauge({
        name,
        help,
        labelNames: [...LABELS, 'kind'],
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const { labels, figures: all } of figures()) {
            for (const [kind, usage] of Object.entries(all[of])) this.set({ ...labels, kind }, usage[unit]);
          }
        },
      });
    }
  }
}

const LABELS = ['cluster', 'node_type', 'node_id', 'broker_name'];

interface TalliedCase {
  readonly labels: Labels;
  readonly buckets: Buckets;
}

/** A histogram that others have counted: observing through the library would cost more than what is measured. */
class TalliedHistogram extends Histogram {
  readonly #metric: { readonly name: string; readonly help: string };
  readonly #read: () => TalliedCase[];

  constructor(name: string, help: string, read: () => TalliedCase[]) {
    super({ name, help, labelNames: LABELS, registers: [] });
    this.#metric = { name, help };
    this.#read = read;
  }

  override async get(): ReturnType<Histogram['get']> {
    const values = this.#read().flatMap(({ labels, buckets }) =>
      valuesOf(this.#metric.name, labels, buckets),
    );
    return { ...this.#metric, type: 'histogram', aggregator: 'sum', values } as unknown as Awaited<
      ReturnType<Histogram['get']>
    >;
  }

  /** The library asks here for the text form. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get();
  }
}

function valuesOf(name: string, labels: Labels, { bounds, counts, count, sum }: Buckets): readonly object[] {
  let below = 0;
  const values: object[] = bounds.map((bound, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: below };
  });
  values.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count });
  values.push({ metricName: `${name}_sum`, labels, value: sum });
  values.push({ metricName: `${name}_count`, labels, value: count });
  return values;
}

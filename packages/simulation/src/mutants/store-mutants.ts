import type { Mutant } from './mutant.ts';

const store = (file: string): string => `packages/store/dist/src/${file}.js`;

/** Bugs of durability and recovery. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'hard-state-not-synced',
    breaks: 'term and vote go to the page cache only',
    module: store('hard-state-file'),
    find: 'this.#slots.syncNow();',
    replace: '',
    expectedCheckers: ['one-vote', 'term-monotone'],
  },
  {
    name: 'fsync-error-ignored',
    breaks: 'a failed sync of the log counts as a good one',
    module: store('log-durability'),
    find: "throw this.fail('sync', error);",
    replace: 'void error;',
    expectedCheckers: ['committed-durable'],
  },
  {
    name: 'fsync-retried',
    breaks: 'a failed sync of the log is tried again, which succeeds without the lost pages',
    module: store('segment'),
    find: 'await this.#requireWriter().sync();',
    replace: 'await this.#requireWriter().sync().catch(() => this.#requireWriter().sync());',
    expectedCheckers: ['committed-durable'],
  },
  {
    name: 'segment-sealed-without-sync',
    breaks: 'a full segment is closed before its last bytes are synced',
    module: store('segment-log'),
    find: 'if (last.isDirty)\n            last.syncNow();\n        last.seal();',
    replace: 'last.seal();',
    expectedCheckers: ['committed-durable'],
  },
  {
    name: 'directory-not-synced',
    breaks: 'the name of a new segment is not made durable',
    module: store('log-durability'),
    find: 'if (nameChanges > this.#nameChangesSynced) {',
    replace: 'if (false) {',
    expectedCheckers: ['committed-durable'],
  },
  {
    name: 'mark-ahead-of-sync',
    breaks: 'the durable mark names what is not on the disk yet',
    module: store('log-durability'),
    find: 'const position = this.#reader.positionAt(Math.min(this.#committedIndex, this.#durableIndex));',
    replace: 'const position = this.#reader.positionAt(this.#segments.last()?.lastIndex ?? 0);',
    expectedCheckers: ['durable-mark', 'liveness'],
  },
  {
    name: 'uniq-keys-not-restored',
    breaks: 'the table of ids begins empty after a restart',
    module: store('derived-state'),
    find: 'UniqKeyTable.open(disk, directory, uniqKeyConfig(config), mark?.uniqKeys ?? null)',
    replace: 'UniqKeyTable.open(disk, directory, uniqKeyConfig(config), null)',
    expectedCheckers: ['no-duplicate', 'equal-state'],
  },
  {
    name: 'checkpoint-ahead-of-its-content',
    breaks: 'a checkpoint names one entry more than it contains',
    module: store('checkpoint'),
    find: 'mark: { appliedIndex, uniqKeys: keys },',
    replace: 'mark: { appliedIndex: appliedIndex + 1, uniqKeys: keys },',
    expectedCheckers: ['equal-state'],
  },
  {
    name: 'checkpoint-loses-a-row',
    breaks: 'a checkpoint leaves out the first changed row of the machine',
    module: store('checkpoint'),
    find: 'puts: [...puts],',
    replace: 'puts: puts.length > 1 ? puts.slice(1) : [...puts],',
    expectedCheckers: ['equal-state'],
  },
  {
    name: 'checkpoint-before-its-files',
    breaks: 'the state database refers to flat files that were not synced',
    module: store('checkpoint'),
    find: 'await Promise.all([queueIndex.sync(), uniqKeys.sync()]);',
    replace: 'await Promise.resolve();',
    expectedCheckers: ['equal-state', 'index-intact'],
  },
];

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
    expectedCheckers: ['vote-durable', 'one-vote'],
  },
  {
    name: 'fsync-error-ignored',
    breaks: 'a failed sync of the log counts as a good one',
    module: store('log-durability'),
    find: "throw this.fail('sync', error);",
    replace: 'void error;',
    expectedCheckers: ['acknowledged-durable', 'committed-durable'],
  },
  {
    name: 'fsync-retried',
    breaks: 'a failed sync of the log is tried again, which succeeds without the lost pages',
    module: store('segment'),
    find: 'await this.#requireWriter().sync();',
    replace: 'await this.#requireWriter().sync().catch(() => this.#requireWriter().sync());',
    expectedCheckers: ['acknowledged-durable', 'committed-durable'],
  },
  {
    name: 'segment-sealed-without-sync',
    breaks: 'a full segment is closed before its last bytes are synced',
    module: store('log-tail'),
    find: 'if (last.isDirty)\n            last.syncNow();\n        last.seal();',
    replace: 'last.seal();',
    expectedCheckers: ['acknowledged-durable', 'committed-durable'],
  },
  {
    name: 'directory-not-synced',
    breaks: 'the name of a new segment is not made durable',
    module: store('log-durability'),
    find: 'if (nameChanges > this.#nameChangesSynced) {',
    replace: 'if (false) {',
    expectedCheckers: ['acknowledged-durable', 'committed-durable'],
  },
  {
    name: 'recovered-tail-not-synced',
    breaks: 'what a killed process left in the page cache counts as durable after a restart',
    module: store('log-recovery'),
    find: 'this.#makeDurable(segment, mark);',
    replace: '',
    expectedCheckers: ['acknowledged-durable', 'committed-durable'],
  },
  {
    name: 'any-crc-error-truncates',
    breaks: 'the log is cut at the first damaged entry, whatever lies behind it and whatever the mark says',
    module: store('log-recovery'),
    find: 'this.#cutTornTail(segment, scan, mark);',
    replace:
      'segment.file().truncateNow(segment.offsetOf(scan.end.address)), (mark.range.upTo = scan.end);',
    expectedCheckers: ['vote-remembers', 'leader-completeness', 'committed-durable', 'convergence'],
  },
  {
    name: 'mark-ahead-of-sync',
    breaks: 'the durable mark names what is not on the disk yet',
    module: store('log-durability'),
    find: 'const proven = this.#reader.positionAt(Math.min(this.#committedIndex, this.#durableIndex));',
    replace: 'const proven = this.#reader.positionAt(this.#segments.last()?.lastIndex ?? 0);',
    expectedCheckers: ['durable-mark'],
  },
  {
    name: 'uniq-keys-not-restored',
    breaks: 'the table of ids begins empty after a restart',
    module: store('derived-state'),
    find: 'UniqKeyTable.open(disk, directory, uniqKeyConfig(config), mark?.uniqKeys ?? null)',
    replace: 'UniqKeyTable.open(disk, directory, uniqKeyConfig(config), null)',
    expectedCheckers: ['index-intact', 'duplicate'],
  },
  {
    name: 'checkpoint-ahead-of-its-content',
    breaks: 'a checkpoint names one entry more than it contains',
    module: store('checkpoint'),
    find: 'mark: { appliedIndex, uniqKeys: keys },',
    replace: 'mark: { appliedIndex: appliedIndex + 1, uniqKeys: keys },',
    expectedCheckers: ['index-intact', 'inconsistent-offsets'],
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
    find: 'await Promise.all([queueIndex.sync(), uniqKeys.sync(), syncedUpTo(appliedIndex)]);',
    replace: 'await Promise.resolve();',
    expectedCheckers: ['index-intact', 'equal-state'],
  },
];

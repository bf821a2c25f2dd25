import { continues, EntryKind, type Entry } from './entry.ts';
import { RaftError, invariant } from './errors.ts';
import { MembershipTrail } from './membership-trail.ts';
import { RecentEntries } from './recent-entries.ts';
import type { LogPosition, LogStorage } from './storage.ts';

export interface RaftLogOptions {
  readonly storage: LogStorage;
  /** Bytes of durable frames kept in memory. */
  readonly recentBytesMax: number;
  /** Highest index known to be committed, from the hard state. */
  readonly commitIndex: number;
  /** Highest index that the state machine has applied durably. */
  readonly appliedIndex: number;
}

/** Entries that were given to the driver, cut again before they were durable, and may still reach the disk. */
interface RevokedRun {
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** Bytes of entries read at a time when a log is opened. */
const SCAN_BYTES = 1_048_576;

export type AppendResult =
  | { readonly type: 'appended'; readonly lastIndex: number }
  | { readonly type: 'broken'; readonly index: number };

/**
 * The log as consensus sees it: what storage holds plus what is not there yet.
 *
 * Invariants: applied <= durable, applied <= commit <= last, durable <= handed <= last, where *handed* is the
 * last entry given to the driver for appending and *durable* the last one it reported back. Everything after
 * durable is in memory. Nothing at or below commit is ever cut.
 *
 * Storage is asynchronous, so a cut may hit entries that the driver is just writing. The report for them comes
 * later and could be mistaken for one about new entries with the same index and term, if the old suffix returns
 * under a third leader. Therefore no entries are handed out between such a cut and the report for the last entry
 * handed out before it: at any time only one entry per index is on its way to the disk.
 */
export class RaftLog {
  readonly #storage: LogStorage;
  readonly #recentBytesMax: number;
  #recent: RecentEntries;
  readonly #membership = new MembershipTrail();
  #last: LogPosition;
  #handed: number;
  #durable: number;
  #durableAddress: number;
  #revoked: RevokedRun | null = null;
  #commit: number;
  #commitAddress: number;
  #applied: number;
  #installing = false;

  constructor(options: RaftLogOptions) {
    this.#storage = options.storage;
    this.#recentBytesMax = options.recentBytesMax;
    this.#last = options.storage.lastPosition();
    const lastIndex = this.#last.index;
    if (options.appliedIndex > lastIndex || options.appliedIndex < options.storage.firstIndex() - 1) {
      throw new RaftError(
        'STATE_INVALID',
        `applied ${options.appliedIndex} lies outside a log up to ${lastIndex}`,
      );
    }
    this.#recent = new RecentEntries(lastIndex + 1);
    this.#handed = lastIndex;
    this.#durable = lastIndex;
    this.#durableAddress = this.#last.address;
    this.#applied = options.appliedIndex;
    this.#findMembership();
    const commitIndex = Math.max(options.commitIndex, options.appliedIndex, this.#membership.provenIndex);
    this.#commit = Math.min(commitIndex, lastIndex);
    this.#commitAddress = this.#endAddress(this.#commit);
  }

  get lastIndex(): number {
    return this.#last.index;
  }

  get lastTerm(): number {
    return this.#last.term;
  }

  /** Where the next entry starts and which hash it continues. */
  get last(): LogPosition {
    return this.#last;
  }

  get durableIndex(): number {
    return this.#durable;
  }

  get commitIndex(): number {
    return this.#commit;
  }

  /** Highest index handed out for applying. */
  get appliedIndex(): number {
    return this.#applied;
  }

  /** Whether the log holds a change of the members, committed or not, that is not applied. */
  get membershipPending(): boolean {
    return !this.#membership.empty;
  }

  /** Whether a committed change of the members is not applied. */
  get membershipUnapplied(): boolean {
    return this.#membership.upTo(this.#commit);
  }

  /** True from `beginInstall` to `restart`: the storage is being replaced, so nothing is handed out. */
  get installing(): boolean {
    return this.#installing;
  }

  get uncommittedBytes(): number {
    return this.#last.address - this.#commitAddress;
  }

  get unpersistedBytes(): number {
    return this.#last.address - this.#durableAddress;
  }

  /** Term of the entry `index`, null if the log does not reach there or starts later. */
  term(index: number): number | null {
    if (index === this.#last.index) return this.#last.term;
    if (index > this.#last.index || index < 0) return null;
    return this.#recent.at(index)?.term ?? this.#storage.term(index);
  }

  /** Whether the log holds an entry `index` of `term`. */
  matches(index: number, term: number): boolean {
    return this.term(index) === term;
  }

  /** Whether the log holds the entry `index` of `term` whose hash is `hash`. */
  holds(index: number, term: number, hash: number): boolean {
    return this.matches(index, term) && this.#position(index).hash === hash;
  }

  /** Whether a log that ends in (`index`, `term`) is at least as complete as this one (paper §5.4.1). */
  isUpToDate(index: number, term: number): boolean {
    return term > this.#last.term || (term === this.#last.term && index >= this.#last.index);
  }

  /**
   * The highest index at or below `index` whose term is at most `term`. Given a position in a foreign log, this
   * is the highest one at which both logs can agree, since terms never decrease along a log.
   */
  agreeIndex(index: number, term: number): number {
    let at = Math.min(index, this.#last.index);
    while (at > 0) {
      const own = this.term(at);
      if (own === null || own <= term) break;
      at--;
    }
    return at;
  }

  /** Entries from `from` on, at least one if there is any; null if the log starts later than `from`. */
  entries(from: number, entriesMax: number, bytesMax: number): readonly Entry[] | null {
    if (from > this.#last.index) return [];
    return this.#read(from, Math.min(this.#last.index + 1, from + entriesMax), bytesMax);
  }

  /** Whether the log holds the entry `index`, but not in its own memory. */
  isStored(index: number): boolean {
    return index < this.#recent.firstIndex && index >= this.#storage.firstIndex();
  }

  /**
   * As `entries`, for an entry that `isStored`: as many as storage has in memory. If it has none, then one entry is read
   * all the same: it may be that others always need the memory.
   */
  storedEntries(from: number, entriesMax: number, bytesMax: number): readonly Entry[] {
    const to = Math.min(this.#recent.firstIndex, from + entriesMax);
    const held = this.#storage.entriesInMemory(from, to, bytesMax);
    return held.length > 0 ? held : this.#storage.entries(from, from + 1, 0);
  }

  /** Adds an entry that the own leader made. */
  append(entry: Entry): void {
    invariant(this.#follows(entry), `entry ${entry.index} does not continue the log at ${this.#last.index}`);
    this.#push(entry);
  }

  /**
   * Adds a leader's entries after `prevIndex`, at which the logs agree. Entries already held are skipped, a
   * conflicting suffix is cut (paper, Figure 2, AppendEntries 3 and 4). `broken` means that the frames do not
   * chain; then nothing was changed.
   */
  appendFromLeader(prevIndex: number, entries: readonly Entry[]): AppendResult {
    let skip = 0;
    while (skip < entries.length) {
      const entry = entries[skip] as Entry;
      if (entry.index !== prevIndex + 1 + skip) return { type: 'broken', index: entry.index };
      if (this.term(entry.index) !== entry.term) break;
      skip++;
    }
    const lastIndex = prevIndex + entries.length;
    if (skip === entries.length) return { type: 'appended', lastIndex };
    const start = this.#position(prevIndex + skip);
    for (let i = skip; i < entries.length; i++) {
      const entry = entries[i] as Entry;
      const good = i === skip ? followsPosition(entry, start) : continues(entry, entries[i - 1] as Entry);
      if (!good) return { type: 'broken', index: entry.index };
    }
    if (start.index < this.#last.index) this.#truncateAfter(start);
    for (let i = skip; i < entries.length; i++) this.#push(entries[i] as Entry);
    return { type: 'appended', lastIndex };
  }

  /** Raises the commit index, which a snapshot that is being installed does anyway. Returns whether it moved. */
  commitTo(index: number): boolean {
    if (this.#installing || index <= this.#commit) return false;
    invariant(index <= this.#last.index, `commit ${index} is beyond the end of the log ${this.#last.index}`);
    this.#commit = index;
    this.#commitAddress = this.#endAddress(index);
    return true;
  }

  /**
   * The driver reports that the entry (`index`, `term`) and all before it are durable. Returns whether the
   * durable index moved. A report about entries that were cut counts only for the part before the cut.
   */
  persisted(index: number, term: number): boolean {
    const before = this.#durable;
    const revoked = this.#revoked;
    if (revoked !== null && index === revoked.lastIndex && term === revoked.lastTerm) {
      this.#revoked = null;
      this.#raiseDurable(this.#handed);
    } else if (index <= this.#handed && this.matches(index, term)) {
      this.#raiseDurable(index);
    }
    this.#evict();
    return this.#durable > before;
  }

  /** A snapshot is about to replace the log and everything that is on its way to the disk. */
  beginInstall(): void {
    this.#installing = true;
  }

  /**
   * A snapshot replaced the log, which now continues `position` and holds nothing. Reports about entries given to
   * the driver before may still come. They name no entry that can ever be in this log: one with the same index and
   * term would follow the snapshot's last entry, and then the log would have matched the snapshot.
   */
  restart(position: LogPosition): void {
    const { index } = position;
    invariant(
      index >= this.#commit,
      `a snapshot that ends at ${index} goes back behind commit ${this.#commit}`,
    );
    this.#recent = new RecentEntries(index + 1);
    this.#membership.cutBehind(0);
    this.#revoked = null;
    this.#last = position;
    this.#handed = index;
    this.#durable = index;
    this.#durableAddress = position.address;
    this.#commit = index;
    this.#commitAddress = position.address;
    this.#applied = index;
    this.#installing = false;
  }

  /** Whether there are entries for the driver to append. */
  hasUnhanded(): boolean {
    return !this.#installing && this.#revoked === null && this.#handed < this.#last.index;
  }

  /** Hands out the entries to append, each once. */
  takeUnhanded(): readonly Entry[] {
    if (!this.hasUnhanded()) return [];
    const from = this.#handed + 1;
    this.#handed = this.#last.index;
    return this.#recent.range(from, this.#last.index + 1, Infinity, Infinity);
  }

  /** Whether there are entries to apply: committed, and durable here so that the machine never leads its log. */
  hasCommitted(): boolean {
    return !this.#installing && this.#applied < Math.min(this.#commit, this.#durable);
  }

  /** Hands out entries to apply, each once and in order. */
  takeCommitted(bytesMax: number): readonly Entry[] {
    if (!this.hasCommitted()) return [];
    const entries = this.#read(this.#applied + 1, Math.min(this.#commit, this.#durable) + 1, bytesMax);
    if (entries === null)
      throw new RaftError('LOG_COMPACTED', `entry ${this.#applied + 1} is gone, not applied`);
    this.#applied += entries.length;
    this.#membership.appliedTo(this.#applied);
    return entries;
  }

  checkInvariants(): void {
    const last = this.#last.index;
    invariant(this.#applied <= this.#commit && this.#commit <= last, 'log: not applied <= commit <= last');
    invariant(this.#applied <= this.#durable, 'log: applied is beyond durable');
    invariant(this.#durable <= this.#handed && this.#handed <= last, 'log: not durable <= handed <= last');
    invariant(this.#recent.firstIndex <= this.#durable + 1, 'log: an entry that is not durable left memory');
    invariant(
      this.#recent.firstIndex + this.#recent.count === last + 1,
      'log: memory does not reach the end',
    );
    let previous: Entry | null = null;
    for (let index = this.#recent.firstIndex; index <= last; index++) {
      const entry = this.#recent.at(index) as Entry;
      invariant(previous === null || continues(entry, previous), `log: entry ${index} does not chain`);
      previous = entry;
    }
  }

  /** Entries that are not applied are few: the driver applies them next. */
  #findMembership(): void {
    let from = this.#applied + 1;
    while (from <= this.#last.index) {
      const entries = this.#storage.entries(from, this.#last.index + 1, SCAN_BYTES);
      for (const { kind, index } of entries) if (kind === EntryKind.Membership) this.#membership.add(index);
      from += entries.length;
    }
  }

  #follows(entry: Entry): boolean {
    return followsPosition(entry, this.#last);
  }

  #push(entry: Entry): void {
    this.#recent.append(entry);
    if (entry.kind === EntryKind.Membership) this.#membership.add(entry.index);
    this.#last = endOf(entry);
    this.#evict();
  }

  #evict(): void {
    this.#recent.evict(this.#durable, this.#recentBytesMax);
  }

  #truncateAfter(position: LogPosition): void {
    invariant(
      position.index >= this.#commit,
      `a leader asks to cut entry ${position.index + 1}, but ${this.#commit} is committed`,
    );
    if (this.#revoked === null && this.#handed > position.index && this.#handed > this.#durable) {
      this.#revoked = { lastIndex: this.#handed, lastTerm: this.term(this.#handed) as number };
    }
    this.#handed = Math.min(this.#handed, position.index);
    if (this.#durable > position.index) {
      this.#durable = position.index;
      this.#durableAddress = position.address;
    }
    this.#recent.truncateFrom(position.index + 1);
    this.#membership.cutBehind(position.index);
    this.#last = position;
  }

  #raiseDurable(index: number): void {
    if (index <= this.#durable) return;
    this.#durable = index;
    this.#durableAddress = this.#endAddress(index);
  }

  #endAddress(index: number): number {
    return this.#position(index).address;
  }

  #position(index: number): LogPosition {
    if (index === this.#last.index) return this.#last;
    const entry = this.#recent.at(index);
    if (entry !== undefined) return endOf(entry);
    const position = this.#storage.positionAt(index);
    invariant(position !== null, `the log has no position ${index}`);
    return position;
  }

  #read(from: number, to: number, bytesMax: number): readonly Entry[] | null {
    if (from >= this.#recent.firstIndex) return this.#recent.range(from, to, Infinity, bytesMax);
    if (from < this.#storage.firstIndex()) return null;
    return this.#storage.entries(from, Math.min(to, this.#recent.firstIndex), bytesMax);
  }
}

function endOf(entry: Entry): LogPosition {
  return {
    index: entry.index,
    term: entry.term,
    address: entry.address + entry.frame.length,
    hash: entry.hash,
  };
}

function followsPosition(entry: Entry, position: LogPosition): boolean {
  return (
    entry.index === position.index + 1 &&
    entry.address === position.address &&
    entry.prevHash === position.hash &&
    entry.term >= position.term
  );
}

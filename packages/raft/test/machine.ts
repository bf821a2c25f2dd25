import {
  EntryKind,
  configurationOf,
  decodeConfiguration,
  entryBody,
  type ConfigurationState,
  type Entry,
  type SnapshotMeta,
} from '../src/index.ts';

/** A snapshot as a member keeps it: the state is the list of all entries applied. */
export interface KeptSnapshot {
  readonly meta: SnapshotMeta;
  readonly applied: readonly Entry[];
}

/** The replicated state of one member: everything it applied, and the configuration after each change. */
export class Machine {
  readonly #initial: ConfigurationState;
  #applied: Entry[] = [];
  #configurations: { readonly index: number; readonly state: ConfigurationState }[] = [];
  /** Oldest first. */
  snapshots: KeptSnapshot[] = [];

  constructor(voters: readonly string[]) {
    this.#initial = configurationOf(voters);
  }

  /** `applied[i]` is the entry i + 1. */
  get applied(): readonly Entry[] {
    return this.#applied;
  }

  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#applied.push(entry);
      if (entry.kind !== EntryKind.Membership) continue;
      this.#configurations.push({ index: entry.index, state: decodeConfiguration(entryBody(entry)) });
    }
  }

  /** The configuration after the entry `index`. */
  configurationAt(index: number): ConfigurationState {
    return this.#configurations.findLast((change) => change.index <= index)?.state ?? this.#initial;
  }

  /** Only what was applied up to `index` is left. */
  cutTo(index: number): void {
    this.#applied.length = index;
    this.#configurations = this.#configurations.filter((change) => change.index <= index);
  }

  install(snapshot: KeptSnapshot): void {
    this.#applied = [];
    this.#configurations = [];
    this.apply(snapshot.applied);
    this.snapshots = [snapshot];
  }

  lose(): void {
    this.cutTo(0);
    this.snapshots = [];
  }
}

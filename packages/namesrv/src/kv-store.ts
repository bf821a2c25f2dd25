/** Where a name server keeps its key-value settings over a restart. */
export interface KvStore {
  /**
   * The stored value, `{}` when there is none. One that cannot be read is set aside under a name made with `now`
   * (ms since 1970), which `setAside` tells.
   */
  load(now: number): { readonly value: unknown; readonly setAside: string | null };
  /** Keeps the value, durably when it returns; whatever happens, the old or the new one is found later. */
  save(value: unknown): void;
}

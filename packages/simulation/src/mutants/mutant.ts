/** A line of a compiled module that is changed. */
export interface Edit {
  /** The compiled module, as a path from the root of the repository. */
  readonly module: string;
  /** Text that occurs exactly once in that module. */
  readonly find: string;
  readonly replace: string;
}

/**
 * One bug, planted by changing a line of a compiled module while it is loaded. The product has no switch for it: a process
 * that does not ask for a mutant runs the files as they are.
 */
export interface Mutant extends Edit {
  readonly name: string;
  /** What goes wrong, in one sentence. */
  readonly breaks: string;
  /** Safeguards that would keep the bug from doing anything, to be taken away with it. */
  readonly also?: readonly Edit[];
  /** Checks of which any is expected to see it; for the reader, whatever check sees it counts. */
  readonly expectedCheckers: readonly string[];
}

/** Everything that is changed for a mutant. */
export function editsOf(mutant: Mutant): readonly Edit[] {
  return [mutant, ...(mutant.also ?? [])];
}

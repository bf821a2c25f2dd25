/**
 * One bug, planted by changing a line of a compiled module while it is loaded. The product has no switch for it: a process
 * that does not ask for a mutant runs the files as they are.
 */
export interface Mutant {
  readonly name: string;
  /** What goes wrong, in one sentence. */
  readonly breaks: string;
  /** The compiled module, as a path from the root of the repository. */
  readonly module: string;
  /** Text that occurs exactly once in that module. */
  readonly find: string;
  readonly replace: string;
  /** Checks of which any is expected to see it; for the reader, whatever check sees it counts. */
  readonly expectedCheckers: readonly string[];
}

/** Sets with fewer seeds than this are too small to expect every mark. */
export const REQUIRED_FROM_SEEDS = 100;

/**
 * What a set of at least `REQUIRED_FROM_SEEDS` seeds must have seen: every kind of fault, and the code that only rare events
 * reach. A set that misses one does not test what it claims to, and fails.
 */
export const requiredMarks: readonly string[] = [];

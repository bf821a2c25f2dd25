/**
 * A 32-bit check over a chain of 32-bit words, cheap enough to be kept up to date with every unit appended.
 * It is the body of MurmurHash3_x86_32 without its finalizer: for a given word the step is a bijection of the
 * check, and for a given check a bijection of the word, so a change of any single word always shows.
 */

/** The check of an empty chain. Not zero, so that a run of zero words does not check out as itself. */
export const WORD_CHECK_SEED = 0x4c4d5149;

/** The check after one more word. Takes and returns a signed or unsigned 32-bit number; returns it signed. */
export function extendCheck(check: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = (mixed << 15) | (mixed >>> 17);
  const turned = check ^ Math.imul(mixed, 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

/** The check of `count` words from `at`, continuing `check`. */
export function checkWords(words: Uint32Array, at: number, count: number, check: number): number {
  let result = check;
  for (let index = at; index < at + count; index += 1) result = extendCheck(result, words[index] ?? 0);
  return result;
}

/** Checks over runs of zero words by their length, as far as they were ever asked for. */
const zeroChecks: number[] = [WORD_CHECK_SEED];

/** The check of a chain of `count` zero words. */
export function checkZeros(count: number): number {
  for (let at = zeroChecks.length; at <= count; at += 1)
    zeroChecks.push(extendCheck(zeroChecks[at - 1] ?? 0, 0));
  return zeroChecks[count] ?? WORD_CHECK_SEED;
}

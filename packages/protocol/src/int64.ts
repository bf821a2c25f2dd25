import type { Buffer } from 'node:buffer';

const WORD = 0x1_0000_0000;
/** The high words of safe integers: -2^53 < value < 2^53. */
const HIGH_MIN = -0x20_0000;
const HIGH_MAX = 0x1f_ffff;

/**
 * Big-endian int64 as a JS number, without a BigInt in between; NaN when it is not a safe integer.
 *
 * The caller turns NaN into its own typed error, since only it knows which field was read.
 */
export function readInt64(source: Buffer, at: number): number {
  const high = source.readInt32BE(at);
  if (high < HIGH_MIN || high > HIGH_MAX) return Number.NaN;
  const value = high * WORD + source.readUInt32BE(at + 4);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Writes a safe integer; the sign extends into the high word. */
export function writeInt64(target: Buffer, at: number, value: number): void {
  target.writeInt32BE(Math.floor(value / WORD), at);
  target.writeInt32BE(value | 0, at + 4);
}

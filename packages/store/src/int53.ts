/**
 * Non-negative safe integers as two little-endian 32-bit words, low word first: the form in which offsets,
 * addresses and times stand in the flat files and in the records of the state database.
 */

export const INT53_BYTES = 8;
export const WORD_RANGE = 4_294_967_296;

export function writeInt53(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value >>> 0, at);
  buffer.writeUInt32LE(Math.floor(value / WORD_RANGE), at + 4);
}

/** Returns null for a value above 2^53 - 1, which only damaged bytes can hold. */
export function readInt53(buffer: Buffer, at: number): number | null {
  const value = buffer.readUInt32LE(at + 4) * WORD_RANGE + buffer.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : null;
}

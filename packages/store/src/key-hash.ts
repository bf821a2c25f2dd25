/**
 * Hash of a topic and a key for the key index: FNV-1a over the bytes of `topic#key`, then the finalizer of MurmurHash3,
 * so that keys that differ in their last digits do not share slots. Collisions are harmless: what is found is compared.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SEPARATOR = 0x23;

/** The part of the hash that all keys of a topic have in common. */
export function hashTopic(source: Buffer, at: number, bytes: number): number {
  return Math.imul(hashBytes(FNV_OFFSET, source, at, bytes) ^ SEPARATOR, FNV_PRIME);
}

/** The hash of a key of the topic with that hash; unsigned 32 bits. */
export function hashKeyOfTopic(topicHash: number, source: Buffer, at: number, bytes: number): number {
  let hash = hashBytes(topicHash, source, at, bytes);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hashBytes(seed: number, source: Buffer, at: number, bytes: number): number {
  let hash = seed;
  for (let i = at; i < at + bytes; i += 1) hash = Math.imul(hash ^ (source[i] as number), FNV_PRIME);
  return hash;
}

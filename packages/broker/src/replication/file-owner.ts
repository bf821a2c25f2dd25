import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/**
 * By this number the files of a replica say whose they are, so that a file of another group or member is never taken for its
 * own; never 0, which stands for nobody.
 */
export function fileOwner(brokerName: string, memberId: string): number {
  return crc32(Buffer.from(`${brokerName}/${memberId}`)) || 1;
}

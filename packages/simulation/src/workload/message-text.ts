import { crc32 } from 'node:zlib';

/**
 * The content of a simulated message follows from its id, so that whoever reads one can tell whether it is the one that
 * was sent: the id, a blank, and letters.
 */
export function messageText(id: string, bytes: number): string {
  const letter = String.fromCharCode(97 + (crc32(id) % 26));
  return `${id} ${letter.repeat(Math.max(0, bytes - id.length - 1))}`;
}

/** The id in a body; null when it is none that `messageText` makes. */
export function idOfText(body: Buffer): string | null {
  const text = body.toString('latin1');
  const at = text.indexOf(' ');
  if (at <= 0) return null;
  const id = text.slice(0, at);
  return messageText(id, body.length) === text ? id : null;
}

export interface FloorFrame {
  readonly header: Buffer;
  readonly body: Buffer;
}

/** Cuts length-prefixed remoting frames out of `input`; what is left over comes back as `rest`. */
export function takeFrames(input: Buffer): { frames: FloorFrame[]; rest: Buffer | null } {
  const frames: FloorFrame[] = [];
  let at = 0;
  while (input.length - at >= 8) {
    const total = input.readUInt32BE(at);
    if (input.length - at < 4 + total) break;
    const headerBytes = input.readUInt32BE(at + 4) & 0xffffff;
    const headerEnd = at + 8 + headerBytes;
    frames.push({
      header: input.subarray(at + 8, headerEnd),
      body: input.subarray(headerEnd, at + 4 + total),
    });
    at += 4 + total;
  }
  return { frames, rest: at === input.length ? null : input.subarray(at) };
}

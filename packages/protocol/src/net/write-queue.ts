/** Frames below this size are copied into a joined buffer; a larger one is cheaper to hand over as it is. */
const JOIN_FRAME_BYTES_MAX = 16 * 1024;
/** A joined buffer grows to at most this size; what follows starts the next one. */
const JOINED_BYTES_MAX = 256 * 1024;

const WITHDRAWN = Buffer.alloc(0);

/**
 * Frames waiting to leave, in order. Every frame has a sequence number, so that the fate of one frame
 * (still here, or handed to the socket) can be told later without a record per frame.
 */
export class WriteQueue {
  #frames: Buffer[] = [];
  #bytes = 0;
  #pushed = 0;
  #taken = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return this.#bytes === 0;
  }

  /** Append a frame; the queue keeps the buffer itself. Returns its sequence number. */
  push(frame: Buffer): number {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    this.#pushed += 1;
    return this.#pushed;
  }

  /** True when the frame with this sequence number is still waiting here. */
  holds(sequence: number): boolean {
    return sequence > this.#taken;
  }

  /** Take back a frame that has not left. False when it is too late. */
  withdraw(sequence: number): boolean {
    if (!this.holds(sequence)) return false;
    const at = sequence - this.#taken - 1;
    const frame = this.#frames[at];
    if (frame === undefined) return false;
    this.#bytes -= frame.length;
    this.#frames[at] = WITHDRAWN;
    return true;
  }

  /** Everything waiting, joined into as few buffers as the size limits allow; the queue is empty afterwards. */
  takeAll(): Buffer[] {
    const frames = this.#frames;
    const bytes = this.#bytes;
    this.#taken = this.#pushed;
    this.#bytes = 0;
    this.#frames = [];
    if (bytes === 0) return [];
    return frames.length === 1 ? frames : joinFrames(frames);
  }
}

function joinFrames(frames: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  let runBytes = 0;
  for (let i = 0; i < frames.length; i += 1) {
    const length = frames[i]!.length;
    if (length <= JOIN_FRAME_BYTES_MAX && runBytes + length <= JOINED_BYTES_MAX) {
      runBytes += length;
      continue;
    }
    if (runBytes > 0) pieces.push(joinRun(frames, from, i, runBytes));
    if (length > JOIN_FRAME_BYTES_MAX) {
      pieces.push(frames[i]!);
      from = i + 1;
      runBytes = 0;
    } else {
      from = i;
      runBytes = length;
    }
  }
  if (runBytes > 0) pieces.push(joinRun(frames, from, frames.length, runBytes));
  return pieces;
}

function joinRun(frames: readonly Buffer[], from: number, to: number, bytes: number): Buffer {
  if (to - from === 1) return frames[from]!;
  const joined = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (let i = from; i < to; i += 1) {
    const frame = frames[i]!;
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}

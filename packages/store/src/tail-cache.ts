/**
 * The newest bytes of the log, by log address, in one ring that never grows. Reads inside of it touch no file.
 * Invariant: the ring holds exactly the addresses start() .. end()-1, and end() - start() <= its size.
 */
export class TailCache {
  readonly #ring: Buffer;
  #start: number;
  #end: number;

  /** @param address where the first appended byte will lie. */
  constructor(bytes: number, address: number) {
    // Not from the shared pool, and not zeroed: pages are touched as the ring fills.
    this.#ring = Buffer.allocUnsafeSlow(bytes);
    this.#start = address;
    this.#end = address;
  }

  /** Bytes that the ring can hold. */
  get capacity(): number {
    return this.#ring.length;
  }

  start(): number {
    return this.#start;
  }

  end(): number {
    return this.#end;
  }

  /** Copy `bytes` in at end(); the oldest bytes make room. Larger than the ring: only its end is kept. */
  append(bytes: Buffer): void {
    const end = this.#end + bytes.length;
    const kept = bytes.length > this.capacity ? bytes.subarray(bytes.length - this.capacity) : bytes;
    const at = (end - kept.length) % this.capacity;
    const first = Math.min(kept.length, this.capacity - at);
    kept.copy(this.#ring, at, 0, first);
    if (first < kept.length) kept.copy(this.#ring, 0, first);
    this.#start = Math.max(this.#start, end - this.capacity);
    this.#end = end;
  }

  /** Forget everything from `address` on. */
  cut(address: number): void {
    this.#end = Math.min(this.#end, Math.max(address, 0));
    this.#start = Math.min(this.#start, this.#end);
  }

  /** Forget everything; the next byte appended lies at `address`. */
  reset(address: number): void {
    this.#start = address;
    this.#end = address;
  }

  holds(address: number, bytes: number): boolean {
    return address >= this.#start && address + bytes <= this.#end;
  }

  /** Copy a held range out. */
  copy(address: number, bytes: number, target: Buffer, at: number): void {
    const from = address % this.capacity;
    const first = Math.min(bytes, this.capacity - from);
    this.#ring.copy(target, at, from, from + first);
    if (first < bytes) this.#ring.copy(target, at + first, 0, bytes - first);
  }

  /** Views of a held range (two if it wraps), good until the next append: for writing it out at once. */
  views(address: number, bytes: number): Buffer[] {
    const from = address % this.capacity;
    const first = Math.min(bytes, this.capacity - from);
    const views = [this.#ring.subarray(from, from + first)];
    if (first < bytes) views.push(this.#ring.subarray(0, bytes - first));
    return views;
  }
}

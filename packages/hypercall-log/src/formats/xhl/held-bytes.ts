/** Bytes of a file that came and are not taken yet: the same memory serves all of a file, as long as its fields are not longer. */
export class HeldBytes {
  private room = new Uint8Array(0);
  private first = 0;
  private end = 0;

  /** How many there are. */
  get length(): number {
    return this.end - this.first;
  }

  /** The bytes; good until the next are added. */
  get bytes(): Uint8Array {
    return this.room.subarray(this.first, this.end);
  }

  /** Keeps a copy of bytes behind those that are held. */
  add(bytes: Uint8Array): void {
    if (this.end + bytes.length > this.room.length) {
      const held = this.length;
      const size = held + bytes.length;
      // Half of it is left, so that what is held need not move often.
      const to = 2 * size > this.room.length ? new Uint8Array(2 * size) : this.room;
      to.set(this.bytes);
      this.room = to;
      this.first = 0;
      this.end = held;
    }
    this.room.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Takes the first `count` of them away. */
  drop(count: number): void {
    this.first += count;
  }
}

/**
 * Follows one JSON object through pieces of text that come one after the other, and finds its end. It knows texts and
 * brackets only: whether the object is JSON at all is found out when it is whole.
 */
export class JsonObjectText {
  /** What has come so far. */
  text = "";
  private depth = 0;
  private inText = false;
  private escaped = false;

  /** Whether an object has begun and not ended. */
  get isOpen(): boolean {
    return this.text !== "";
  }

  /** Takes a piece; the object's whole text where it ends in it, else null. What follows the end is left out. */
  add(piece: string): string | null {
    for (let i = 0; i < piece.length; i++) {
      if (!this.step(piece.charCodeAt(i))) continue;
      const whole = this.text + piece.slice(0, i + 1);
      this.drop();
      return whole;
    }
    this.text += piece;
    return null;
  }

  /** Forgets what has come so far. */
  drop(): void {
    this.text = "";
    this.depth = 0;
    this.inText = false;
    this.escaped = false;
  }

  /** True where this character ends the object. */
  private step(code: number): boolean {
    if (this.inText) {
      if (this.escaped) this.escaped = false;
      else if (code === 0x5c) this.escaped = true;
      else if (code === 0x22) this.inText = false;
      return false;
    }
    if (code === 0x22) this.inText = true;
    else if (code === 0x7b || code === 0x5b) this.depth++;
    else if (code === 0x7d || code === 0x5d) return --this.depth === 0;
    return false;
  }
}

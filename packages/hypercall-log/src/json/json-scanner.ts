import { type KeyTable, UNUSUAL_KEY } from "./key-table.ts";

const TAB = 9;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const BACKSLASH = 92;
const LOWER_X = 120;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
const TWO_POW_32 = 4294967296;
/** Decimal digits that a double surely holds. */
const SAFE_DIGITS = 15;
/** Characters of a decimal that is converted here. */
const DECIMAL_CHARACTERS_MAX = 40;

/** Thrown where a text is not of the usual form, right or wrong: the general reader decides. */
export const UNUSUAL = new Error("unusual line");

/** Value of a hex digit by its byte, -1 for other bytes. */
export const HEX_VALUE = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const lower = digit.toString(16);
  HEX_VALUE[lower.charCodeAt(0)] = digit;
  HEX_VALUE[lower.toUpperCase().charCodeAt(0)] = digit;
}

/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * Reads JSON tokens straight from bytes. The text must end with a newline, which no token can hold: that is the only
 * bound that the loops need. What it accepts is valid JSON; what it does not throws UNUSUAL.
 */
export class JsonScanner {
  protected bytes: Uint8Array = new Uint8Array(0);
  protected view: DataView = new DataView(this.bytes.buffer);
  protected pos = 0;
  /** The integer read last. */
  protected low = 0;
  protected high = 0;

  /** The text to read from now on. */
  protected setText(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Finds the key whose opening quote should be at `p`, and steps to its value: code of the key, or UNKNOWN_KEY.
   * `previous`: code of the key before it, -1 at first.
   */
  protected key(keys: KeyTable, p: number, previous: number): number {
    const guess = keys.guess(this.view, p, previous);
    if (guess >= 0) {
      const at = keys.end;
      this.pos = this.bytes[at] === SPACE ? this.skipBlanks(at) : at;
      return guess;
    }
    if (this.bytes[p] !== QUOTE) throw UNUSUAL;
    const code = keys.find(this.bytes, p + 1, previous);
    if (code === UNUSUAL_KEY) throw UNUSUAL;
    this.toValue(keys.end);
    return code;
  }

  /** Steps into the object at `pos`: index of its first key, or -1 where it has none and `pos` is behind it. */
  protected firstKey(): number {
    if (this.bytes[this.pos] !== OPENING_BRACE) throw UNUSUAL;
    const p = this.skipBlanks(this.pos + 1);
    if (this.bytes[p] !== CLOSING_BRACE) return p;
    this.pos = p + 1;
    return -1;
  }

  /** Behind a member's value: index of the next key, or -1 where the object has ended and `pos` is behind it. */
  protected nextKey(): number {
    const { bytes } = this;
    let p = this.pos;
    if (bytes[p] <= SPACE) p = this.skipBlanks(p);
    if (bytes[p] === CLOSING_BRACE) {
      this.pos = p + 1;
      return -1;
    }
    if (bytes[p] !== COMMA) throw UNUSUAL;
    p++;
    return bytes[p] === SPACE ? this.skipBlanks(p) : p;
  }

  /** Index of the next byte from `p` on that is no blank. */
  protected skipBlanks(p: number): number {
    const { bytes } = this;
    let byte = bytes[p];
    while (byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN) byte = bytes[++p];
    return p;
  }

  /** Steps over the colon after a key that ends before `p`, to the value. */
  private toValue(p: number): void {
    const { bytes } = this;
    if (bytes[p] !== COLON) {
      p = this.skipBlanks(p);
      if (bytes[p] !== COLON) throw UNUSUAL;
    }
    p++;
    this.pos = bytes[p] === SPACE ? this.skipBlanks(p) : p;
  }

  /** Reads a number or a text in hex or decimal into `low` and `high`. */
  protected integer(signed: boolean): void {
    const { bytes } = this;
    let p = this.pos;
    let byte = bytes[p];
    if (byte === QUOTE) {
      if (bytes[p + 1] === ZERO && bytes[p + 2] === LOWER_X) this.quotedHex(p + 3);
      else this.quotedDecimal(p + 1);
      return;
    }
    const negative = byte === MINUS;
    if (negative) {
      if (!signed) throw UNUSUAL;
      byte = bytes[++p];
    }
    const first = p;
    let value = 0;
    let digit = byte - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    if (p === first || p - first > SAFE_DIGITS || (bytes[first] === ZERO && p - first > 1)) throw UNUSUAL;
    this.pos = p;
    if (negative) value = -value;
    this.low = value | 0;
    this.high = value >= 0 && value < TWO_POW_32 ? 0 : Math.floor(value / TWO_POW_32) | 0;
  }

  /** As `integer`, for a value that must be below 2^31. */
  protected small(): number {
    this.integer(false);
    if (this.high !== 0 || this.low < 0) throw UNUSUAL;
    return this.low;
  }

  /** The integer read last, unsigned. */
  protected get unsigned(): number {
    return (this.high >>> 0) * TWO_POW_32 + (this.low >>> 0);
  }

  private quotedDecimal(p: number): void {
    const { bytes } = this;
    const first = p;
    let value = 0;
    let digit = bytes[p] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    if (p === first || p - first > SAFE_DIGITS || bytes[p] !== QUOTE) throw UNUSUAL;
    this.pos = p + 1;
    this.low = value | 0;
    this.high = Math.floor(value / TWO_POW_32) | 0;
  }

  private quotedHex(p: number): void {
    const { bytes } = this;
    let leading = 0;
    let value = 0;
    let digit = HEX_VALUE[bytes[p]];
    const first = p;
    while (digit >= 0 && p - first < 8) {
      value = (value << 4) | digit;
      digit = HEX_VALUE[bytes[++p]];
    }
    if (p === first) throw UNUSUAL;
    if (digit >= 0) {
      const second = p;
      leading = value;
      value = 0;
      while (digit >= 0 && p - second < 8) {
        value = (value << 4) | digit;
        digit = HEX_VALUE[bytes[++p]];
      }
      const bits = 4 * (p - second);
      if (bits < 32) {
        value |= leading << bits;
        leading >>>= 32 - bits;
      }
    }
    if (bytes[p] !== QUOTE) throw UNUSUAL;
    this.pos = p + 1;
    this.low = value;
    this.high = leading | 0;
  }

  /** Reads a number without exponent, correctly rounded. */
  protected decimal(): number {
    const { bytes } = this;
    let p = this.pos;
    const first = p;
    let value = 0;
    let digit = bytes[p] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - ZERO;
    }
    if (p === first || (p - first > 1 && bytes[first] === ZERO)) throw UNUSUAL;
    let fraction = 0;
    if (bytes[p] === DOT) {
      const point = p;
      digit = bytes[++p] - ZERO;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = bytes[++p] - ZERO;
      }
      fraction = p - point - 1;
      if (fraction === 0) throw UNUSUAL;
    }
    this.pos = p;
    if (fraction === 0 && value <= Number.MAX_SAFE_INTEGER) return value;
    // Where both parts are exact, their quotient is the correctly rounded decimal.
    if (value <= Number.MAX_SAFE_INTEGER && fraction < POWERS_OF_TEN.length)
      return value / POWERS_OF_TEN[fraction];
    if (p - first > DECIMAL_CHARACTERS_MAX) throw UNUSUAL;
    return Number(String.fromCharCode(...bytes.subarray(first, p)));
  }

  /** Index after the text's last byte; the text begins at `pos`, its quote aside. Leaves `pos` behind the text. */
  protected text(): number {
    const { bytes } = this;
    let p = this.pos;
    if (bytes[p] !== QUOTE) throw UNUSUAL;
    let byte = bytes[++p];
    while (byte !== QUOTE) {
      if (byte === BACKSLASH || byte < SPACE) throw UNUSUAL;
      byte = bytes[++p];
    }
    this.pos = p + 1;
    return p;
  }

  /** Steps over a value of a member that nobody reads. */
  protected skipValue(): void {
    const byte = this.bytes[this.pos];
    if (byte === QUOTE) this.text();
    else if (byte === MINUS || (byte >= ZERO && byte < COLON)) this.skipNumber();
    else if (byte === 0x74) this.skipWord("true");
    else if (byte === 0x66) this.skipWord("false");
    else if (byte === 0x6e) this.skipWord("null");
    else throw UNUSUAL;
  }

  private skipWord(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.pos + i] !== word.charCodeAt(i)) throw UNUSUAL;
    }
    this.pos += word.length;
  }

  private skipNumber(): void {
    const { bytes } = this;
    let p = this.pos;
    if (bytes[p] === MINUS) p++;
    const first = p;
    p = this.skipDigits(p);
    if (bytes[first] === ZERO && p - first > 1) throw UNUSUAL;
    if (bytes[p] === DOT) p = this.skipDigits(p + 1);
    if (bytes[p] === 0x65 || bytes[p] === 0x45) {
      p++;
      if (bytes[p] === PLUS || bytes[p] === MINUS) p++;
      p = this.skipDigits(p);
    }
    this.pos = p;
  }

  private skipDigits(p: number): number {
    const first = p;
    while (this.bytes[p] >= ZERO && this.bytes[p] < COLON) p++;
    if (p === first) throw UNUSUAL;
    return p;
  }
}

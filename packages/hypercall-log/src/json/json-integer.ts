const MASK_64 = (1n << 64n) - 1n;
const TWO_POW_32 = 4294967296;
/** Characters beyond which a text is taken for no integer at all. */
const CHARACTERS_MAX = 64;
/** Characters of a hex text that is below 2^53 whatever its digits. */
const SHORT_HEX = 15;
const HEX_DIGIT = /[0-9a-fA-F]/;
/** Digits beyond which a text cannot be a 64-bit integer, leading zeros aside. */
const DIGITS_MAX = 20;

/** Reads integers of JSON values: numbers up to 2^53, or texts in hex or decimal up to 64 bits. */
export class JsonInteger {
  /** The value as two words, negative ones in two's complement. */
  low = 0;
  high = 0;

  /** The value, unsigned: exact below 2^53. */
  get number(): number {
    return (this.high >>> 0) * TWO_POW_32 + (this.low >>> 0);
  }

  /** The value as a signed one: exact within 2^53. */
  get signedNumber(): number {
    return this.high * TWO_POW_32 + (this.low >>> 0);
  }

  /** Takes a value. Returns what is wrong with it, or null. */
  read(value: unknown, signed: boolean): string | null {
    if (typeof value === "number") return this.readNumber(value, signed);
    if (typeof value === "string") return this.readText(value, signed);
    return `expected an integer, not ${describe(value)}`;
  }

  private readNumber(value: number, signed: boolean): string | null {
    if (!Number.isFinite(value)) return "number too large";
    if (!Number.isInteger(value)) return `${value} is not an integer`;
    if (value < 0 && !signed) return `${value} is negative`;
    if (!Number.isSafeInteger(value)) return "a number above 2^53 is not exact: write it as a string";
    this.low = value | 0;
    this.high = Math.floor(value / TWO_POW_32) | 0;
    return null;
  }

  private readText(text: string, signed: boolean): string | null {
    if (text.length <= SHORT_HEX && text.startsWith("0x")) {
      // Most texts are short hex, which Number reads exactly; what is none is NaN, but for blanks behind it.
      const short = Number(text);
      if (!Number.isNaN(short) && HEX_DIGIT.test(text.charAt(text.length - 1))) {
        this.low = short | 0;
        this.high = Math.floor(short / TWO_POW_32);
        return null;
      }
    }
    const match = text.length > CHARACTERS_MAX ? null : /^(?:0[xX]([0-9a-fA-F]+)|(-?)([0-9]+))$/.exec(text);
    if (match === null) return `"${shortened(text)}" is not an integer`;
    const [, hex, minus, decimal] = match;
    const digits = (hex ?? decimal).replace(/^0+/, "");
    if (digits.length > DIGITS_MAX) return `"${shortened(text)}" is more than 64 bits`;
    let value = BigInt(hex === undefined ? digits || "0" : `0x${digits || "0"}`);
    if (minus === "-") {
      if (!signed && value !== 0n) return `${text} is negative`;
      value = -value;
    }
    if (value > MASK_64 || value < -(1n << 63n)) return `"${shortened(text)}" is more than 64 bits`;
    this.low = Number(BigInt.asIntN(32, value));
    this.high = Number(BigInt.asIntN(32, value >> 32n));
    return null;
  }
}

/** A JSON value in a few words, for messages. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `"${shortened(value)}"`;
  return String(value);
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

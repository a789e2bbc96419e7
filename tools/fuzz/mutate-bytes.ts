import { gzipSync } from "node:zlib";
import { extremeText, extremeValue } from "./extreme-values.ts";
import type { RandomSource } from "./fuzz-input.ts";

/** What breaks readers: tokens of the formats, names that every object has, characters of terminals. */
const TOKENS: readonly string[] = [
  '"',
  "'",
  "\\",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "<",
  ">",
  ",",
  ":",
  ";",
  "=",
  "\n",
  "\r\n",
  "\t",
  " ",
  "\0",
  "0x",
  "null",
  "true",
  "/*",
  "*/",
  "//",
  "#",
  "$(touch x)",
  "`id`",
  "%s",
  "../",
  "/",
  "-",
  "-1",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\u001b[2J",
  "\u009b",
  "\u202e",
  "\u2028",
  "\ufeff",
  "\ud800",
  "é",
  "x".repeat(300),
  "(".repeat(400),
  "[".repeat(400),
];
const CHANGES_MAX = 4;
const SPAN_MAX = 64;
const LONG_SPAN_MAX = 4000;

/** Bytes of a good file with a few changes; `others` are files that pieces may come from. */
export function mutateBytes(
  good: Uint8Array,
  others: readonly Uint8Array[],
  random: RandomSource,
): Uint8Array {
  let bytes = Buffer.from(good);
  const isText = !bytes.subarray(0, 256).includes(0);
  for (let changes = 1 + random.below(CHANGES_MAX); changes > 0; changes--) {
    bytes = isText && random.below(3) > 0 ? changeText(bytes, random) : changeBytes(bytes, others, random);
  }
  if (random.below(40) === 0) bytes = gzipSync(bytes, { level: 1 });
  return bytes;
}

function changeBytes(bytes: Buffer, others: readonly Uint8Array[], random: RandomSource): Buffer {
  const at = random.below(bytes.length + 1);
  const span = 1 + random.below(random.below(8) === 0 ? LONG_SPAN_MAX : SPAN_MAX);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(9)) {
    case 0:
      return Buffer.concat([before, after.subarray(span)]);
    case 1:
      return Buffer.concat([before, after.subarray(0, span), after]);
    case 2: {
      const other = others.length === 0 ? bytes : random.pick(others);
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + span), after]);
    }
    case 3:
      return random.below(4) === 0
        ? Buffer.from(before)
        : Buffer.concat([before, Buffer.alloc(span, 0xff), after]);
    case 4:
    case 5:
      return Buffer.concat([before, word(random), after.subarray(random.pick([4, 8]))]);
    case 6: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[random.below(copy.length)] ^= 1 << random.below(8);
      return copy;
    }
    default:
      return Buffer.concat([before, Buffer.from(random.pick(TOKENS)), after.subarray(random.below(3))]);
  }
}

/** A number of a binary file, of 4 or 8 bytes, either end first. */
function word(random: RandomSource): Buffer {
  const value = BigInt.asUintN(64, extremeValue(random));
  const bytes = Buffer.alloc(random.pick([4, 8]));
  if (bytes.length === 8) {
    if (random.below(2) === 0) bytes.writeBigUInt64LE(value);
    else bytes.writeBigUInt64BE(value);
  } else if (random.below(2) === 0) bytes.writeUInt32LE(Number(value & 0xffffffffn));
  else bytes.writeUInt32BE(Number(value & 0xffffffffn));
  return bytes;
}

function changeText(bytes: Buffer, random: RandomSource): Buffer {
  const text = bytes.toString("latin1");
  switch (random.below(6)) {
    case 0:
    case 1:
    case 2:
      return Buffer.from(changeNumber(text, random), "latin1");
    case 3:
      return Buffer.from(changeWord(text, random), "latin1");
    default:
      return Buffer.from(changeLines(text, random), "latin1");
  }
}

/** Another number in the place of one near a random place. */
function changeNumber(text: string, random: RandomSource): string {
  return replaceNear(text, /\b0x[0-9a-f]+|-?\b[0-9]+/gi, () => extremeText(random), random);
}

/** Another name in the place of one near a random place. */
function changeWord(text: string, random: RandomSource): string {
  const words = text.slice(0, LONG_SPAN_MAX).match(/[A-Za-z_][A-Za-z_0-9]{2,}/g) ?? ["x"];
  const replacement = () => (random.below(4) === 0 ? random.pick(TOKENS) : random.pick(words));
  return replaceNear(text, /[A-Za-z_][A-Za-z_0-9]*/g, replacement, random);
}

function replaceNear(text: string, pattern: RegExp, by: () => string, random: RandomSource): string {
  pattern.lastIndex = random.below(text.length + 1);
  const match = pattern.exec(text);
  if (match === null) return text + by();
  return text.slice(0, match.index) + by() + text.slice(match.index + match[0].length);
}

/** Lines taken away, doubled, moved or exchanged. */
function changeLines(text: string, random: RandomSource): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const to = random.below(lines.length);
  const count = 1 + random.below(random.below(6) === 0 ? lines.length : 3);
  switch (random.below(4)) {
    case 0:
      lines.splice(at, count);
      break;
    case 1:
      lines.splice(to, 0, ...lines.slice(at, at + count));
      break;
    case 2:
      lines.splice(to, 0, ...lines.splice(at, count));
      break;
    default:
      [lines[at], lines[to]] = [lines[to], lines[at]];
  }
  return lines.join("\n");
}

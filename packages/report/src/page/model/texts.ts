import { frameRangeText, frameText } from "@xgt/findings";

export { frameText };

/** "0xc5b79" or "0xc5b79-0xc5b80". */
export const framesText = frameRangeText;

/** "1,024". */
export function numberText(value: number): string {
  return value.toLocaleString("en");
}

/** "1 frame", "1,024 frames". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${numberText(count)} ${count === 1 ? noun : plural}`;
}

/** "14.685823 s". */
export function timeText(seconds: number): string {
  return Number.isNaN(seconds) ? "no time" : `${seconds.toFixed(6)} s`;
}

/** "236 µs", "2.40 ms", "1.250 s". */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 1) return `${seconds.toFixed(3)} s`;
  return size >= 1e-3 ? `${(seconds * 1e3).toFixed(2)} ms` : `${Math.round(seconds * 1e6)} µs`;
}

const KIB_OF_FRAME = 4;

/** Memory of so many frames: "4K", "16M", "1.5G". */
export function sizeText(frames: number): string {
  const kib = frames * KIB_OF_FRAME;
  if (kib >= 1 << 20) return `${Number((kib / (1 << 20)).toFixed(1))}G`;
  return kib >= 1 << 10 ? `${Number((kib / (1 << 10)).toFixed(1))}M` : `${kib}K`;
}

/** A sentence: begins with a capital and ends with a full stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

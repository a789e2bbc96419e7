import * as layoutLimits from "../../packages/dom0less-layout/src/limits.ts";
import * as logLimits from "../../packages/hypercall-log/src/limits.ts";
import * as trackerLimits from "../../packages/p2m-tracker/src/limits.ts";
import * as runLimits from "../../packages/run/src/limits.ts";
import type { RandomSource } from "./fuzz-input.ts";

/** Bounds of our own on what input may name: each turns a count into something that is cut, counted or refused. */
const LIMITS = [layoutLimits, logLimits, trackerLimits, runLimits]
  .flatMap((limits) => Object.values(limits))
  .filter((limit) => typeof limit === "bigint" || Number.isSafeInteger(limit))
  .map(BigInt);

/** Where counts, frames and addresses turn: ends of types, of page tables, and of what a double holds exactly. */
const TURNS: readonly bigint[] = [
  0n,
  1n,
  2n,
  9n,
  18n,
  20n,
  0xfffn,
  0x1000n,
  0x7ff0n,
  0x7ff1n,
  0x7ff4n,
  0xffffn,
  1n << 20n,
  1n << 28n,
  (1n << 31n) - 1n,
  1n << 32n,
  1n << 36n,
  1n << 40n,
  1n << 44n,
  1n << 48n,
  1n << 52n,
  1n << 53n,
  1n << 60n,
  1n << 63n,
  (1n << 64n) - 1n,
  1n << 64n,
];

const EXTREMES: readonly bigint[] = [...new Set([...TURNS, ...LIMITS])];

/** A whole number at or beside one of those ends, at times below zero. */
export function extremeValue(random: RandomSource): bigint {
  const value = random.pick(random.below(2) === 0 ? TURNS : EXTREMES) + BigInt(random.below(5) - 2);
  return random.below(24) === 0 ? -value : value;
}

/** A number as logs, specifications and device trees write it. */
export function extremeText(random: RandomSource): string {
  const odd = random.below(16);
  if (odd === 0) return random.pick(["NaN", "1e308", "1e999", "-0", "1.5", "0x", "''", "null", "[]", "{}"]);
  const value = extremeValue(random);
  return odd < 9 && value >= 0n ? `0x${value.toString(16)}` : value.toString();
}

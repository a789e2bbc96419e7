import { hypercalls, knownRelease, releaseNumbers, releases } from "@xgt/hypercall-abi";
import { rules } from "@xgt/p2m-tracker";
import type { FrameSpan } from "@xgt/run";
import { InvalidArgumentError } from "commander";
import { suggestion } from "./nearest.ts";

const ALL_FRAMES = 2 ** 52;

/** "0x30000-0x4ffff", "0x30000+0x20000" or "0x30000"; several with commas. Throws InvalidArgumentError. */
export function parseFrames(text: string): FrameSpan[] {
  return listOf(text).map((part) => {
    const match = /^(?:gfn:)?(0x[0-9a-f]{1,16})(?:([-+])(0x[0-9a-f]{1,16}))?$/i.exec(part);
    if (match === null) {
      throw new InvalidArgumentError(
        `Frames are hex with 0x: 0x30000, 0x30000-0x4ffff or 0x30000+0x20000, not ${part}.`,
      );
    }
    const first = Number(match[1]);
    const second = match[3] === undefined ? first : Number(match[3]);
    const last = match[2] === "+" ? first + second - 1 : second;
    if (last < first) throw new InvalidArgumentError(`The range ${part} holds no frame.`);
    return { first, last: Math.min(last, ALL_FRAMES) };
  });
}

/** "A,B" in seconds; either end may be empty. Throws InvalidArgumentError. */
export function parseTimes(text: string): { from: number; to: number } {
  const match = /^\s*(-?[0-9.]*)\s*,\s*(-?[0-9.]*)\s*$/.exec(text);
  const from = match?.[1] === "" ? Number.NEGATIVE_INFINITY : Number(match?.[1] ?? Number.NaN);
  const to = match?.[2] === "" ? Number.POSITIVE_INFINITY : Number(match?.[2] ?? Number.NaN);
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) {
    throw new InvalidArgumentError(
      "Write START,STOP in the log's seconds, as in 14.6,14.8 or 14.6, or ,14.8.",
    );
  }
  return { from, to };
}

/** Names of sub-ops, with or without XENMEM_ or GNTTABOP_, or of hypercalls. Throws InvalidArgumentError. */
export function parseOps(text: string): Set<string> {
  const keys = new Map<string, string>();
  for (const hypercall of hypercalls) {
    keys.set(hypercall.name, `${hypercall.nr}:*`);
    for (const subOp of hypercall.subOps) {
      keys.set(subOp.name, `${subOp.nr}:${subOp.cmd}`);
      keys.set(subOp.constant.toLowerCase(), `${subOp.nr}:${subOp.cmd}`);
    }
  }
  return new Set(
    listOf(text).map((name) => {
      const key = keys.get(name.toLowerCase());
      if (key !== undefined) return key;
      throw new InvalidArgumentError(`No hypercall is called ${name}${suggestion(name, [...keys.keys()])}.`);
    }),
  );
}

/** Ids or names of rules. Throws InvalidArgumentError. */
export function parseRules(text: string): Set<string> {
  return new Set(
    listOf(text).map((wanted) => {
      const rule = findRule(wanted);
      if (rule !== undefined) return rule;
      const names = rules.flatMap(({ id, name }) => [id, name]);
      throw new InvalidArgumentError(
        `No rule is called ${wanted}${suggestion(wanted, names)}; \`xgt rules\` lists all.`,
      );
    }),
  );
}

/** Id of the rule that has this id or name. */
export function findRule(wanted: string): string | undefined {
  const lower = wanted.toLowerCase();
  return rules.find(({ id, name }) => id.toLowerCase() === lower || name === lower)?.id;
}

/** A known release of Xen as "major.minor", whatever form it is written in. Throws InvalidArgumentError. */
export function parseXen(text: string): string {
  const release = knownRelease(text);
  if (release !== null) return releaseNumbers(release);
  throw new InvalidArgumentError(`Releases known here are ${releases.join(", ")}.`);
}

/** A number from 1 to `most`. Throws InvalidArgumentError. */
export function parseCount(most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > most) throw new InvalidArgumentError(`Write a number from 1 to ${most}.`);
    return value;
  };
}

/** One LOG=SECONDS more. Throws InvalidArgumentError. */
export function parseSkew(
  text: string,
  before: ReadonlyMap<string, number> | undefined,
): Map<string, number> {
  const at = text.lastIndexOf("=");
  const seconds = at < 1 || at === text.length - 1 ? Number.NaN : Number(text.slice(at + 1));
  if (!Number.isFinite(seconds)) {
    throw new InvalidArgumentError(
      "Write LOG=SECONDS, as in trace.txt=0.626: how far its clock is ahead of the first LOG's.",
    );
  }
  return new Map([...(before ?? []), [text.slice(0, at), seconds]]);
}

/** Numbers, several with commas. Throws InvalidArgumentError. */
export function parseNumbers(text: string): Set<number> {
  return new Set(
    listOf(text).map((part) => {
      if (/^[0-9]{1,10}$/.test(part)) return Number(part);
      throw new InvalidArgumentError(`Write numbers, several with commas, as in 1,7; not ${part}.`);
    }),
  );
}

/** Names, several with commas. */
export function parseNames(text: string): string[] {
  return listOf(text);
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

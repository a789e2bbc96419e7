import {
  layoutRules,
  parseFirmwareRange,
  parseSize,
  type ReservedRange,
  type SharedWindow,
} from "@xgt/dom0less-layout";
import { knownRelease, NEWEST_RELEASE, releaseName } from "@xgt/hypercall-abi";
import { InvalidArgumentError } from "commander";
import { suggestion } from "../../terminal/nearest.ts";
import { parseXen } from "../../terminal/parse-options.ts";

/** What is taken for Xen's release where none is given. */
export const DEFAULT_RELEASE: string = releaseName(NEWEST_RELEASE);

/** A release as the rules count them. Throws InvalidArgumentError. */
export function parseRelease(text: string): number {
  const release = knownRelease(parseXen(text));
  if (release === null) throw new InvalidArgumentError("No layout rule was read against that release.");
  return release;
}

/** What is said of a host that no rule covers. */
export function notCovered(what: string): string {
  return `not covered: ${what}; the rules are about Xen on Arm with an MMU (Armv8-A)`;
}

/** Adds one to the values of an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** PATH=FILE. Throws InvalidArgumentError. */
export function parseModule(
  text: string,
  before: readonly { node: string; file: string }[] | undefined,
): { node: string; file: string }[] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1 || !text.startsWith("/")) {
    const form = "/chosen/domU1/module@88000000=partial.dtb";
    throw new InvalidArgumentError(`Write the module node's full path and a file, as in ${form}.`);
  }
  return [...(before ?? []), { node: text.slice(0, at), file: text.slice(at + 1) }];
}

/** START+SIZE=NAME. Throws InvalidArgumentError. */
export function parseFirmware(text: string, before: readonly ReservedRange[] | undefined): ReservedRange[] {
  const range = parseFirmwareRange(text);
  if (range === null) throw new InvalidArgumentError("Write START+SIZE=NAME, as in 0xbe000000+16M=U-Boot.");
  return [...(before ?? []), range];
}

/** NODE=HZ or NODE:NAME=HZ. Throws InvalidArgumentError. */
export function parseClock(text: string, before: Map<string, number> | undefined): Map<string, number> {
  const match = /^(\/[^=]+)=(\d{1,10})$/.exec(text);
  const rate = Number(match?.[2] ?? 0);
  if (match === null || rate === 0 || rate > 0xffff_ffff) {
    throw new InvalidArgumentError(
      "Write the full path of a host node and a rate in Hz, as in /soc/mmc@4005d000=200000000.",
    );
  }
  return new Map([...(before ?? []), [match[1], rate]]);
}

/** NAME=SIZE:DOM,DOM. Throws InvalidArgumentError. */
export function parseShared(text: string, before: readonly SharedWindow[] | undefined): SharedWindow[] {
  const match = /^([A-Za-z0-9._-]{1,15})=([^:]+):([^:]+)$/.exec(text);
  const size = match === null ? null : parseSize(match[2]);
  if (match === null || size === null || size === 0n) {
    throw new InvalidArgumentError(
      "Write NAME=SIZE:DOM,DOM with a name of at most 15 characters, as in ring=1M:linux,rtos.",
    );
  }
  return [...(before ?? []), { id: match[1], size, domains: match[3].split(",") }];
}

/** "512M" in bytes. Throws InvalidArgumentError. */
export function parseMemory(text: string): bigint {
  const size = parseSize(text);
  if (size === null || size === 0n) throw new InvalidArgumentError("Write a size, as in 512M or 1G.");
  return size;
}

/** Ids or names of layout rules, several with commas. Throws InvalidArgumentError. */
export function parseLayoutRules(text: string): Set<string> {
  const names = layoutRules.flatMap(({ id, name }) => [id, name]);
  const ids = text.split(",").map((part) => {
    const wanted = part.trim().toLowerCase();
    const rule = layoutRules.find(({ id, name }) => id.toLowerCase() === wanted || name === wanted);
    if (rule === undefined) {
      throw new InvalidArgumentError(
        `No layout rule is called ${part.trim()}${suggestion(part.trim(), names)}.`,
      );
    }
    return rule.id;
  });
  return new Set(ids);
}

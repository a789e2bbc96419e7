import type { BootLog } from "@xgt/hypercall-log";
import { CONSOLE_ANSWERS_MAX, SYMPTOM_LINE_MAX } from "../limits.ts";
import type { LayoutModel } from "../model/layout-model.ts";
import { type AddressRange, overlaps, rangeText } from "../terms/address-range.ts";
import { symptoms } from "./registry.ts";
import type { Symptom } from "./symptom.ts";

/** A symptom with what its own text and the tree add. */
export interface Diagnosis {
  readonly symptom: Symptom;
  readonly text: string;
  /** Line of the log; null: given on the command line. */
  readonly line: number | null;
  /** The line that had the same symptom first; null: this is the first. */
  readonly sameAs: number | null;
  /** Sentences about the addresses in the text, where a tree is at hand. */
  readonly details: readonly string[];
}

/** The first known message in one line; null: it is not known. */
export function diagnose(
  text: string,
  model: LayoutModel | null,
  line: number | null = null,
): Diagnosis | null {
  const shown = text.slice(0, SYMPTOM_LINE_MAX);
  for (const symptom of symptoms) {
    const match = symptom.pattern.exec(shown);
    if (match === null) continue;
    const details = model === null || symptom.addresses !== true ? [] : addressDetails(match, model);
    return { symptom, text: shown.trim(), line, details, sameAs: null };
  }
  return null;
}

/** Every line of a console that is known, in order. */
export function diagnoseConsole(log: BootLog, model: LayoutModel | null): Diagnosis[] {
  const first = new Map<string, number>();
  const found: Diagnosis[] = [];
  for (const { line, text } of log.lines) {
    const diagnosis = found.length < CONSOLE_ANSWERS_MAX ? diagnose(text, model, line) : null;
    if (diagnosis === null) continue;
    const sameAs = first.get(diagnosis.symptom.name) ?? null;
    if (sameAs === null) first.set(diagnosis.symptom.name, line);
    found.push({ ...diagnosis, sameAs });
  }
  return found;
}

/** Finds the known messages in a log; each symptom once. */
export function diagnoseLog(log: BootLog, model: LayoutModel | null): Diagnosis[] {
  const found = new Map<string, Diagnosis>();
  for (const { line, text } of log.lines) {
    const diagnosis = diagnose(text, model, line);
    if (diagnosis !== null && !found.has(diagnosis.symptom.name))
      found.set(diagnosis.symptom.name, diagnosis);
  }
  return [...found.values()];
}

/** What lies at the addresses that a message names, in every domain. */
function addressDetails(match: RegExpExecArray, model: LayoutModel): string[] {
  if (match[1] === undefined) return [];
  const start = BigInt(`0x${match[1].slice(0, 16)}`);
  const end = BigInt(`0x${(match[2] ?? match[1]).slice(0, 16)}`);
  const range: AddressRange = { start, size: end < start ? 1n : end - start + 1n };
  const device = model.host.devices.findLast(({ registers }) =>
    registers.some((own) => overlaps(own, range)),
  );
  const details: string[] = [];
  if (device !== undefined) details.push(`${rangeText(range)} is ${device.node.path} on the host.`);
  for (const guest of model.domains) {
    const bank = guest.ram.find((ram) => overlaps(ram, range));
    const map = guest.directMap ? "direct-mapped" : "not direct-mapped";
    if (bank !== undefined) {
      details.push(
        `${guest.config.name} is ${map}, and the range lies inside its RAM (${rangeText(bank)}): L11.`,
      );
    } else if (guest.assigned.some((assigned) => overlaps(assigned, range))) {
      details.push(`${guest.config.name} has the range by xen,reg, outside of its RAM.`);
    } else {
      details.push(`In ${guest.config.name} nothing is mapped at ${rangeText(range)}.`);
    }
  }
  return details;
}

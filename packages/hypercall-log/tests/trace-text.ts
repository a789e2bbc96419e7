import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ftrace } from "../src/formats/ftrace/ftrace.ts";
import { readWhole, type WholeLog } from "./read-log.ts";

const corpus = new URL("../../../corpus/traces/", import.meta.url);

/** Captures of the corpus that have tracefs text. */
export const traces = [
  "balloon",
  "debug-xen",
  "dma-4.20/blkback-part",
  "dma-4.20/faulty",
  "dma-4.20/gntdev",
  "gntdev",
  "gntdev-open",
  "lost-events",
] as const;

/** A trace's bytes; `file` without `.gz`. */
export function readTrace(name: string, file = "trace.txt"): Uint8Array {
  return gunzipSync(readFileSync(new URL(`${name}/${file}.gz`, corpus)));
}

/** A trace of these lines. */
export function traceOf(...lines: string[]): WholeLog {
  return readWhole(ftrace, lines.map((line) => `${line}\n`).join(""));
}

/** An event's line; `head` replaces what tracefs prints before the time. */
export function eventLine(us: number, text: string, head = "             gnt-160     [000] d....  "): string {
  const fraction = String(us % 1_000_000).padStart(6, "0");
  return `${head}  ${Math.floor(us / 1_000_000)}.${fraction}: ${text}`;
}

/** Head of a line by thread, CPU and flags. */
export function head(pid: number, cpu = 0, flags = "d...."): string {
  return `${"gnt".padStart(16)}-${String(pid).padEnd(7)} [${String(cpu).padStart(3, "0")}] ${flags}`;
}

const hex = (value: number) => `0x${value.toString(16)}`;

/** Text of an array member. */
export function words(values: readonly number[]): string {
  return `{${values.map(hex).join(",")}}`;
}

/** The two entry events of a call with a long list and its return, as the probes of one kernel print them. */
export function longCall(frames: readonly number[], nr = frames.length) {
  const place = "(xenmem_reservation_decrease+0x48/0x80) cmd=1 arg=0xffff80000a223d18";
  const part = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => {
      const chunk = frames.slice(64 * (from + i), 64 * (from + i + 1));
      return ` f${from + i}=${words([...chunk, ...new Array<number>(64 - chunk.length).fill(0)])}`;
    }).join("");
  return {
    later: `mo_x_decrease_48: ${place} nr=${nr}${part(5, 8)}`,
    first: `mo_l_decrease_48: ${place} nr=${nr} a=${words([0xabc0, nr, 0, 0x7ff0])}${part(0, 5)}`,
    exit: `mo_r_decrease_48: (xenmem_reservation_decrease+0x4c/0x80) ret=${nr} arg=0xffff80000a223d18`,
  };
}

import { EventKind, isNumbered } from "../../packages/hypercall-log/src/events/event-kind.ts";
import { wrongRow } from "../../packages/hypercall-log/src/events/payload-check.ts";
import type { LogFormat } from "../../packages/hypercall-log/src/formats/log-format.ts";
import { formats, NdjsonWriter, XhlWriter } from "../../packages/hypercall-log/src/index.ts";
import { eventsOf, readWhole, type WholeLog } from "../../packages/hypercall-log/tests/read-log.ts";
import { EventSequence, logText } from "./event-sequence.ts";
import type { FuzzInput, FuzzTarget, RandomSource } from "./fuzz-input.ts";
import { SEED_BYTES_MAX } from "./limits.ts";
import type { LogSeeds } from "./log-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { hostileXhl } from "./xhl-file.ts";

/** What is held of a log besides what holds of every one. */
const CHECKS = ["rows", "rows", "pieces", "forms"] as const;

/** Every log format's reader, with bytes of its own logs and of others'; those of formats that come later, too. */
export function logReaders(seeds: LogSeeds): FuzzTarget[] {
  const all = seeds.corpus.map(({ bytes }) => bytes);
  const targets = formats.map((format): FuzzTarget => {
    const own = (seeds.byFormat.get(format.name) ?? []).map(({ bytes }) => bytes);
    const good = own.length > 0 ? own : all;
    return {
      name: `read-${format.name}`,
      make: (random) => {
        const seed = random.pick(random.below(20) === 0 ? all : good);
        return logInput(format, mutateBytes(seed, good, random), random);
      },
      read: readLog,
    };
  });
  return [...targets, structuredXhl(), sequences()];
}

/** An .xhl whose messages are right but for what they say. */
function structuredXhl(): FuzzTarget {
  const format = formatNamed("xhl");
  return {
    name: "read-xhl-messages",
    make: (random) => logInput(format, hostileXhl(random), random),
    read: readLog,
  };
}

/** Valid calls with extreme values, read and written in every form. */
function sequences(): FuzzTarget {
  const format = formatNamed("ndjson");
  return {
    name: "read-sequence",
    make: (random) => logInput(format, Buffer.from(logText(new EventSequence(random).log())), random),
    read: readLog,
  };
}

function logInput(format: LogFormat, log: Uint8Array, random: RandomSource): FuzzInput {
  const piece = random.pick([1, 7, 64, 1000, SEED_BYTES_MAX, 1 << 20]);
  // Byte by byte a long log is read in no time that is worth it.
  const pieces = Math.ceil(log.length / piece);
  const size = pieces > SEED_BYTES_MAX ? 1 << 20 : piece;
  return { args: [format.name, String(size), random.pick(CHECKS)], files: new Map([["log", log]]) };
}

function formatNamed(name: string): LogFormat {
  const format = formats.find((candidate) => candidate.name === name);
  if (format === undefined) throw new Error(`no format is called ${name}`);
  return format;
}

/** Reads a log as the reader's own tests do, and holds what must hold of anything that a reader gives. */
function readLog({ args: [name, piece, check], files }: FuzzInput): boolean {
  const format = formatNamed(name);
  const bytes = files.get("log") ?? new Uint8Array();
  const log = readWhole(format, bytes, Number(piece));
  checkRows(log);
  checkStatistics(log);
  if (check === "pieces" && bytes.length > Number(piece)) checkPieces(log, readWhole(format, bytes));
  if (check === "forms") checkConversion(log, format);
  return log.stats.problemCount === 0 && !log.stats.truncated;
}

function checkRows({ batch, strings }: WholeLog): void {
  const names = strings.intern("none of the log's");
  for (let row = 0; row < batch.length; row++) {
    const wrong = wrongRow(batch, row, names);
    if (wrong !== null) throw new Error(`row ${row} has ${wrong}`);
    if (!(batch.place[row] >= 0)) throw new Error(`row ${row} has no place: ${batch.place[row]}`);
  }
}

function checkStatistics({ batch, stats }: WholeLog): void {
  let numbered = 0;
  for (let row = 0; row < batch.length; row++) if (isNumbered(batch.kind[row])) numbered++;
  if (numbered !== stats.events) throw new Error(`${stats.events} events are counted, ${numbered} are there`);
  if (stats.problemCount < stats.problems.length) throw new Error("fewer problems are counted than kept");
  for (const { place, message } of [...stats.problems, ...stats.warnings]) {
    if (!(place >= 0) || message === "") throw new Error(`a problem without a place: ${place} ${message}`);
  }
}

/** A log is the same however its bytes come. */
function checkPieces(pieces: WholeLog, whole: WholeLog): void {
  const [a, b] = [pieces, whole].map((log) => JSON.stringify([eventsOf(log), log.problems, log.header]));
  if (a !== b) throw new Error(`read in pieces: ${difference(a, b)}`);
}

/** What was read is the same after it was written as .xhl and read again, and the same lines of NDJSON. */
function checkConversion(log: WholeLog, format: LogFormat): void {
  if (log.batch.length === 0) return;
  const writer = new XhlWriter(log.strings);
  const file = Buffer.concat([writer.header(log.header), writer.add(log.batch), writer.finish()]);
  const back = readWhole(formatNamed("xhl"), file);
  if (back.problems.length > 0) throw new Error(`written as .xhl: ${back.problems[0]}`);
  const text = linesOf(log);
  if (linesOf(back) !== text) throw new Error(`written as .xhl: ${difference(linesOf(back), text)}`);
  // An .xhl may say what no line can, and a line of an exit names no sub-op: its enter does.
  if (format.name === "xhl" || hasLoneExit(log)) return;
  const again = readWhole(formatNamed("ndjson"), text);
  if (again.stats.problemCount > 0) throw new Error(`written as NDJSON: ${again.problems[0]}`);
  if (linesOf(again) !== text) throw new Error(`written as NDJSON: ${difference(linesOf(again), text)}`);
}

/** Whether a call's end is there and its beginning is not. */
function hasLoneExit({ batch }: WholeLog): boolean {
  const open = new Set<number>();
  for (let row = 0; row < batch.length; row++) {
    if (batch.kind[row] === EventKind.enter) open.add(batch.call[row]);
    else if (batch.kind[row] === EventKind.exit && !open.delete(batch.call[row])) return true;
  }
  return false;
}

function linesOf(log: WholeLog): string {
  const writer = new NdjsonWriter(log.strings);
  return (log.header === null ? "" : writer.header(log.header)) + writer.lines(log.batch);
}

function difference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 60);
  return `${a.slice(from, at + 60)} instead of ${b.slice(from, at + 60)}`;
}

import { counted, frameRangeText, type Palette, printable } from "@xgt/findings";
import { type DomainSpec, formats, type LogHeader } from "@xgt/hypercall-log";
import type { CallCount, LogTally } from "@xgt/run";
import { THREADS_LISTED } from "../../limits.ts";
import { bytesText } from "../../terminal/quantity.ts";
import { shownPath } from "../../terminal/shown-path.ts";

const LABEL = 9;
const FRAMES_PER_MIB = 256;

/** One log as `xgt info` tells of it. */
export function infoText(tally: LogTally, palette: Palette): string {
  const { log } = tally;
  const { stats } = log;
  const lines = [palette.strong(printable(shownPath(log.path)))];
  const add = (label: string, text: string) => {
    lines.push(`  ${palette.faint(label.padEnd(LABEL))}${printable(text)}`);
  };
  const title = formats.find((format) => format.name === log.format)?.title ?? "";
  add("format", `${log.format}: ${title}`);
  add("size", bytesText(stats.bytes));
  add("time", timeText(tally));
  const kinds = tally.eventCounts().map(({ name, count }) => `${count} ${name}`);
  add("events", kinds.length === 0 ? "none" : kinds.join(", "));
  for (const text of headerTexts(log.header)) add("header", text);
  add("callers", callersText(tally));
  if (stats.lost > 0)
    lines.push(`  ${palette.warning("lost".padEnd(LABEL))}${counted(stats.lost, "record")} missing`);
  for (const [reason, count] of stats.skipped) add("skipped", `${count} ${reason}`);
  lines.push(...callTable(tally.callCounts(), palette), ...threadTable(tally, palette));
  return `${lines.join("\n")}\n`;
}

function timeText({ timeFirst, timeLast, time }: LogTally): string {
  if (timeFirst === null || timeLast === null)
    return time === undefined ? "not recorded: order only" : "no event with a time lies where --time says";
  return `${timeFirst.toFixed(6)} to ${timeLast.toFixed(6)} s (${(timeLast - timeFirst).toFixed(6)} s)`;
}

function headerTexts(header: LogHeader | null): string[] {
  if (header === null)
    return ["none: the log does not say which domains, which RAM (--domains tells a replay)"];
  const build = header.build === undefined ? "" : ` (${header.build})`;
  const parts = [
    `Xen ${header.xen === undefined ? "not named" : `${header.xen}${build}`}`,
    header.arch ?? "arm64 assumed",
    header.fromBoot ? "from boot on" : "not from boot on",
  ];
  if (header.features !== undefined) parts.push(`features ${header.features.join(" ")}`);
  if (header.recorder !== undefined) parts.push(`by ${header.recorder}`);
  return [parts.join(", "), ...header.domains.map(domainText)];
}

function domainText(domain: DomainSpec): string {
  const banks = (domain.ram ?? []).map((bank) => {
    return `${frameRangeText(bank.gfn, bank.count)} (${Math.round(bank.count / FRAMES_PER_MIB)}M)`;
  });
  const ram = domain.ram === undefined ? "RAM not listed" : `RAM ${banks.join(", ")}`;
  return `domain ${domain.domid}: ${domain.mode}, ${ram}`;
}

function callersText(tally: LogTally): string {
  const callers = tally.callerCounts();
  if (callers.length === 0) return "none: the log holds no calls";
  return callers
    .map(
      ([domid, calls]) =>
        `${domid < 0 ? "domain not recorded" : `domain ${domid}`}: ${counted(calls, "call")}`,
    )
    .join(", ");
}

function callTable(calls: readonly CallCount[], palette: Palette): string[] {
  if (calls.length === 0) return [];
  const width = Math.max(...calls.map(({ name }) => name.length));
  const head = `  ${"sub-op".padEnd(width)} ${"calls".padStart(10)} ${"operations".padStart(12)} ${"refused".padStart(9)}`;
  const rows = calls.map((call) => {
    const numbers = `${String(call.calls).padStart(10)} ${String(call.operations).padStart(12)}`;
    return `  ${call.name.padEnd(width)} ${numbers} ${String(call.refused).padStart(9)}`;
  });
  return ["", palette.faint(head), ...rows];
}

function threadTable(tally: LogTally, palette: Palette): string[] {
  const threads = tally.threadCounts();
  if (threads.length === 0) return [];
  const rows = threads.slice(0, THREADS_LISTED).map(({ pid, comm, calls }) => {
    return `  ${printable(comm).padEnd(20)} ${(pid < 0 ? "" : String(pid)).padStart(8)} ${String(calls).padStart(10)}`;
  });
  const more = threads.length - rows.length;
  if (more > 0) rows.push(`  and ${counted(more, "more thread", "more threads")}`);
  if (tally.moreThreads) rows.push("  and threads beyond what is counted apart");
  return [
    "",
    palette.faint(`  ${"thread".padEnd(20)} ${"pid".padStart(8)} ${"calls".padStart(10)}`),
    ...rows,
  ];
}

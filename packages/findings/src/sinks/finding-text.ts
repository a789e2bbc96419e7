import type { Finding, Location, Note } from "../finding.ts";
import { frameRangeText, frameText } from "../frame-text.ts";
import { uncertaintyText } from "../uncertainty.ts";
import type { Palette } from "./palette.ts";
import { printable } from "./printable.ts";
import { labelled } from "./wrap-text.ts";

const INDENT = 4;
const LABEL_WIDTH = 8;

/** `path:line: severity: message [G44 dma-to-hole]`, as compilers write it; `more`: further ones that are not shown. */
export function findingLine(finding: Finding, palette: Palette, more = 0): string {
  const place = finding.location === null ? "" : `${printable(placeText(finding.location))}: `;
  const rest = more === 0 ? "" : palette.faint(` (and ${more} more: --verbose)`);
  const rule = palette.faint(`[${finding.rule} ${finding.name}]`);
  const severity = palette[finding.severity](`${finding.severity}:`);
  const text = printable(findingMessage(finding));
  const message = finding.severity === "info" ? text : palette.strong(text);
  return `${palette.strong(place)}${severity} ${message}${rest} ${rule}\n`;
}

/**
 * Lines below a finding: when, which frames, since when, what else holds, and what to change.
 * @param columns Width that texts are wrapped to.
 * @param full With what is the same for all findings of its rule: what to change.
 * @param story The command that shows a run's events, to which the frame is added; null: there is none.
 */
export function findingContext(
  finding: Finding,
  palette: Palette,
  columns: number,
  full: boolean,
  story: string | null,
): string {
  let context = "";
  const add = (label: string, text: string, paint = palette.faint) => {
    context += labelled(`${label}:`, text, INDENT, LABEL_WIDTH, columns, paint);
  };
  if (finding.event !== null) {
    const domain = finding.domid === null ? "" : `, domain ${finding.domid}`;
    add("at", `event ${finding.event}${timeText(finding.time)}${domain}`);
  }
  const frames = framesText(finding);
  if (frames !== null) add("frame", frames);
  const cause = finding.notes.find((note) => note.event !== null && note.event === finding.causeEvent);
  if (finding.causeEvent !== null) add("since", causeText(finding.causeEvent, cause));
  for (const note of finding.notes) if (note !== cause) add("note", noteText(note));
  if (finding.also.length > 0) add("also", finding.also.join(", "));
  if (finding.occurrences > 1) add("again", againText(finding));
  if (!finding.certain) add("note", uncertainText(finding));
  if (full && finding.fix !== null) add("fix", finding.fix, palette.good);
  if (full && story !== null && finding.gfn !== null) {
    // One line, whatever its length: it is there to be pasted.
    const command = printable(`${story} --gfn ${frameText(finding.gfn)}`);
    context += `${" ".repeat(INDENT)}${palette.faint("story:".padEnd(LABEL_WIDTH))}${command}\n`;
  }
  return context;
}

/** "trace.txt:132", "trace.dat:byte 4096", "trace.txt". */
export function placeText(location: Location): string {
  if (location.place === null) return location.path;
  return location.unit === "line"
    ? `${location.path}:${location.place}`
    : `${location.path}:byte ${location.place}`;
}

/** What is wrong, with its frames: "gfn 0x80010: DMA from 0000:00:01.0 uses a gfn that holds no frame". */
export function findingMessage(finding: Finding): string {
  return subject(finding) + finding.message;
}

/** The same with what to change, as sentences. */
export function findingSentences(finding: Finding): string {
  const message = findingMessage(finding);
  return finding.fix === null ? message : `${message.replace(/\.$/, "")}. Fix: ${finding.fix}`;
}

/** The frames that the message is about, unless it names them itself. */
function subject(finding: Finding): string {
  if (finding.gfn === null || finding.message.includes(frameText(finding.gfn))) return "";
  const frames = finding.count > 1 ? ` (${finding.count} frames)` : "";
  return `gfn ${frameRangeText(finding.gfn, finding.count)}${frames}: `;
}

function framesText(finding: Finding): string | null {
  const { busMfn, expectedMfn, count } = finding;
  if (busMfn === null) return expectedMfn === null ? null : `${frameRangeText(expectedMfn, count)} expected`;
  const expected = expectedMfn === null ? "" : `, ${frameRangeText(expectedMfn, count)} expected`;
  return `${frameRangeText(busMfn, count)} used${expected}`;
}

function againText({ occurrences, lastEvent, lastLocation }: Finding): string {
  const more = `${occurrences - 1} more ${occurrences === 2 ? "time" : "times"}`;
  const last = lastEvent === null ? "" : `, last at event ${lastEvent}`;
  return `${more}${last}${lastLocation === null ? "" : ` (${placeText(lastLocation)})`}`;
}

function uncertainText({ uncertainBecause }: Finding): string {
  const reasons = uncertainBecause.map(uncertaintyText);
  return `not certain: ${reasons.length === 0 ? "what the log does not hold could change the verdict" : reasons.join("; ")}`;
}

function causeText(event: number, note: Note | undefined): string {
  return note === undefined ? `event ${event}` : `event ${event}: ${note.message}${placeBehind(note)}`;
}

function noteText(note: Note): string {
  return `${note.event === null ? "" : `event ${note.event}: `}${note.message}${placeBehind(note)}`;
}

function placeBehind(note: Note): string {
  return note.location === null ? "" : ` (${placeText(note.location)})`;
}

function timeText(time: number | null): string {
  return time === null ? "" : ` at ${time.toFixed(6)} s`;
}

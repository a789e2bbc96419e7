import type { Finding, Location, Note } from "../finding.ts";
import { frameRangeText, frameText } from "../frame-text.ts";
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
  const text = printable(subject(finding) + finding.message);
  const message = finding.severity === "info" ? text : palette.strong(text);
  return `${palette.strong(place)}${severity} ${message}${rest} ${rule}\n`;
}

/** Lines below a finding: when, which frames, since when, what else holds, and what to change. */
export function findingContext(
  finding: Finding,
  palette: Palette,
  columns: number,
  withFix: boolean,
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
  if (!finding.certain) add("note", "not certain: what the log does not hold could change the verdict");
  if (withFix && finding.fix !== null) add("fix", finding.fix, palette.good);
  return context;
}

/** "trace.txt:132", "trace.dat:byte 4096", "trace.txt". */
export function placeText(location: Location): string {
  if (location.place === null) return location.path;
  return location.unit === "line"
    ? `${location.path}:${location.place}`
    : `${location.path}:byte ${location.place}`;
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

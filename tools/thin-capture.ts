// Makes a capture small enough to keep: leaves out most foreign frames that the domain builder maps and unmaps again.
//   node tools/run-ts.mjs tools/thin-capture.ts CAPTURE.ndjson [AT_ONCE] > THINNED.ndjson
// A toolstack maps each page of a new domain's kernel by a call of its own: thousands of pairs of calls that differ by
// their gfns only. Of gfns that hold such frames at the same time the first AT_ONCE (64) stay; a map that is left out
// goes with its removal, so that the log's other calls meet the same state.
import { readFileSync } from "node:fs";

const [, , path, atOnce = "64"] = process.argv;
if (path === undefined) {
  process.stderr.write("usage: thin-capture.ts CAPTURE.ndjson [AT_ONCE]\n");
  process.exit(2);
}

const MAP =
  /"id":(\d+),"ev":"enter".*"via":"kernel","nr":12,"cmd":23,.*"space":4,"size":1,.*"gpfns":\["(\w+)"\]/;
const REMOVE = /"id":(\d+),"ev":"enter".*"via":"kernel","nr":12,"cmd":15,.*"gpfn":"(\w+)"/;
const EXIT = /"id":(\d+),"ev":"exit"/;

const kept = new Set<string>();
const left = new Set<string>();
const calls = new Set<string>();

/** True where a line belongs to a call that stays. */
function stays(line: string): boolean {
  const map = MAP.exec(line);
  if (map !== null) {
    const room = kept.size < Number(atOnce);
    (room ? kept : left).add(map[2]);
    if (!room) calls.add(map[1]);
    return room;
  }
  const remove = REMOVE.exec(line);
  if (remove !== null && left.delete(remove[2])) {
    calls.add(remove[1]);
    return false;
  }
  if (remove !== null) kept.delete(remove[2]);
  const exit = EXIT.exec(line);
  return exit === null || !calls.delete(exit[1]);
}

const lines = readFileSync(path, "utf8")
  .split("\n")
  .filter((line) => line !== "");
process.stdout.write(
  lines
    .filter(stays)
    .map((line) => `${line}\n`)
    .join(""),
);
if (left.size > 0) {
  process.stderr.write(
    `foreign frames that are left out, and never removed: ${left.size}; the log ends in another state\n`,
  );
  process.exitCode = 1;
}

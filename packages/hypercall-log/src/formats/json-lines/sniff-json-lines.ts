/** Lines that are looked at before a log is taken for what most of them could be. */
const LINES_MAX = 256;

/** Members of hvclog's enter lines that NDJSON has under `args`. */
const FLAT_ARGUMENTS = [
  "count",
  "extents",
  "fault",
  "gpfn",
  "gpfns",
  "idxs",
  "nr_exchanged",
  "nr_extents",
  "nr_frames",
  "ops",
  "space",
];

type Verdict = "ndjson" | "hvclog" | "either" | "neither";

/** Which of the two formats of JSON lines a log's first bytes are of; null: neither. */
export function sniffJsonLines(head: Uint8Array): "ndjson" | "hvclog" | null {
  const lines = new TextDecoder().decode(head).split("\n", LINES_MAX);
  let either = false;
  for (const line of lines) {
    const verdict = verdictOn(line.trim());
    if (verdict === "ndjson" || verdict === "hvclog") return verdict;
    if (verdict === "either") either = true;
  }
  return either ? "ndjson" : null;
}

function verdictOn(line: string): Verdict {
  if (!line.startsWith("{")) return "neither";
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return verdictOnText(line);
  }
  if ("xgt_log" in value) return "ndjson";
  if (typeof value.ev !== "string") return "neither";
  if (value.ev === "enter") {
    if ("args" in value) return "ndjson";
    return FLAT_ARGUMENTS.some((name) => name in value) ? "hvclog" : "either";
  }
  if (value.ev === "exit") return "result" in value || value.via === "" ? "hvclog" : "either";
  return "either";
}

/** A line that is cut or corrupt: what its beginning says. */
function verdictOnText(line: string): Verdict {
  if (/^\{\s*"xgt_log"\s*:/.test(line)) return "ndjson";
  const beginning = line.slice(0, 1024);
  if (!/"ev"\s*:\s*"\w+"/.test(beginning)) return "neither";
  if (/"args"\s*:/.test(beginning)) return "ndjson";
  const names = FLAT_ARGUMENTS.join("|");
  if (new RegExp(`"cmd"\\s*:\\s*\\d+.*"(${names})"\\s*:`).test(beginning)) return "hvclog";
  return /"result"\s*:|"via"\s*:\s*""/.test(beginning) ? "hvclog" : "either";
}

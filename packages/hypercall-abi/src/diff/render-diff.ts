import type { AbiDiff, Change, Impacts } from "./change.ts";
import { audienceText, type Description, describeChange, describeGroup, number } from "./describe-change.ts";
import { type ReportSection, reportMarkdown, reportText } from "./report-sections.ts";

export type DiffFormat = "text" | "json" | "markdown";

/** A diff for people or programs. Ends with a newline. */
export function renderAbiDiff(diff: AbiDiff, format: DiffFormat): string {
  if (format === "json") return `${JSON.stringify(diff, null, 1)}\n`;
  const sections = sectionsOf(diff);
  const render = format === "markdown" ? reportMarkdown : reportText;
  return render(titleOf(diff), summaryLine(diff), sections);
}

function sectionsOf(diff: AbiDiff): ReportSection[] {
  const grouped = new Set(diff.groups.flatMap((g) => g.names));
  const single = diff.changes.filter((c) => c.subject !== "struct" || !grouped.has(c.name));
  const isBreaking = (impact: Impacts): boolean => impact.guest === "breaking" || impact.tools === "breaking";
  const silent = single.filter((c) => c.silent !== undefined);
  const rest = single.filter((c) => c.silent === undefined);
  const breaking = rest.filter((c) => isBreaking(c.impact));
  const compatible = rest.filter((c) => !isBreaking(c.impact));
  const sections: ReportSection[] = [
    { title: "Layout changed, interface version did not", entries: silent.map(describeChange), list: [] },
  ];
  for (const who of ["guests and tools", "guests", "tools"]) {
    const groups = diff.groups.filter((g) => isBreaking(g.impact) && audienceText(g.impact) === who);
    const mine = breaking.filter((c) => audienceText(c.impact) === who);
    sections.push(sectionOf(`Breaking for ${who}`, [...groups.map(describeGroup)], mine));
  }
  for (const who of ["guests and tools", "guests", "tools"]) {
    const groups = diff.groups.filter((g) => !isBreaking(g.impact) && audienceText(g.impact) === who);
    const mine = compatible.filter((c) => audienceText(c.impact) === who);
    sections.push(sectionOf(`Compatible for ${who}`, [...groups.map(describeGroup)], mine));
  }
  return sections.filter((s) => s.entries.length > 0 || s.list.length > 0);
}

/** Kinds of changes that are told as a list of names. */
const plainKinds: readonly (readonly [Change["change"], boolean, string])[] = [
  ["added", false, "added"],
  ["added", true, "new for guests, which only tools had"],
  ["removed", false, "removed"],
  ["removed", true, "gone for guests, which only tools still have"],
  ["changed", false, "with other tokens (what was built before keeps its own)"],
  ["changed", true, "with other tokens for guests"],
];

/** Names that only came, went, or changed their C type are lists; all else has a line of its own. */
function sectionOf(title: string, first: readonly Description[], changes: readonly Change[]): ReportSection {
  const isPlain = (c: Change): boolean =>
    c.subject === "macro" ||
    c.change === "added" ||
    (c.change === "removed" && (c.subject === "typedef" || c.note === undefined));
  const retyped = changes.filter((c) => c.type !== undefined && c.value?.[0] === c.value?.[1]);
  const entries = changes.filter((c) => !isPlain(c) && !retyped.includes(c)).map(describeChange);
  const list: string[] = [];
  for (const [change, crossed, word] of plainKinds) {
    for (const subject of ["struct", "constant", "string", "typedef", "macro"] as const) {
      const names = changes
        .filter(
          (c) =>
            isPlain(c) && c.change === change && c.subject === subject && (c.crossed ?? false) === crossed,
        )
        .map(shortName);
      if (names.length > 0) list.push(`${counted(names.length, subject)} ${word}: ${names.join(", ")}`);
    }
  }
  if (retyped.length > 0) {
    const names = retyped.map((c) => c.name).join(", ");
    list.push(`same number, another C type, ${counted(retyped.length, "constant")}: ${names}`);
  }
  return { title, entries: [...first, ...entries], list };
}

function shortName(change: Change): string {
  if (change.subject === "struct") return change.name.replace(/^struct /, "");
  const value = change.value?.[0] ?? change.value?.[1];
  if (value === null || value === undefined) return change.name;
  return change.subject === "string"
    ? `${change.name}=${JSON.stringify(value)}`
    : `${change.name}=${number(value, change.name)}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function titleOf(diff: AbiDiff): string {
  return `Xen ${diff.before.xen} -> ${diff.after.xen}, ${diff.arch}`;
}

function summaryLine(diff: AbiDiff): string {
  const { breaking, compatible, silent } = diff.summary;
  const parts = (["guest", "tools"] as const).map((who) => {
    const name = who === "guest" ? "guests" : who;
    if (breaking[who] === null) return `${name}: not compared, one side has no such view`;
    return `${name}: ${breaking[who]} breaking, ${compatible[who]} compatible`;
  });
  if (silent > 0) parts.push(`${counted(silent, "layout change")} that no version number tells of`);
  const version = (v: number): string => `0x${v.toString(16).padStart(8, "0")}`;
  const { interfaceVersion: from } = diff.before;
  const { interfaceVersion: to } = diff.after;
  parts.push(
    from === to
      ? `interface version ${version(to)} in both`
      : `interface version ${version(from)} -> ${version(to)}: guests that go on asking for the old one keep what the headers keep for it`,
  );
  return parts.join("; ");
}

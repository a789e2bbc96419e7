/** A part of a report: entries with details below them, and one-line lists. */
export interface ReportSection {
  /** Heading. */
  readonly title: string;
  /** One declaration each. */
  readonly entries: readonly { readonly head: string; readonly details: readonly string[] }[];
  /** Lines that stand for many names. */
  readonly list: readonly string[];
}

const widthMax = 120;

/** Plain text, at most 120 columns where words allow. */
export function reportText(title: string, summary: string, sections: readonly ReportSection[]): string {
  const lines = [title, ...wrapped(summary, "  ", "  ")];
  if (sections.length === 0) lines.push("", "No difference.");
  for (const section of sections) {
    lines.push("", section.title.toUpperCase());
    for (const { head, details } of section.entries) {
      lines.push(...wrapped(head, "  ", "      "));
      for (const detail of details) lines.push(...wrapped(detail, "      ", "          "));
    }
    for (const item of section.list) lines.push(...wrapped(item, "  ", "      "));
  }
  return `${lines.join("\n")}\n`;
}

/** Markdown with a heading per section. */
export function reportMarkdown(title: string, summary: string, sections: readonly ReportSection[]): string {
  const lines = [`# ${escaped(title)}`, "", `${escaped(summary)}.`];
  if (sections.length === 0) lines.push("", "No difference.");
  for (const section of sections) {
    lines.push("", `## ${section.title}`, "");
    for (const { head, details } of section.entries) {
      lines.push(`- ${escaped(head)}`);
      for (const detail of details) lines.push(`  - \`${detail}\``);
    }
    for (const item of section.list) lines.push(`- ${escaped(item)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Breaks a line between words. */
function wrapped(line: string, indent: string, continued: string): string[] {
  const lines: string[] = [];
  let current = indent;
  for (const word of line.split(/ (?! )/)) {
    if (current.trim() !== "" && current.length + 1 + word.length > widthMax) {
      lines.push(current.trimEnd());
      current = continued;
    }
    current += current.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, current];
}

function escaped(line: string): string {
  return line.replace(/[_*<`]/g, "\\$&");
}

import { changeTexts } from "@xgt/findings";
import { EventEffects, eventLine, type RunContext, replayRun } from "@xgt/run";

/** One event of an example log, and what the rule says at it. */
export interface ExampleEvent {
  /** Its number in the log, from 1. */
  readonly event: number;
  /** What it asked for, answered and changed, as `--events` lists it. */
  readonly text: string;
  /** "error gfn 0x80000: DMA to disk uses ...", of the rule's own findings. */
  readonly said: readonly string[];
}

/** An example log as people read it. */
export interface ExampleEvents {
  /** What the header says, one member a line: `xen "4.17"`. */
  readonly header: readonly string[];
  readonly events: readonly ExampleEvent[];
}

/** Replays an example log of a rule: what each event did, and what the rule `id` found there. */
export async function exampleEvents(log: string, id: string): Promise<ExampleEvents> {
  const lines: { event: number; text: string }[] = [];
  const list = ({ strings, setup: { sources } }: RunContext) =>
    new EventEffects((effect) => {
      const line = eventLine(effect, undefined, { strings, sources });
      const changes = changeTexts(line).join("; ");
      lines.push({ event: line.event, text: changes === "" ? line.text : `${line.text}  ${changes}` });
    });
  const options = { stdin: once(log), observers: (context: RunContext) => [list(context)] };
  const run = await replayRun({ paths: ["-"] }, options);
  const said = new Map<number, string[]>();
  for (const { rule, also, severity, gfn, message, event } of run.findings.list) {
    if (event === null || !(rule === id || also.includes(id))) continue;
    const at = gfn === null ? "" : ` gfn 0x${gfn.toString(16)}`;
    said.set(event, [...(said.get(event) ?? []), `${severity}${at}: ${message} [${rule}]`]);
  }
  return {
    header: headerLines(log),
    events: lines.map(({ event, text }) => ({ event, text, said: said.get(event) ?? [] })),
  };
}

/** Members of the first line, those of the domains apart. */
function headerLines(log: string): string[] {
  const end = log.indexOf("\n");
  const header: Record<string, unknown> = JSON.parse(log.slice(0, end));
  return Object.entries(header).flatMap(([name, value]) => {
    if (name === "xgt_log" || name === "version" || name === "arch") return [];
    if (name !== "domains" || !Array.isArray(value)) return [`${name} ${JSON.stringify(value)}`];
    return value.map((domain) => `domain ${JSON.stringify(domain)}`);
  });
}

async function* once(text: string): AsyncIterable<string> {
  yield text;
}

import { FrameKind } from "./frame-kinds.ts";
import { isWrongDma } from "./moment.ts";
import type { RunModel } from "./run-model.ts";
import { storyOf } from "./story.ts";
import { counted, frameText, timeText } from "./texts.ts";

/** Where a hit leads. */
export interface SearchTarget {
  readonly domid?: number;
  readonly gfn?: number;
  readonly event?: number;
  readonly task?: string;
  readonly device?: string;
  /** Opens the list of what was not checked. */
  readonly notChecked?: boolean;
  /** Index of the finding that it is. */
  readonly finding?: number;
}

/** One thing that was found by its name or number. */
export interface SearchHit {
  readonly kind: "gfn" | "mfn" | "event" | "handle" | "ref" | "rule" | "device" | "task" | "mark";
  readonly name: string;
  readonly about: string;
  readonly target: SearchTarget;
}

export const HITS_SHOWN = 40;

/** All that a text names, at most HITS_SHOWN; numbers are taken as hex and, without 0x, as decimal, too. */
export function searchRun(run: RunModel, query: string): SearchHit[] {
  const text = query.trim().toLowerCase();
  if (text === "") return [];
  const hits: SearchHit[] = [];
  const hex = /^(0x)?[0-9a-f]{2,13}$/.test(text) ? Number.parseInt(text.replace(/^0x/, ""), 16) : Number.NaN;
  const decimal = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(decimal)) hits.push(...eventHits(run, decimal), ...grantHits(run, decimal));
  if (!Number.isNaN(hex)) hits.push(...gfnHits(run, hex, text), ...mfnHits(run, hex));
  hits.push(...ruleHits(run, text), ...nameHits(run, text), ...markHits(run, text));
  return hits.slice(0, HITS_SHOWN);
}

function gfnHits(run: RunModel, gfn: number, text: string): SearchHit[] {
  const hits: SearchHit[] = [];
  for (const { domid } of run.head.domains) {
    const domain = run.domain(domid);
    const story = storyOf(domain, gfn);
    if (story.length === 0) continue;
    const about = `domain ${domid}, ${counted(story.length, "thing")} touched it`;
    hits.push({ kind: "gfn", name: frameText(gfn), about, target: { domid, gfn, event: story[0].event } });
  }
  if (hits.length > 0 || text.length < 4) return hits;
  const about = "no event touched it";
  return [{ kind: "gfn", name: frameText(gfn), about, target: { gfn, event: run.events - 1 } }];
}

function mfnHits(run: RunModel, mfn: number): SearchHit[] {
  const { changes } = run.tables;
  const hits: SearchHit[] = [];
  for (let i = 0; i < changes.event.length && hits.length < HITS_SHOWN; i++) {
    const first = changes.mfn[i];
    if (first < 0 || first === changes.gfn[i] || mfn < first || mfn >= first + changes.count[i]) continue;
    const gfn = changes.gfn[i] + mfn - first;
    const about = `mapped at gfn ${frameText(gfn)}, event ${run.number(changes.event[i])}`;
    hits.push({
      kind: "mfn",
      name: frameText(mfn),
      about,
      target: { domid: changes.domid[i], gfn, event: changes.event[i] },
    });
  }
  return hits;
}

function eventHits(run: RunModel, number: number): SearchHit[] {
  const event = run.exactRowOf(number);
  if (event < 0) return [];
  const { changes, dma, entries } = run.tables;
  const touched = [changes, dma, entries].flatMap((table) => {
    const at = table.event.indexOf(event);
    return at < 0 ? [] : [{ domid: table.domid[at], gfn: table.gfn[at] }];
  })[0];
  return [{ kind: "event", name: `#${number}`, about: run.what(event), target: { ...touched, event } }];
}

function grantHits(run: RunModel, number: number): SearchHit[] {
  const { changes } = run.tables;
  const hits: SearchHit[] = [];
  for (let i = 0; i < changes.event.length && hits.length < HITS_SHOWN; i++) {
    if (changes.to[i] !== FrameKind.grant) continue;
    for (const kind of ["handle", "ref"] as const) {
      const first = changes[kind][i];
      if (first < 0 || number < first || number >= first + changes.count[i]) continue;
      const gfn = changes.gfn[i] + number - first;
      const about = `gfn ${frameText(gfn)}, event ${run.number(changes.event[i])}`;
      const target = { domid: changes.domid[i], gfn, event: changes.event[i] };
      hits.push({ kind, name: String(number), about, target });
    }
  }
  return hits;
}

function ruleHits({ head, findings }: RunModel, text: string): SearchHit[] {
  return Object.entries(head.rules).flatMap(([id, { name }]): SearchHit[] => {
    if (!`${id} ${name}`.toLowerCase().includes(text)) return [];
    const found = findings.filter(({ rule, also }) => rule === id || also.includes(id));
    if (found.length > 0) {
      const { index } = found.find(isWrongDma) ?? found[0];
      return [
        {
          kind: "rule",
          name: id,
          about: `${name}, ${counted(found.length, "finding")}`,
          target: { finding: index },
        },
      ];
    }
    const undecided = head.undecided.find(({ rule }) => rule === id);
    if (undecided === undefined) return [];
    return [{ kind: "rule", name: id, about: `not checked: ${undecided.why}`, target: { notChecked: true } }];
  });
}

function nameHits(run: RunModel, text: string): SearchHit[] {
  const { events, dma } = run.tables;
  const tasks = countsOf(run, events.task, text);
  const devices = countsOf(run, dma.device, text);
  return [
    ...devices.map(({ name, count }): SearchHit => {
      return {
        kind: "device",
        name,
        about: `${counted(count, "DMA map")}: filter by it`,
        target: { device: name },
      };
    }),
    ...tasks.map(({ name, count }): SearchHit => {
      return {
        kind: "task",
        name,
        about: `${counted(count, "event")}: filter by it`,
        target: { task: name },
      };
    }),
  ];
}

/** How often each name that holds a text is used. */
function countsOf(run: RunModel, column: ArrayLike<number>, text: string): { name: string; count: number }[] {
  const wanted = new Map<number, number>();
  for (const [index] of run.head.strings.entries()) {
    if (run.name(index)?.toLowerCase().includes(text)) wanted.set(index, 0);
  }
  if (wanted.size === 0) return [];
  for (let i = 0; i < column.length; i++) {
    const count = wanted.get(column[i]);
    if (count !== undefined) wanted.set(column[i], count + 1);
  }
  return [...wanted]
    .filter(([, count]) => count > 0)
    .map(([index, count]) => ({ name: run.name(index) ?? "", count }));
}

function markHits({ marks }: RunModel, text: string): SearchHit[] {
  return marks
    .filter((mark) => mark.text.toLowerCase().includes(text))
    .map((mark) => ({
      kind: "mark",
      name: mark.text,
      about: timeText(mark.time),
      target: { event: mark.event },
    }));
}

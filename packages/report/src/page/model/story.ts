import { severityRank } from "@xgt/findings";
import type { DomainModel } from "./domain-model.ts";
import { coversFrame, isWrongDma, transfersAt } from "./moment.ts";
import type { ModelFinding } from "./run-model.ts";

/**
 * One thing that happened to a frame: `change`, `entry`, `transfer`: rows of their tables; `landed`: a DMA for another
 * gfn used it; `mapped`: it became what another gfn holds; `missed`: a device should have used it.
 */
export interface StoryItem {
  readonly event: number;
  readonly what: "change" | "entry" | "transfer" | "landed" | "mapped" | "missed" | "found";
  /** Row of the table, or index of the finding for `missed`; -1: none. */
  readonly row: number;
  readonly findings: readonly ModelFinding[];
  /** A wrong DMA that was found before already counts as wrong, too. */
  readonly isWrong: boolean;
}

/** Everything that touched a frame, in order. */
export function storyOf(domain: DomainModel, gfn: number): StoryItem[] {
  const { run } = domain;
  const items: StoryItem[] = [];
  const add = (event: number, what: StoryItem["what"], row: number, isWrong = false) => {
    items.push({ event, what, row, isWrong, findings: findingsOf(domain, gfn, event) });
  };
  const { changes, entries } = run.tables;
  const row = domain.rowAt(gfn);
  if (row >= 0) {
    const history = domain.rows.history;
    for (let i = history.first[row]; i < history.first[row + 1]; i++) {
      const change = exactChange(domain, history.items[i], gfn);
      add(changes.event[change], "change", change);
    }
    const own = domain.entries;
    for (let i = own.first[row]; i < own.first[row + 1]; i++) {
      const entry = own.items[i];
      if (gfn >= entries.gfn[entry] && gfn < entries.gfn[entry] + entries.count[entry]) {
        add(entries.event[entry], "entry", entry);
      }
    }
  }
  for (const transfer of transfersAt(domain, gfn)) {
    add(run.tables.dma.event[transfer], "transfer", transfer, domain.wrongTransfers[transfer] === 1);
  }
  addFromElsewhere(domain, gfn, add);
  for (const finding of run.findings) {
    if (
      finding.domid === domain.domid &&
      finding.expected === gfn &&
      finding.gfn !== gfn &&
      isWrongDma(finding)
    ) {
      add(finding.at, "missed", finding.index, true);
    }
    if (!coversFrame(finding, domain, gfn) || items.some(({ event }) => event === finding.at)) continue;
    if (finding.at >= 0) add(finding.at, "found", -1);
  }
  return items.sort((a, b) => a.event - b.event);
}

/** What other gfns did to a frame: DMA that landed in it, and maps of it. */
function addFromElsewhere(
  domain: DomainModel,
  gfn: number,
  add: (event: number, what: StoryItem["what"], row: number, isWrong?: boolean) => void,
): void {
  const { changes, dma } = domain.run.tables;
  for (let i = 0; i < dma.event.length; i++) {
    if (dma.bus[i] < 0 || dma.bus[i] === dma.gfn[i] || gfn < dma.bus[i] || gfn >= dma.bus[i] + dma.pages[i])
      continue;
    add(dma.event[i], "landed", i, domain.wrongTransfers[i] === 1);
  }
  for (let i = 0; i < changes.event.length; i++) {
    const mfn = changes.mfn[i];
    if (mfn < 0 || mfn === changes.gfn[i] || gfn < mfn || gfn >= mfn + changes.count[i]) continue;
    add(changes.event[i], "mapped", i);
  }
}

/** Findings about a frame at an event, gravest and those that name a wrong DMA first. */
export function findingsOf(domain: DomainModel, gfn: number, event: number): ModelFinding[] {
  return domain.run
    .findingsAt(event)
    .filter((finding) => coversFrame(finding, domain, gfn))
    .sort((a, b) => {
      const wrong = Number(isWrongDma(b)) - Number(isWrongDma(a));
      return wrong || severityRank(a.severity) - severityRank(b.severity);
    });
}

/** Rows are joined: of the changes at one event, the one that is about this very frame. */
export function exactChange({ run, domid }: DomainModel, change: number, gfn: number): number {
  const { changes } = run.tables;
  const covers = (i: number) =>
    changes.domid[i] === domid && gfn >= changes.gfn[i] && gfn < changes.gfn[i] + changes.count[i];
  if (covers(change)) return change;
  for (let i = change + 1; i < changes.event.length && changes.event[i] === changes.event[change]; i++) {
    if (covers(i) && changes.to[i] === changes.to[change]) return i;
  }
  for (let i = change - 1; i >= 0 && changes.event[i] === changes.event[change]; i--) {
    if (covers(i) && changes.to[i] === changes.to[change]) return i;
  }
  return change;
}

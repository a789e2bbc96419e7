import { hex } from "../rules/kinds/rule.ts";
import { type FrameKind, frameKindNames, NOT_KNOWN } from "../state/frame-kind.ts";
import type { Change } from "../state/machine.ts";

interface Effect {
  gfn: number;
  count: number;
  oldKind: FrameKind;
  kind: FrameKind;
  mfn: number;
}

/** Runs of changes shown for one event; the rest is counted. */
const RUNS_SHOWN = 64;

/** What one event did to the p2m, runs of neighbouring gfns joined. Used for `--events` only. */
export class EffectLog {
  readonly runs: Effect[] = [];
  hidden = 0;

  add(change: Change): void {
    const last = this.runs[this.runs.length - 1];
    const follows = last !== undefined && change.gfn === last.gfn + last.count;
    const inStep =
      last !== undefined &&
      (change.mfn === NOT_KNOWN ? last.mfn === NOT_KNOWN : change.mfn === last.mfn + last.count);
    if (follows && inStep && change.oldKind === last.oldKind && change.kind === last.kind) {
      last.count++;
      return;
    }
    if (this.runs.length >= RUNS_SHOWN) {
      this.hidden++;
      return;
    }
    this.runs.push({
      gfn: change.gfn,
      count: 1,
      oldKind: change.oldKind,
      kind: change.kind,
      mfn: change.mfn,
    });
  }

  clear(): void {
    this.runs.length = 0;
    this.hidden = 0;
  }
}

/** "0xcd6b9-0xcd6ba own -> grant 0xcd8a3". */
export function describeChanges(effects: EffectLog): string[] {
  const lines = effects.runs.map((run) => {
    const range = run.count === 1 ? hex(run.gfn) : `${hex(run.gfn)}-${hex(run.gfn + run.count - 1)}`;
    const frame = run.mfn === NOT_KNOWN || frameKindNames[run.kind] === "own" ? "" : ` ${hex(run.mfn)}`;
    return `${range} ${frameKindNames[run.oldKind]} -> ${frameKindNames[run.kind]}${frame}`;
  });
  if (effects.hidden > 0) lines.push(`and ${effects.hidden} more`);
  return lines;
}

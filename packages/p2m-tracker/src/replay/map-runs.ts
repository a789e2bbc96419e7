import type { Domain } from "../state/domain.ts";
import { EntryFlag, FrameKind, frameKindNames, NOT_KNOWN } from "../state/frame-kind.ts";
import type { FrameCounts, MapRun } from "./replay-result.ts";

type OpenRun = { -readonly [key in keyof MapRun]: MapRun[key] };

/** Frames of a domain by kind: exceptions counted one by one, the rest of the banks by their default. */
export function countFrames(domain: Domain): FrameCounts {
  const counts = { own: 0, hole: 0, grant: 0, foreign: 0, xen: 0, mmio: 0, identity: 0, unknown: 0 };
  let inBanks = 0;
  domain.p2m.forEach((gfn) => {
    const inRam = domain.inRam(gfn) === true;
    if (inRam) inBanks++;
    const kind = domain.p2m.kindOf(gfn);
    if ((kind === FrameKind.hole || kind === FrameKind.unknown) && !inRam) return;
    counts[frameKindNames[kind] as keyof FrameCounts]++;
  });
  for (const bank of domain.ram ?? []) {
    const kind = domain.p2m.defaultOf(bank.gfn) === FrameKind.own ? "own" : "unknown";
    counts[kind] += bank.count;
  }
  if (domain.ram?.length) {
    const kind = domain.p2m.defaultOf(domain.ram[0].gfn) === FrameKind.own ? "own" : "unknown";
    counts[kind] -= inBanks;
  }
  return counts;
}

/**
 * The p2m as maximal runs in order of gfn. Exceptions only, or with `all` the banks' own RAM and the default holes too.
 * Holes outside the banks that nothing made are left out.
 */
export function mapRuns(domain: Domain, all: boolean): MapRun[] {
  const runs: MapRun[] = [];
  let open: OpenRun | undefined;
  const push = (run: OpenRun): void => {
    if (open !== undefined && continues(open, run)) open.count += run.count;
    else {
      open = run;
      runs.push(run);
    }
  };
  const gaps = all ? defaultGaps(domain) : [];
  let gap = 0;
  let next = 0;
  domain.p2m.forEach((gfn) => {
    while (gap < gaps.length && gaps[gap].start < gfn) {
      const end = Math.min(gaps[gap].end, gfn);
      const start = Math.max(gaps[gap].start, next);
      if (start < end) push(defaultRun(domain, start, end - start));
      if (gaps[gap].end > gfn) break;
      gap++;
    }
    next = gfn + 1;
    if (all || isException(domain, gfn)) push(entryRun(domain, gfn));
  });
  for (; gap < gaps.length; gap++) {
    const start = Math.max(gaps[gap].start, next);
    if (start < gaps[gap].end) push(defaultRun(domain, start, gaps[gap].end - start));
  }
  return runs;
}

/** Own RAM at its own frame, and a hole where there never was RAM, are no exceptions. */
function isException(domain: Domain, gfn: number): boolean {
  const kind = domain.p2m.kindOf(gfn);
  if (kind === FrameKind.own) return domain.directMapped && domain.p2m.mfnAt(gfn) !== gfn;
  return kind !== FrameKind.hole || domain.p2m.defaultOf(gfn) !== FrameKind.hole;
}

function defaultGaps(domain: Domain): { start: number; end: number }[] {
  return (domain.ram ?? [])
    .map((bank) => ({ start: bank.gfn, end: bank.gfn + bank.count }))
    .sort((a, b) => a.start - b.start);
}

function defaultRun(domain: Domain, gfn: number, count: number): OpenRun {
  const kind = domain.p2m.defaultOf(gfn);
  const identity = kind === FrameKind.own && domain.directMapped;
  return {
    gfn,
    count,
    kind: frameKindNames[kind],
    mfn: identity ? gfn : null,
    readOnly: false,
    handle: null,
    domid: null,
  };
}

function entryRun(domain: Domain, gfn: number): OpenRun {
  const p2m = domain.p2m;
  const kind = p2m.kindOf(gfn);
  const mfn = p2m.mfnAt(gfn);
  const aux = p2m.auxAt(gfn);
  const hasFrame = mfn !== NOT_KNOWN && kind !== FrameKind.hole && kind !== FrameKind.unknown;
  return {
    gfn,
    count: 1,
    kind: frameKindNames[kind],
    mfn: hasFrame ? mfn : null,
    readOnly: (p2m.flagsAt(gfn) & EntryFlag.readOnly) !== 0,
    handle: kind === FrameKind.grant && aux !== NOT_KNOWN ? aux : null,
    domid: kind === FrameKind.foreign && aux !== NOT_KNOWN ? aux : null,
  };
}

/** Whether `next` goes on where `run` ends: same kind, frames in step, and for grants a handle of its own each. */
function continues(run: OpenRun, next: OpenRun): boolean {
  if (next.gfn !== run.gfn + run.count || next.kind !== run.kind) return false;
  if (next.readOnly !== run.readOnly || next.domid !== run.domid) return false;
  if (next.handle !== null || run.handle !== null) return false;
  return run.mfn === null ? next.mfn === null : next.mfn === run.mfn + run.count;
}

import type { Domain } from "../state/domain.ts";
import { FrameKind, LINEAGE, NOT_KNOWN } from "../state/frame-kind.ts";
import type { Passing } from "./straight-guards.ts";
import type { StraightHost } from "./straight-host.ts";

/** Grants that come to a hole (or a gfn that nothing is known of), and go and leave one. */
export class GrantChanges {
  private readonly host: StraightHost;

  constructor(host: StraightHost) {
    this.host = host;
  }

  /** Whether a grant of a frame may come to a gfn; `entry` -1: it has no leaf; `mfn` NOT_KNOWN: the frame is not known. */
  mayCome(domain: Domain, passing: Passing, gfn: number, entry: number, mfn: number): boolean {
    const { guards, table } = this.host;
    const stored = entry < 0 ? 0 : domain.frames.kinds[entry];
    const kind = stored === 0 ? domain.p2m.defaultOf(gfn) : stored;
    if (kind !== FrameKind.hole && kind !== FrameKind.unknown) return false;
    if (!passing.kinds.grantMade || mfn === gfn || domain.iommu === true || table.covers(gfn)) return false;
    const { mayMap } = guards;
    for (let i = 0; i < mayMap.length; i++) if (mayMap[i].mayMap?.(domain, gfn) === false) return false;
    if (!(gfn >= passing.firstPlace && gfn < passing.endPlace) && !guards.takesPlace(domain, gfn, passing))
      return false;
    if (mfn === NOT_KNOWN || (mfn >= passing.firstFrame && mfn < passing.endFrame)) return true;
    return guards.takesFrame(domain, mfn, passing);
  }

  /** A grant comes to a gfn. `aux`: its handle; NOT_KNOWN: it was not recorded. */
  come(
    domain: Domain,
    passing: Passing,
    gfn: number,
    entry: number,
    mfn: number,
    aux: number,
    flags: number,
  ): void {
    const { machine, guards } = this.host;
    const { frames } = domain;
    const stored = frames.kinds[entry];
    if ((stored === 0 ? domain.p2m.defaultOf(gfn) : stored) === FrameKind.unknown) {
      domain.xenPages.doubt();
      for (const rule of guards.unknownTouched) rule.unknownTouched?.(domain, gfn, machine.event, 1);
    }
    frames.kinds[entry] = FrameKind.grant;
    frames.mfns.set(entry, mfn);
    frames.aux[entry] = aux;
    frames.flags[entry] = flags | (frames.flags[entry] & LINEAGE);
    frames.events.set(entry, machine.event);
    domain.noteMapped(gfn);
    domain.countException(1);
    passing.opened++;
  }

  /** Whether the grant at a gfn may go. */
  mayGo(domain: Domain, passing: Passing, gfn: number): boolean {
    return passing.kinds.grantGone && domain.iommu !== true && !this.host.table.covers(gfn);
  }

  /** The grant at an entry goes, its handle's mapping with it, and leaves a hole. */
  go(domain: Domain, entry: number): void {
    const { frames, maptrack } = domain;
    const { event } = this.host.machine;
    frames.goneMfns.set(entry, frames.mfns.get(entry));
    frames.goneEvents.set(entry, event);
    const slot = frames.aux[entry] === NOT_KNOWN ? -1 : maptrack.find(frames.aux[entry]);
    if (slot >= 0) maptrack.loseMapping(slot);
    frames.kinds[entry] = FrameKind.hole;
    frames.mfns.set(entry, NOT_KNOWN);
    frames.aux[entry] = NOT_KNOWN;
    frames.flags[entry] &= LINEAGE;
    frames.events.set(entry, event);
    domain.countException(-1);
  }
}

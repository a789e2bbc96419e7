import { MARKED_FRAMES_MAX } from "../../limits.ts";
import type { Domain } from "../../state/domain.ts";
import { NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";

/** How a handle lost its mapping. */
interface Lost {
  /** Event of the map that gave the handle out: the number may come again. */
  readonly mapEvent: number;
  readonly event: number;
}

/** Live handles whose mapping another call replaced. Beyond MARKED_FRAMES_MAX further ones are not kept. */
export class LostHandles {
  private readonly byDomain = new Map<Domain, Map<number, Lost>>();
  private kept = 0;

  /** Handles kept, released ones too; 0: no look-up can find one. */
  get size(): number {
    return this.kept;
  }

  /** The grant that was at the gfn of a change is replaced by it. */
  note(change: Change): void {
    const { domain, oldAux } = change;
    const slot = oldAux === NOT_KNOWN ? -1 : domain.maptrack.find(oldAux);
    if (slot < 0 || change.call === undefined || this.kept >= MARKED_FRAMES_MAX) return;
    let handles = this.byDomain.get(domain);
    if (handles === undefined) {
      handles = new Map();
      this.byDomain.set(domain, handles);
    }
    if (!handles.has(oldAux)) this.kept++;
    handles.set(oldAux, { mapEvent: domain.maptrack.mapEvent.get(slot), event: change.call.exitEvent });
  }

  /** Event that replaced the mapping of a handle made at `mapEvent`; 0: none did. */
  eventOf(domain: Domain, handle: number, mapEvent: number): number {
    const lost = this.byDomain.get(domain)?.get(handle);
    return lost?.mapEvent === mapEvent ? lost.event : 0;
  }

  /** Nothing is known of the domain's handles any more. */
  forget(domain: Domain): void {
    this.kept -= this.byDomain.get(domain)?.size ?? 0;
    this.byDomain.delete(domain);
  }
}

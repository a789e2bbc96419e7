import { fieldIndex } from "@xgt/hypercall-log";
import { MARKED_FRAMES_MAX } from "../../limits.ts";
import { shapeNamed } from "../../semantics/shared/semantics.ts";
import type { Domain } from "../../state/domain.ts";
import { NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";

const resource = shapeNamed("acquire_resource").in;
const TYPE = fieldIndex(resource, "type");
const ID = fieldIndex(resource, "id");
const FRAME = fieldIndex(resource, "frame");
const BATCH_IDXS = 0;
/** Frames of one resource, and ids of one type, that a number tells apart. */
const FRAMES = 2 ** 32;
const IDS = 2 ** 16;

/** Which frame of its owner each foreign mapping shows. Beyond MARKED_FRAMES_MAX further gfns are not kept. */
export class ForeignSources {
  private readonly byDomain = new Map<Domain, Map<number, number>>();
  private kept = 0;

  /** Notes what a change to a foreign frame mapped. */
  note(change: Change): void {
    const source = sourceOf(change);
    let gfns = this.byDomain.get(change.domain);
    if (gfns === undefined) {
      gfns = new Map();
      this.byDomain.set(change.domain, gfns);
    }
    const known = gfns.has(change.gfn);
    if (Number.isNaN(source) || (!known && this.kept >= MARKED_FRAMES_MAX)) {
      if (gfns.delete(change.gfn)) this.kept--;
      return;
    }
    if (!known) this.kept++;
    gfns.set(change.gfn, source);
  }

  /** Whether a change of one foreign frame to another maps the frame that was there already. */
  isSame(change: Change): boolean {
    if (change.aux === NOT_KNOWN || change.aux !== change.oldAux) return false;
    const before = this.byDomain.get(change.domain)?.get(change.gfn);
    return before !== undefined && before === sourceOf(change);
  }

  /** Nothing is known of the domain any more. */
  forget(domain: Domain): void {
    this.kept -= this.byDomain.get(domain)?.size ?? 0;
    this.byDomain.delete(domain);
  }
}

/** The owner's gfn; below 0: type, id and frame of a resource; NaN: not recorded. */
function sourceOf(change: Change): number {
  const { call, item } = change;
  if (call === undefined) return Number.NaN;
  if (call.name !== "acquire_resource")
    return item < call.in.listLength(BATCH_IDXS) ? call.in.listAt(BATCH_IDXS, item) : Number.NaN;
  const frame = call.in.u64(0, FRAME) + item;
  return -1 - ((call.in.u64(0, TYPE) * IDS + (call.in.u64(0, ID) % IDS)) * FRAMES + frame);
}

import type { Domain } from "../../state/domain.ts";
import { NOT_KNOWN } from "../../state/frame-kind.ts";
import type { Change } from "../../state/machine.ts";
import { hex } from "../kinds/rule.ts";
import { frameOf, mapFields } from "./grant-op-fields.ts";

/**
 * "ref 53 of domain 1 (frame 0xc78e6)" for the map that made this change. Only the granter where the call has more ops
 * than one: messages of neighbouring frames must be the same to become one finding.
 */
export function mapText(change: Change): string {
  const call = change.call;
  if (call === undefined) return "a grant that the guest's own table names";
  const granter = call.in.u64(change.item, mapFields.dom);
  const by = Number.isNaN(granter) ? "a domain" : `domain ${granter}`;
  if (call.in.rows > 1) return `grants of ${by}`;
  const ref = call.in.u64(change.item, mapFields.ref);
  const bus = call.out.u64(change.item, mapFields.bus);
  const frame = Number.isNaN(bus) ? "" : ` (frame ${hex(frameOf(bus))})`;
  return `${Number.isNaN(ref) ? "a grant" : `ref ${ref}`} of ${by}${frame}`;
}

/** "handle 5 (ref 8 of domain 1)"; "a grant" where the handle is not known. */
export function handleText(domain: Domain, handle: number): string {
  const slot = handle === NOT_KNOWN ? -1 : domain.maptrack.find(handle);
  if (slot < 0) return "a grant mapping";
  return `handle ${handle} (ref ${domain.maptrack.ref.get(slot)} of domain ${domain.maptrack.granter[slot]})`;
}

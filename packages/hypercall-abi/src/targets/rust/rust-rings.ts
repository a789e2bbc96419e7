import type { AggregatePlan } from "../plan/binding-plan.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import type { RingPlan } from "../plan/rings.ts";
import code from "./rings.rs?raw";

const sections = new ForeignSections(code);

/** Both sides of rings, generic over the ring, and xenstore's page; nothing where there is neither. */
export function renderRustRings(
  rings: readonly RingPlan[],
  xenstorePage: AggregatePlan | undefined,
  nameOf: (aggregate: AggregatePlan) => string,
): string[] {
  const lines = rings.length > 0 ? [...sections.lines("ring"), ""] : [];
  for (const ring of rings) {
    const shared = nameOf(ring.shared);
    lines.push(
      "// SAFETY: the layouts of the types are asserted above.",
      `unsafe impl Ring for ${shared} {`,
      `    type Request = ${nameOf(ring.request)};`,
      `    type Response = ${nameOf(ring.response)};`,
      `    type Entry = ${nameOf(ring.entry)};`,
      `    const ENTRIES_AT: usize = core::mem::offset_of!(${shared}, ring);`,
      "}",
      "",
    );
  }
  if (xenstorePage !== undefined) {
    const name = nameOf(xenstorePage);
    lines.push(...sections.text("xenstore").replaceAll("XenstoreDomainInterface", name).split("\n"), "");
  }
  return lines;
}

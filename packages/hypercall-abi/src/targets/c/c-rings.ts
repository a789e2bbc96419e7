import { ForeignSections } from "../plan/foreign-sections.ts";
import type { RingPlan } from "../plan/rings.ts";
import code from "./rings.h?raw";

const sections = new ForeignSections(code);

/** The functions of rings, and of xenstore's page where `hasXenstore`; nothing where there is neither. */
export function renderCRings(rings: readonly RingPlan[], hasXenstore: boolean, prefix: string): string[] {
  if (rings.length === 0 && !hasXenstore) return [];
  const texts = [sections.text("barriers"), ...rings.map((ring) => ringText(ring, prefix))];
  if (hasXenstore)
    texts.push(
      sections
        .text("xenstore")
        .replace(/\bxenstore_domain_interface\b/g, `${prefix}xenstore_domain_interface`),
    );
  const own = prefix === "" ? "xen_" : prefix;
  return texts.flatMap((text) => [...text.replace(/\bxgt_(?=ring_|xenstore_)/g, own).split("\n"), ""]);
}

function ringText(ring: RingPlan, prefix: string): string {
  const types: Readonly<Record<string, string>> = {
    "struct example_request": `struct ${prefix}${ring.request.name}`,
    "struct example_response": `struct ${prefix}${ring.response.name}`,
  };
  return sections
    .text("ring")
    .replace(/\bstruct example_re(?:quest|sponse)\b/g, (type) => types[type])
    .replace(/\bexample\b(?=:)/g, ring.name)
    .replace(/\bexample_/g, `${prefix}${ring.name}_`);
}

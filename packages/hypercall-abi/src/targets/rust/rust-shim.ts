import { itemNumbers } from "../c/c-shim.ts";
import { ForeignSections } from "../plan/foreign-sections.ts";
import { Printer } from "../plan/printer.ts";
import { type ShimPlan, withHeader } from "../plan/shim-plan.ts";
import shim from "./shim.rs?raw";

const sections = new ForeignSections(shim);

/**
 * Wrappers of memory_op and grant_table_op in Rust, without std: they issue the hypercall and write both halves as lines
 * of the NDJSON log.
 */
export function renderRustShim(plan: ShimPlan): string {
  const out = new Printer("    ");
  out.all(withHeader(sections.text("wrappers"), plan).split("\n"));
  out.gap();
  out.all(sections.lines("line"));
  out.gap();
  out.block("shim_items! {", "}", () => {
    for (const { name, items } of plan.subOps) {
      if (items.length > 0) out.line(`// ${name}`);
      for (const item of items) out.line(`${[JSON.stringify(item.name), ...itemNumbers(item)].join(" ")};`);
    }
  });
  out.gap();
  let first = 0;
  out.block("shim_ops! {", "}", () => {
    for (const { nr, cmd, rows, size, items, name } of plan.subOps) {
      out.line(`${nr} ${cmd} ${rows} ${size} ${first} ${items.length}; // ${name}`);
      first += items.length;
    }
  });
  return out.toString();
}

import { ForeignSections } from "../plan/foreign-sections.ts";
import { Printer } from "../plan/printer.ts";
import { type ShimItem, type ShimPlan, type ShimSubOp, withHeader } from "../plan/shim-plan.ts";
import shimCode from "./shim.c?raw";
import shimDeclarations from "./shim.h?raw";

const declarations = new ForeignSections(shimDeclarations);
const code = new ForeignSections(shimCode);

/** Numbers of item kinds in the generated table, in this order. */
const itemKinds: readonly ShimItem["kind"][] = [
  "decimal",
  "signed",
  "hex",
  "list",
  "signed-list",
  "open",
  "close",
];

const BEFORE = 1;
const AFTER = 2;

/**
 * Wrappers of memory_op and grant_table_op in C: they issue the hypercall and write both halves as lines of the NDJSON
 * log. Declarations always; the code in the one file that defines PREFIX_SHIM_IMPLEMENTATION.
 */
export function renderCShim(plan: ShimPlan, prefix: string): string {
  const p = prefix === "" ? "xgt_" : prefix;
  const out = new Printer("    ");
  const named = (text: string): string[] =>
    withHeader(
      text.replace(/\b(?:xgt|XGT)_(?=shim|SHIM)/g, (own) => (own === "xgt_" ? p : p.toUpperCase())),
      plan,
    ).split("\n");
  out.all(named(declarations.text("declarations")));
  out.gap();
  out.line(`#ifdef ${p.toUpperCase()}SHIM_IMPLEMENTATION`);
  out.gap();
  out.all(named(code.text("item")));
  out.gap();
  itemTable(plan, p, out);
  out.gap();
  out.all(named(code.text("op")));
  out.gap();
  out.block(`static const struct ${p}shim_op ${p}shim_ops[] = {`, "};", () =>
    out.all(operations(plan.subOps)),
  );
  out.gap();
  out.all(named(code.text("code")));
  out.gap();
  out.line(`#endif /* ${p.toUpperCase()}SHIM_IMPLEMENTATION */`);
  return out.toString();
}

function itemTable(plan: ShimPlan, p: string, out: Printer): void {
  out.block(`static const struct ${p}shim_item ${p}shim_items[] = {`, "};", () => {
    for (const { name, items } of plan.subOps) {
      if (items.length > 0) out.line(`/* ${name} */`);
      for (const item of items) out.line(`{ ${cells(item)} },`);
    }
    out.line("{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },");
  });
}

function operations(subOps: readonly ShimSubOp[]): string[] {
  let first = 0;
  return subOps.map(({ nr, cmd, rows, size, items, name }) => {
    const line = `{ ${nr}, ${cmd}, ${rows ? 1 : 0}, ${size}, ${first}, ${items.length} }, /* ${name} */`;
    first += items.length;
    return line;
  });
}

/** Cells of one item, in the order of the struct. */
export function itemNumbers(item: ShimItem): number[] {
  const { condition: tell } = item;
  return [
    itemKinds.indexOf(item.kind),
    (item.before ? BEFORE : 0) + (item.after ? AFTER : 0),
    item.offset,
    item.bytes,
    item.countBytes,
    item.countOffset,
    tell?.offset ?? 0,
    tell?.bytes ?? 0,
    tell?.equal ? 1 : 0,
    tell?.mask ?? 0,
    tell?.value ?? 0,
  ];
}

function cells(item: ShimItem): string {
  const numbers = itemNumbers(item).map((n) => (n > 0xffff ? `0x${n.toString(16)}U` : String(n)));
  return [JSON.stringify(item.name), ...numbers].join(", ");
}

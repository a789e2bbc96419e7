import type { Bindings } from "@xgt/hypercall-abi";

/** Columns of a line's first word. */
const WORD_WIDTH = 10;

/**
 * What bindings take and what they leave out, an item a line: "taken     struct xen_memory_reservation  memory.h:46",
 * "left out  XEN_GUEST_HANDLE  arch-arm.h:198: a macro with parameters".
 */
export function itemList({ plan, leftOut, unmodelled }: Bindings): string {
  const constants = plan.sections.flatMap((section) => section.constants);
  const structs = plan.aggregates.filter(({ key }) => key !== undefined);
  const lines = [
    ...structs.map(({ title, file, line }) => taken(title, file, line)),
    ...constants.map(({ name, file, line }) => taken(name, file, line)),
    ...plan.strings.map(({ name }) => taken(name, "", 0)),
    ...leftOut.map(({ name, why }) => `${"left out".padEnd(WORD_WIDTH)}${name}: ${why}`),
    ...unmodelled.map(
      ({ name, file, line, reason }) => `${"left out".padEnd(WORD_WIDTH)}${name}  ${file}:${line}: ${reason}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function taken(name: string, file: string, line: number): string {
  const place = file === "" ? "" : `  ${file}${line > 0 ? `:${line}` : ""}`;
  return `${"taken".padEnd(WORD_WIDTH)}${name}${place}`;
}

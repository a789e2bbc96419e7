/** A value of a planned property: strings, 32-bit cells, or bytes in hex. No cells: a property without value. */
type PlanValue =
  | { readonly strings: readonly string[] }
  | { readonly cells: readonly bigint[] }
  | { readonly bytes: string };

/** One property of a planned node. */
export interface PlanProperty {
  readonly name: string;
  readonly value: PlanValue;
  /** Indexes of the cells that are phandles; written as labels where a node of the same source has that phandle. */
  readonly references?: readonly number[];
}

/** A node to be made or changed, by its full path in the host tree or in a partial tree. */
export interface PlanNode {
  readonly path: string;
  /** The node exists; only properties are added. */
  readonly existing: boolean;
  /** A sentence for people. */
  readonly comment: string | null;
  readonly properties: readonly PlanProperty[];
  readonly children: readonly PlanNode[];
}

const empty: PlanValue = { cells: [] };

/** A property of strings. */
export function strings(name: string, ...values: string[]): PlanProperty {
  return { name, value: { strings: values } };
}

/** A property of cells. */
export function cells(name: string, ...values: readonly (bigint | number)[]): PlanProperty {
  return { name, value: { cells: values.map(BigInt) } };
}

/** A property of cells of which some are phandles. */
export function referring(
  name: string,
  values: readonly (bigint | number)[],
  references: readonly number[],
): PlanProperty {
  return { ...cells(name, ...values), references };
}

/** A property that only has to be there. */
export function flag(name: string): PlanProperty {
  return { name, value: empty };
}

/** A number as `count` cells. */
export function split(value: bigint, count: number): bigint[] {
  const result: bigint[] = [];
  for (let i = count - 1; i >= 0; i--) result.push((value >> BigInt(32 * i)) & 0xffff_ffffn);
  return result;
}

/** A value as device tree source. `labelled`: phandles that nodes of the same source have. */
function dtsValue({ value, references }: PlanProperty, labelled: ReadonlySet<bigint>): string {
  if ("strings" in value) return value.strings.map(quoted).join(", ");
  if ("bytes" in value) return `[${value.bytes}]`;
  const cellTexts = value.cells.map((cell, i) => {
    if (references?.includes(i) && labelled.has(cell)) return `&${labelOf(cell)}`;
    return `0x${cell.toString(16)}`;
  });
  return `<${cellTexts.join(" ")}>`;
}

/** The label of a node with a phandle: dtc wants references to be labels. */
function labelOf(phandle: bigint): string {
  return `node_${phandle.toString(16)}`;
}

function phandleIn(node: PlanNode): bigint | null {
  const value = node.properties.find(({ name }) => name === "phandle")?.value;
  return value !== undefined && "cells" in value ? (value.cells[0] ?? null) : null;
}

function phandlesIn(node: PlanNode): bigint[] {
  const own = phandleIn(node);
  return [...(own === null ? [] : [own]), ...node.children.flatMap(phandlesIn)];
}

/** Body of a node, indented by tabs. */
export function dtsBody(node: PlanNode, depth: number): string {
  return body(node, depth, new Set(phandlesIn(node)));
}

function body(node: PlanNode, depth: number, labelled: ReadonlySet<bigint>): string {
  const tabs = "\t".repeat(depth);
  const lines = node.properties.map((property) => {
    const isEmpty = "cells" in property.value && property.value.cells.length === 0;
    return `${tabs}${property.name}${isEmpty ? "" : ` = ${dtsValue(property, labelled)}`};\n`;
  });
  for (const child of node.children) {
    const name = child.path.slice(child.path.lastIndexOf("/") + 1);
    const phandle = phandleIn(child);
    const label = phandle === null ? "" : `${labelOf(phandle)}: `;
    if (child.comment !== null) lines.push(`${tabs}/* ${child.comment.replaceAll("*/", "* /")} */\n`);
    lines.push(`${tabs}${label}${name} {\n${body(child, depth + 1, labelled)}${tabs}};\n`);
  }
  return lines.join("");
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

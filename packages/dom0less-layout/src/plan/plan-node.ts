/** A value of a planned property: strings, 32-bit cells, or bytes in hex. No cells: a property without value. */
type PlanValue =
  | { readonly strings: readonly string[] }
  | { readonly cells: readonly bigint[] }
  | { readonly bytes: string };

/** One property of a planned node. */
export interface PlanProperty {
  readonly name: string;
  readonly value: PlanValue;
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

export const empty: PlanValue = { cells: [] };

/** A property of strings. */
export function strings(name: string, ...values: string[]): PlanProperty {
  return { name, value: { strings: values } };
}

/** A property of cells. */
export function cells(name: string, ...values: readonly (bigint | number)[]): PlanProperty {
  return { name, value: { cells: values.map(BigInt) } };
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

/** A value as device tree source. */
function dtsValue(value: PlanValue): string {
  if ("strings" in value) return value.strings.map(quoted).join(", ");
  if ("bytes" in value) return `[${value.bytes}]`;
  return `<${value.cells.map((cell) => `0x${cell.toString(16)}`).join(" ")}>`;
}

/** A property as a line of device tree source. */
function dtsProperty({ name, value }: PlanProperty): string {
  const isEmpty = "cells" in value && value.cells.length === 0;
  return isEmpty ? `${name};` : `${name} = ${dtsValue(value)};`;
}

/** Body of a node, indented by tabs. */
export function dtsBody(node: PlanNode, depth: number): string {
  const tabs = "\t".repeat(depth);
  const lines = node.properties.map((property) => `${tabs}${dtsProperty(property)}\n`);
  for (const child of node.children) {
    const name = child.path.slice(child.path.lastIndexOf("/") + 1);
    if (child.comment !== null) lines.push(`${tabs}/* ${child.comment.replaceAll("*/", "* /")} */\n`);
    lines.push(`${tabs}${name} {\n${dtsBody(child, depth + 1)}${tabs}};\n`);
  }
  return lines.join("");
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

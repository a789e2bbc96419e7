import type { PlanNode, PlanProperty } from "../emit/plan-node.ts";

/** Room for the new nodes in the tree that U-Boot holds. */
const EXTRA_BYTES = 0x2000;

/** The plan as commands of U-Boot's fdt, for a tree at fdt_addr_r. */
export function ubootCommands(nodes: readonly PlanNode[], notes: readonly string[]): string {
  const lines = notes.map((note) => `# ${note}`);
  lines.push("fdt addr $fdt_addr_r", `fdt resize 0x${EXTRA_BYTES.toString(16)}`);
  for (const node of nodes) lines.push(...nodeCommands(node));
  return `${lines.join("\n")}\n`;
}

function nodeCommands(node: PlanNode): string[] {
  const at = node.path.lastIndexOf("/");
  const make = node.existing ? [] : [`fdt mknod ${node.path.slice(0, at)} ${node.path.slice(at + 1)}`];
  return [
    ...make,
    ...node.properties.map((property) => propertyCommand(node.path, property)),
    ...node.children.flatMap(nodeCommands),
  ];
}

function propertyCommand(path: string, { name, value }: PlanProperty): string {
  const set = `fdt set ${path} ${name.replaceAll("#", "\\#")}`;
  if ("strings" in value)
    return [set, ...value.strings.map((text) => `"${text.replaceAll('"', '\\"')}"`)].join(" ");
  if ("bytes" in value) return `${set} [${value.bytes}]`;
  if (value.cells.length === 0) return set;
  return `${set} <${value.cells.map((cell) => `0x${cell.toString(16)}`).join(" ")}>`;
}

import type { PlanNode, PlanProperty } from "../emit/plan-node.ts";
import { hexAddress } from "../terms/address-range.ts";
import type { PlacedFile } from "./boot-files.ts";

/** Room for the new nodes in the tree that U-Boot holds. */
const EXTRA_BYTES = 0x4000;
/** U-Boot's own names for the medium that it boots from (distro boot). */
const LOAD = "load $devtype $devnum:$distro_bootpart";

/**
 * The whole boot as a script of U-Boot: files to their places, the tree changed, Xen started. Xen goes to kernel_addr_r, its
 * tree to fdt_addr_r. `bootargs`: properties of /chosen that only a boot needs.
 */
export function ubootScript(
  files: readonly PlacedFile[],
  nodes: readonly PlanNode[],
  bootargs: readonly PlanProperty[],
): string {
  const lines = [
    "# Files lie on the medium that U-Boot boots from; with tftp write tftpboot in place of load and its arguments.",
    `${LOAD} $kernel_addr_r xen`,
    `${LOAD} $fdt_addr_r host.dtb`,
  ];
  const sizes = new Map<string, string>();
  for (const { name, memory, assumed, node } of files) {
    lines.push(`${LOAD} ${hexAddress(memory.start)} ${word(name)}`);
    if (!assumed) continue;
    const variable = `size_${hexAddress(memory.start).slice(2)}`;
    sizes.set(node, variable);
    lines.push(`setenv ${variable} 0x$filesize`);
  }
  lines.push("fdt addr $fdt_addr_r", `fdt resize 0x${EXTRA_BYTES.toString(16)}`);
  for (const node of nodes) lines.push(...nodeCommands(node, sizes));
  for (const property of bootargs) lines.push(propertyCommand("/chosen", property, undefined));
  lines.push("setenv fdt_high 0xffffffffffffffff", "booti $kernel_addr_r - $fdt_addr_r");
  return `${lines.join("\n")}\n`;
}

function nodeCommands(node: PlanNode, sizes: ReadonlyMap<string, string>): string[] {
  const at = node.path.lastIndexOf("/");
  const parent = node.path.slice(0, at) || "/";
  const make = node.existing ? [] : [`fdt mknod ${parent} ${node.path.slice(at + 1)}`];
  return [
    ...make,
    ...node.properties.map((property) => propertyCommand(node.path, property, sizes.get(node.path))),
    ...node.children.flatMap((child) => nodeCommands(child, sizes)),
  ];
}

/** `size`: a variable that takes the place of the last cell of reg. */
function propertyCommand(path: string, { name, value }: PlanProperty, size: string | undefined): string {
  const set = `fdt set ${path} ${name.replaceAll("#", "\\#")}`;
  if ("strings" in value) return [set, ...value.strings.map(quoted)].join(" ");
  if ("bytes" in value) return `${set} [${value.bytes}]`;
  if (value.cells.length === 0) return set;
  const cells = value.cells.map((cell) => `0x${cell.toString(16)}`);
  if (name === "reg" && size !== undefined) cells[cells.length - 1] = `$${size}`;
  return `${set} <${cells.join(" ")}>`;
}

/** A text between double quotes, where U-Boot's shell still takes $, ; outside and \ for its own. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"$`]/g, "\\$&").replace(/[\r\n]+/g, " ")}"`;
}

/** A file name as one word. */
function word(text: string): string {
  return /^[\w./+@:=,-]+$/.test(text) ? text : quoted(text);
}

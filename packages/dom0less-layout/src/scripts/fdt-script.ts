import type { Location } from "@xgt/findings";
import {
  EXPANSION_MAX,
  NAME_BYTES_MAX,
  SCRIPT_LINES_MAX,
  SCRIPT_VARIABLES_MAX,
  TREE_BYTES_MAX,
  TREE_NODES_MAX,
} from "../limits.ts";
import {
  addNode,
  type DeviceTree,
  type DtNode,
  nodeAt,
  type TreeProblem,
  walk,
} from "../tree/device-tree.ts";
import { isTreeName } from "../tree/tree-name.ts";
import { type ShellWord, shellWords } from "./shell-words.ts";

/** Header of a uImage, which boot.scr is: 64 bytes, then lengths of its parts up to a 0. */
const UIMAGE_MAGIC = 0x27051956;
const UIMAGE_SCRIPT = 6;
const UIMAGE_HEADER = 64;

/** The text of a script, also out of boot.scr (mkimage -T script). */
export function scriptText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isImage = bytes.length > UIMAGE_HEADER + 8 && buffer.readUInt32BE(0) === UIMAGE_MAGIC;
  return buffer.subarray(isImage && buffer[30] === UIMAGE_SCRIPT ? UIMAGE_HEADER + 8 : 0).toString("utf8");
}

/** True for commands of U-Boot that change a device tree (boot.source of ImageBuilder, boot.scr). */
export function isFdtScript(text: string): boolean {
  return /^\s*fdt (?:set|mknod|rm|addr) /m.test(text);
}

/**
 * Changes a tree as U-Boot's `fdt mknod`, `fdt set` and `fdt rm` in a script do; all else in it is passed over. As with
 * libfdt, a new node becomes the first child of its parent. A line that cannot be followed is a problem with its place.
 */
export function applyFdtScript(tree: DeviceTree, text: string, path: string): TreeProblem[] {
  const script = new FdtScript(tree);
  const lines = text.slice(0, TREE_BYTES_MAX).replaceAll("\r", "").split("\n", SCRIPT_LINES_MAX);
  for (let at = 0; at < lines.length; at++) {
    const first = at;
    let line = lines[at];
    while (line.endsWith("\\") && at + 1 < lines.length) line = `${line.slice(0, -1)} ${lines[++at]}`;
    for (const command of commandsOf(line)) script.run(command, { path, place: first + 1, unit: "line" });
  }
  return script.problems;
}

/** The commands of a line: ; separates them outside of quotes. */
function commandsOf(line: string): string[] {
  return line.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^;"']|["'])+/g) ?? [];
}

class FdtScript {
  readonly problems: TreeProblem[] = [];
  private readonly tree: DeviceTree;
  private readonly variables = new Map<string, string>();
  private nodes: number;

  constructor(tree: DeviceTree) {
    this.tree = tree;
    this.nodes = [...walk(tree.root)].length;
  }

  run(command: string, location: Location): void {
    const [name, verb, ...rest] = shellWords(command, this.variables);
    if (name?.text === "setenv" && verb !== undefined) {
      this.setVariable(verb.text, rest.map(({ text }) => text).join(" "));
    }
    if (name?.text !== "fdt" || rest.length === 0) return;
    if (verb.text === "mknod" || verb.text === "mknode") this.make(rest, location);
    else if (verb.text === "set") this.set(rest, location);
    else if (verb.text === "rm") this.remove(rest, location);
  }

  private setVariable(name: string, value: string): void {
    const hasRoom = this.variables.has(name) || this.variables.size < SCRIPT_VARIABLES_MAX;
    // One whose value is not known is left to the run, as one that the script does not set.
    if (hasRoom && value.length <= EXPANSION_MAX) this.variables.set(name, value);
    else this.variables.delete(name);
  }

  private make([parent, name]: readonly ShellWord[], location: Location): void {
    const node = this.find(parent.text, location);
    if (node === null || name === undefined || name.text === "" || name.text.includes("/")) return;
    if (!this.isName(name.text, node, location)) return;
    if (node.children.some((child) => child.name === name.text)) return;
    if (++this.nodes > TREE_NODES_MAX) {
      if (this.nodes === TREE_NODES_MAX + 1)
        this.problem(`more than ${TREE_NODES_MAX} nodes`, node.path, location);
      return;
    }
    addNode(node, name.text, location);
    node.children.unshift(...node.children.splice(-1));
  }

  private set([path, property, ...values]: readonly ShellWord[], location: Location): void {
    const node = this.find(path.text, location);
    if (node === null || property === undefined || !this.isName(property.text, node, location)) return;
    const parts = values.map((value) => bytesOf(value));
    if (parts.some((part) => part === null)) {
      const list = values.map(({ text }) => text).join(" ");
      this.problem(
        `property ${property.text}: ${list.slice(0, 200)} is known only when the script runs`,
        node.path,
        location,
      );
      return;
    }
    const data = Buffer.concat(parts.filter((part) => part !== null));
    node.properties.set(property.text, { name: property.text, data, location });
  }

  private remove([path, property]: readonly ShellWord[], location: Location): void {
    const node = this.find(path.text, location);
    if (node === null) return;
    if (property !== undefined) node.properties.delete(property.text);
    else if (node.parent !== null) node.parent.children.splice(node.parent.children.indexOf(node), 1);
  }

  /** Whether a name can stand in a device tree; libfdt would take any without a zero byte. */
  private isName(name: string, { path }: DtNode, location: Location): boolean {
    if (isTreeName(name) && name.length < NAME_BYTES_MAX) return true;
    this.problem(`${JSON.stringify(name.slice(0, 200))} is no name of a node or property`, path, location);
    return false;
  }

  private find(path: string, location: Location): DtNode | null {
    const node = nodeAt(this.tree, path);
    if (node === null) this.problem(`no node of the tree is ${path.slice(0, 200)}`, "/", location);
    return node;
  }

  private problem(message: string, nodePath: string, location: Location): void {
    const next =
      "check the script against the tree that the board boots, or give the tree that it makes (fdt print)";
    this.problems.push({ message, nodePath, location, next });
  }
}

/** Bytes of one value of `fdt set` as U-Boot's cmd/fdt.c reads it; null: it holds a variable. */
function bytesOf({ text, quoted }: ShellWord): Buffer | null {
  if (!quoted && text.startsWith("<")) {
    const words = text
      .replace(/^<|>$/g, "")
      .split(/\s+/)
      .filter((word) => word !== "");
    const numbers = words.map((word) =>
      /^(?:0x[0-9a-f]{1,16}|\d{1,19})$/i.test(word) ? BigInt(word) : null,
    );
    if (numbers.some((number) => number === null)) return null;
    const data = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, i) => {
      data.writeUInt32BE(Number(BigInt.asUintN(32, number ?? 0n)), i * 4);
    });
    return data;
  }
  if (!quoted && text.startsWith("[")) {
    const digits = text.replace(/[[\]\s]/g, "");
    return /^(?:[0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, "hex") : null;
  }
  return Buffer.from(`${text}\0`, "utf8");
}

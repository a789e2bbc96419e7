import { readFileSync, statSync } from "node:fs";
import {
  type DeviceTree,
  isDtb,
  isDts,
  readDeviceTree,
  stringsOf,
  TREE_BYTES_MAX,
} from "@xgt/dom0less-layout";

type Node = DeviceTree["root"];

/** Names of the domains in device trees and overlays, each once. What is no tree, or cannot be read, has none. */
export function domainsOf(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap(namesIn))].sort();
}

function namesIn(path: string): string[] {
  try {
    const file = statSync(path);
    if (!file.isFile() || file.size > TREE_BYTES_MAX) return [];
    const bytes = readFileSync(path);
    return isDtb(bytes) || isDts(bytes) ? domainNames(readDeviceTree(bytes, path).tree.root) : [];
  } catch {
    // Somebody is typing: a message would go in between.
    return [];
  }
}

function domainNames(node: Node): string[] {
  if (stringsOf(node, "compatible").includes("xen,domain")) return [node.name];
  return node.children.flatMap(domainNames);
}

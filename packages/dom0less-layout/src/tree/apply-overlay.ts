import type { Location } from "@xgt/findings";
import {
  addNode,
  childNamed,
  type DeviceTree,
  type DtNode,
  labelled,
  nodeAt,
  phandleIndex,
  type TreeProblem,
  textOf,
} from "./device-tree.ts";

/** Merges an overlay (fragments, or a plain tree whose nodes are added) into a tree, which changes. */
export function applyOverlay(base: DeviceTree, overlay: DeviceTree): TreeProblem[] {
  const fragments = overlay.root.children.flatMap((fragment) => {
    const content = childNamed(fragment, "__overlay__");
    return content === null ? [] : [{ fragment, content }];
  });
  if (fragments.length === 0) {
    mergeNode(base.root, overlay.root);
    base.reservations.push(...overlay.reservations);
    return [];
  }
  const problems: TreeProblem[] = [];
  for (const { fragment, content } of fragments) {
    const target = targetOf(base, overlay, fragment);
    if (target === null) problems.push(noTarget(fragment, fragment.location));
    else mergeNode(target, content);
  }
  return problems;
}

function targetOf(base: DeviceTree, overlay: DeviceTree, fragment: DtNode): DtNode | null {
  const path = textOf(fragment, "target-path");
  if (path !== null) return nodeAt(base, path);
  const label = textOf(fragment, "xgt,target-label") ?? fixupLabel(overlay, fragment);
  if (label !== null) return labelled(base, label);
  const target = fragment.properties.get("target");
  if (target === undefined || target.data.length < 4) return null;
  return phandleIndex(base).get(Buffer.from(target.data).readUInt32BE()) ?? null;
}

/** The label that /__fixups__ gives for a fragment's `target`. */
function fixupLabel(overlay: DeviceTree, fragment: DtNode): string | null {
  const fixups = childNamed(overlay.root, "__fixups__");
  if (fixups === null) return null;
  const place = `${fragment.path}:target:0`;
  for (const property of fixups.properties.values()) {
    const places = Buffer.from(property.data).toString("latin1").split("\0");
    if (places.includes(place)) return property.name;
  }
  return null;
}

/** Copies properties and nodes of `from` into `to`. */
function mergeNode(to: DtNode, from: DtNode): void {
  for (const property of from.properties.values()) to.properties.set(property.name, property);
  for (const child of from.children) {
    const known = to.children.find((node) => node.name === child.name);
    const target = known ?? addNode(to, child.name, child.location);
    target.labels.push(...child.labels);
    mergeNode(target, child);
  }
}

function noTarget(fragment: DtNode, location: Location): TreeProblem {
  return {
    message: "the target of this overlay fragment is not in the host tree",
    nodePath: fragment.path,
    location,
    next: "compile the host tree with symbols (dtc -@), or use target-path",
  };
}

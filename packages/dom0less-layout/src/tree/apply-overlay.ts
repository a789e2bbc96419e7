import type { Location } from "@xgt/findings";
import {
  addNode,
  cellsIn,
  childNamed,
  type DeviceTree,
  type DtNode,
  type DtProperty,
  givePhandle,
  labelIndex,
  labelled,
  nodeAt,
  phandleIndex,
  phandleOf,
  stringsOf,
  type TreeProblem,
  textOf,
  walk,
} from "./device-tree.ts";

/**
 * Merges an overlay (fragments, or a plain tree whose nodes are added) into a tree, which changes. As with libfdt, which
 * fdtoverlay and U-Boot use, a node that a fragment adds becomes the first child of its parent
 * (fdt_rw.c:fdt_add_subnode_namelen); phandles of the overlay move behind those of the tree.
 */
export function applyOverlay(base: DeviceTree, overlay: DeviceTree): TreeProblem[] {
  const fragments = overlay.root.children.flatMap((fragment) => {
    const content = childNamed(fragment, "__overlay__");
    return content === null ? [] : [{ fragment, content }];
  });
  if (fragments.length === 0) {
    mergeNode(base.root, overlay.root, "last");
    base.reservations.push(...overlay.reservations);
    return [];
  }
  const problems: TreeProblem[] = [];
  movePhandles(overlay, Math.max(0, ...phandleIndex(base).keys()));
  problems.push(...fixLabels(base, overlay));
  for (const { fragment, content } of fragments) {
    const target = targetOf(base, overlay, fragment);
    if (target === null) problems.push(noTarget(fragment, fragment.location));
    else mergeNode(target, content, "first");
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
    if (stringsOf(fixups, property.name).includes(place)) return property.name;
  }
  return null;
}

/** Adds `by` to the phandles that the overlay gives, and to the references to them. */
function movePhandles(overlay: DeviceTree, by: number): void {
  const own = phandleIndex(overlay);
  if (by === 0 || own.size === 0) return;
  const moved = new Set<DtProperty>();
  const move = (node: DtNode, property: DtProperty, offsets: readonly number[]) => {
    if (moved.has(property)) return;
    const data = Buffer.from(property.data);
    for (const offset of offsets.filter((at) => at + 4 <= data.length)) {
      const phandle = data.readUInt32BE(offset);
      if (own.has(phandle)) data.writeUInt32BE((phandle + by) >>> 0, offset);
    }
    const changed = { ...property, data };
    moved.add(changed);
    node.properties.set(property.name, changed);
  };
  for (const node of walk(overlay.root)) {
    for (const property of [...node.properties.values()]) {
      if (property.name === "phandle" || property.name === "linux,phandle") move(node, property, [0]);
      else if (property.references !== undefined) move(node, property, property.references);
    }
  }
  const local = childNamed(overlay.root, "__local_fixups__");
  if (local === null) return;
  for (const places of walk(local)) {
    const node = nodeAt(overlay, places.path.slice(local.path.length) || "/");
    for (const { name, data } of places.properties.values()) {
      const property = node?.properties.get(name);
      if (node != null && property !== undefined) {
        const offsets = cellsIn(data);
        move(node, { ...property, references: offsets }, offsets);
      }
    }
  }
}

/** Writes the base tree's phandles where the overlay refers to its labels. */
function fixLabels(base: DeviceTree, overlay: DeviceTree): TreeProblem[] {
  const problems: TreeProblem[] = [];
  const fixups = labelFixups(overlay);
  if (fixups.length === 0) return problems;
  const labels = labelIndex(base);
  let next = Math.max(0, ...phandleIndex(base).keys(), ...phandleIndex(overlay).keys()) + 1;
  for (const { label, node, property: name, offset } of fixups) {
    const property = node.properties.get(name);
    if (property === undefined || offset + 4 > property.data.length) continue;
    const target = label.startsWith("/") ? nodeAt(base, label) : (labels.get(label) ?? null);
    if (target === null) {
      problems.push({
        message: `property ${name} refers to &${label}, which the tree below the overlay has not`,
        nodePath: node.path,
        location: property.location,
        next: "compile the host tree with symbols (dtc -@), or give its source",
      });
      continue;
    }
    const data = Buffer.from(property.data);
    data.writeUInt32BE(phandleOf(target) ?? givePhandle(target, next++, property.location), offset);
    const references = [...(property.references ?? []), offset].sort((a, b) => a - b);
    node.properties.set(name, { ...property, data, references });
  }
  return problems;
}

function labelFixups(overlay: DeviceTree): DeviceTree["fixups"] {
  const result = [...overlay.fixups];
  const fixups = childNamed(overlay.root, "__fixups__");
  for (const label of fixups?.properties.keys() ?? []) {
    for (const place of fixups === null ? [] : stringsOf(fixups, label)) {
      const [path, property, offset] = place.split(":");
      const node = path.startsWith("/") ? nodeAt(overlay, path) : null;
      const isTarget = property === "target" && node?.parent?.parent === null;
      if (node !== null && property !== undefined && !isTarget && /^\d{1,9}$/.test(offset ?? "")) {
        result.push({ label, node, property, offset: Number(offset) });
      }
    }
  }
  return result;
}

/** Copies properties and nodes of `from` into `to`; nodes that are new become the first or the last child. */
function mergeNode(to: DtNode, from: DtNode, place: "first" | "last"): void {
  for (const property of from.properties.values()) to.properties.set(property.name, property);
  for (const child of from.children) {
    let target = to.children.find((node) => node.name === child.name);
    if (target === undefined) {
      target = addNode(to, child.name, child.location);
      if (place === "first") to.children.unshift(...to.children.splice(-1));
    }
    target.labels.push(...child.labels);
    mergeNode(target, child, place);
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

import type { DeviceTree, DtNode } from "../src/tree/device-tree.ts";

/** A tree without its places: what two readers must agree on. */
export function plainTree(tree: DeviceTree): object {
  const reservations = tree.reservations.map(({ start, size }) => `${start}+${size}`);
  return { reservations, root: plainNode(tree.root) };
}

function plainNode(node: DtNode): object {
  const properties = [...node.properties].map(([name, { data }]) => [
    name,
    Buffer.from(data).toString("hex"),
  ]);
  return {
    name: node.name,
    properties: Object.fromEntries(properties.sort(([a], [b]) => (a < b ? -1 : 1))),
    children: node.children.map(plainNode),
  };
}

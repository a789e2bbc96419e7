import { cells, flag, type PlanProperty, strings } from "../emit/plan-node.ts";
import { cellsIn, type DtNode, type DtProperty } from "../tree/device-tree.ts";

/** A value as strings where it looks like them, else as cells, else as bytes. */
export function copied({ name, data }: Pick<DtProperty, "name" | "data">): PlanProperty {
  if (data.length === 0) return flag(name);
  const bytes = Buffer.from(data);
  const text = bytes.toString("latin1");
  if (/^(?:[\x20-\x7e]+\0)+$/.test(text)) return strings(name, ...text.slice(0, -1).split("\0"));
  if (data.length % 4 === 0) return cells(name, ...cellsIn(data));
  return { name, value: { bytes: bytes.toString("hex") } };
}

/** A property as the node has it; a flag where it has none. */
export function rawProperty(node: DtNode, name: string): PlanProperty {
  return copied({ name, data: node.properties.get(name)?.data ?? new Uint8Array() });
}

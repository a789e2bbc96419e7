import { argumentShapes } from "../../events/argument-shape.ts";
import { KeyTable } from "../../json/key-table.ts";
import { shapeTables } from "./call-scanner.ts";
import { DmaPart, dmaMembers } from "./dma-members.ts";
import { lineKeys } from "./line-member-keys.ts";
import { dmaDirections, dmaOps, eventKinds, viaNames } from "./ndjson-names.ts";

/** The keys of lines by what line it is, and the names that some members have. */
export class LineKeys {
  /** Until it is known what line it is. */
  readonly first = lineKeys([]);
  readonly enter = lineKeys([]);
  readonly exit = lineKeys([]);
  readonly p2m = lineKeys(["pfn", "mfn"]);
  readonly dma = lineKeys(dmaMembers);
  /** Of the exits of sub-ops that have results of their own, by ArgumentShape.index. */
  readonly results = argumentShapes.map((shape) =>
    shape.subOp.argument === "struct" ? lineKeys(shapeTables[shape.index].out.names) : this.exit,
  );
  readonly kinds = new KeyTable([...eventKinds.keys()].map(String));
  readonly via = new KeyTable([...viaNames.keys()]);
  readonly dmaOps = new KeyTable([...dmaOps.keys()]);
  readonly dmaDirections = new KeyTable([...dmaDirections.keys()]);
  readonly dmaParts = new KeyTable(Object.keys(DmaPart));
}

let keys: LineKeys | undefined;

/** The tables of all logs: what they learn of the order of members mostly holds for the next log, too, and they cost more than a short one. */
export function sharedLineKeys(): LineKeys {
  keys ??= new LineKeys();
  return keys;
}

import { inflateRawSync } from "node:zlib";
import { hypercallNumbers } from "../hypercall-numbers.ts";
import type { Abi, ArchitectureName, Mode } from "../model.ts";
import { compareText, sortedRecord } from "../sorted-record.ts";
import { addItem, type Declarations } from "./item.ts";
import { bundledViews, type EncodedRelease } from "./release-models.ts";
import { VarintReader } from "./varints.ts";

/** The pool's lines. */
export function decodePool(pool: string): readonly string[] {
  return inflateRawSync(Buffer.from(pool, "base64")).toString("utf8").split("\n");
}

interface Head {
  readonly interfaceVersions: readonly number[];
  readonly headers: readonly (readonly string[])[];
}

/** The model of one view of a release. Undefined for a view that is not bundled. */
export function decodeModel(
  release: EncodedRelease,
  pool: readonly string[],
  arch: ArchitectureName,
  mode: Mode,
): Abi | undefined {
  const view = bundledViews.findIndex((v) => v.arch === arch && v.mode === mode);
  if (view < 0) return undefined;
  const bytes = inflateRawSync(Buffer.from(release.index, "base64"));
  const headEnd = bytes.indexOf(0x0a);
  const head = JSON.parse(bytes.subarray(0, headEnd).toString("utf8")) as Head;
  const columns = new VarintReader(bytes.subarray(headEnd + 1));
  const count = columns.read();
  const numbers = new Int32Array(count);
  const lines = new Int32Array(count);
  for (let i = 0, last = 0; i < count; i++) numbers[i] = last += columns.read();
  for (let i = 0, last = 0; i < count; i++) lines[i] = last += columns.read();
  const into: Declarations = {
    structs: {},
    constants: {},
    typedefs: {},
    enums: {},
    strings: {},
    prototypes: {},
    groups: {},
    unmodelled: [],
  };
  for (let i = 0; i < count; i++) {
    if (((columns.read() >> view) & 1) === 1) addItem(into, pool[numbers[i]!]!, lines[i]!);
  }
  return {
    version: 1,
    xen: release.xen,
    arch,
    mode,
    interfaceVersion: head.interfaceVersions[view]!,
    headers: head.headers[view]!,
    structs: sortedRecord(into.structs),
    constants: sortedRecord(into.constants),
    hypercalls: hypercallNumbers(into.constants),
    typedefs: sortedRecord(into.typedefs),
    enums: sortedRecord(into.enums),
    strings: sortedRecord(into.strings),
    prototypes: sortedRecord(into.prototypes),
    groups: sortedRecord(into.groups),
    unmodelled: into.unmodelled.sort(
      (a, b) => compareText(a.file, b.file) || a.line - b.line || compareText(a.name, b.name),
    ),
  };
}

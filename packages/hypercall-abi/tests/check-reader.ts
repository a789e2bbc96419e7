import { codecOf } from "../src/codec/codec.ts";
import { diffAbi } from "../src/diff/diff-abi.ts";
import { formatDiagnostic, type HeaderReader, type ReadOptions, type ReadResult } from "../src/index.ts";

/** Reads headers that may hold anything and checks what must hold whatever they hold. Throws when it does not. */
export function checkReader(reader: HeaderReader, options: ReadOptions, known: ReadResult): ReadResult {
  const result = reader.read(options);
  for (const d of result.diagnostics) {
    if (d.line < 1 || d.column < 1 || d.message === "" || d.expected === "")
      throw new Error(`bad place: ${formatDiagnostic(d)}`);
  }
  if (result.diagnosticCount < result.diagnostics.length)
    throw new Error("fewer diagnostics counted than kept");
  for (const [name, struct] of Object.entries(result.abi.structs)) {
    if (!Number.isSafeInteger(struct.size) || struct.size < 0)
      throw new Error(`${name}: size ${struct.size}`);
    for (const f of struct.fields) {
      if (!Number.isSafeInteger(f.offset) || !Number.isSafeInteger(f.size))
        throw new Error(`${name}.${f.path}: no place`);
      if (f.offset + f.size > struct.size)
        throw new Error(`${name}.${f.path}: ends at ${f.offset + f.size} of ${struct.size}`);
    }
  }
  for (const [name, constant] of Object.entries(result.abi.constants)) {
    if (!/^-?[0-9]+$/.test(constant.value)) throw new Error(`${name}: value ${constant.value}`);
  }
  if (result.abi.xen !== known.abi.xen) throw new Error("the label is lost");
  return result;
}

/** What is built on a model must stand any model that the reader makes. */
export function checkUses(result: ReadResult, known: ReadResult): void {
  diffAbi({ tools: known.abi }, { tools: result.abi });
  diffAbi({ tools: result.abi }, { tools: known.abi });
  for (const [name, struct] of Object.entries(result.abi.structs)) {
    if (struct.size < 4_096) codecOf(result.abi, name).decode(new Uint8Array(struct.size));
  }
  JSON.stringify(result.abi);
}

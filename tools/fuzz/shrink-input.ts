import type { FuzzInput } from "./fuzz-input.ts";

/** Whether an input still shows the fault. */
type StillFails = (input: FuzzInput) => Promise<boolean>;

/** Makes an input that shows a fault smaller, as long as `goOn` says so: fewer files, fewer lines, fewer bytes. */
export async function shrinkInput(
  input: FuzzInput,
  fails: StillFails,
  goOn: () => boolean,
): Promise<FuzzInput> {
  let best = input;
  for (const name of input.files.keys()) {
    const bytes = best.files.get(name) ?? new Uint8Array();
    const lines = splitLines(bytes);
    const withParts = (parts: readonly Uint8Array[]): FuzzInput => {
      return { ...best, files: new Map([...best.files, [name, Buffer.concat(parts)]]) };
    };
    const keeps = async (parts: readonly Uint8Array[]) => fails(withParts(parts));
    const fewer = await fewerParts(lines, keeps, goOn);
    best = withParts(fewer);
    if (fewer.length > 64) continue;
    const pieces = await fewerParts(splitPieces(Buffer.concat(fewer)), keeps, goOn);
    best = withParts(pieces);
  }
  return best;
}

/** Parts without which the fault is not there (the first ones in order of a halving search). */
async function fewerParts(
  all: readonly Uint8Array[],
  keeps: (parts: readonly Uint8Array[]) => Promise<boolean>,
  goOn: () => boolean,
): Promise<readonly Uint8Array[]> {
  let parts = all;
  for (
    let size = Math.ceil(parts.length / 2);
    size >= 1 && goOn();
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < parts.length && goOn(); ) {
      const without = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (without.length < parts.length && (await keeps(without))) parts = without;
      else at += size;
    }
  }
  return parts;
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

/** Words, and what stands between them. */
function splitPieces(bytes: Uint8Array): Uint8Array[] {
  const text = Buffer.from(bytes).toString("latin1");
  return (text.match(/\w+|[^\w]/g) ?? []).map((piece) => Buffer.from(piece, "latin1"));
}

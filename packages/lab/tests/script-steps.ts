/** What guest/executor/execute.c does to a call's argument memory. */
interface Patch {
  readonly what: string;
  readonly at: number;
}

/** A call of a script. */
export interface CallStep {
  readonly kind: "call";
  readonly nr: number;
  readonly cmd: number;
  readonly count: number;
  /** The argument memory is the argument; else an address is. */
  readonly inMemory: boolean;
  readonly memory: Buffer;
  readonly patches: readonly Patch[];
}

type Step = CallStep | { readonly kind: "heal" | "end" };

const HEAD = 24;
const PATCH = 16;

/** Reads a script as the executor does. */
export function stepsOf(script: Buffer): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < script.length; ) {
    const kind = (["end", "call", "heal"] as const)[script[at]];
    if (kind !== "call") {
      steps.push({ kind });
      at += HEAD;
      continue;
    }
    const size = script.readUInt32LE(at + 12);
    const memory = script.subarray(at + HEAD, at + HEAD + size);
    const first = at + HEAD + size;
    const patches = Array.from({ length: script[at + 2] }, (_, index) => {
      const place = first + index * PATCH;
      return { what: String.fromCharCode(script[place]), at: script.readUInt16LE(place + 2) };
    });
    const [cmd, count] = [script.readUInt32LE(at + 4), script.readUInt32LE(at + 8)];
    steps.push({ kind, nr: script[at + 1], cmd, count, inMemory: script[at + 3] === 1, memory, patches });
    at = first + patches.length * PATCH;
  }
  return steps;
}

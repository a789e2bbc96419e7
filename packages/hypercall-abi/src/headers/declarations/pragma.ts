import type { Token } from "../tokens/token.ts";
import type { TypeReader } from "./type-reader.ts";

const stackMax = 64;
const stacks = new WeakMap<TypeReader, number[]>();

/** `#pragma pack(4)`, `pack()`, `pack(push)`, `pack(push,4)`, `pack(pop)`; anything else is reported. */
export function applyPragma(token: Token, reader: TypeReader): void {
  const match = /^pack\((?:(push|pop)(?:,([0-9]+))?|([0-9]*))\)$/.exec(token.text);
  const amount = Number(match?.[2] ?? match?.[3] ?? "0");
  if (match === null || ![0, 1, 2, 4, 8, 16].includes(amount)) {
    reader.complain(
      token,
      `unknown #pragma ${token.text.slice(0, 40)}`,
      "pack(1|2|4|8|16), pack(), pack(push,N) or pack(pop)",
    );
    return;
  }
  const stack = stacks.get(reader) ?? [];
  stacks.set(reader, stack);
  if (match[1] === "pop") {
    reader.pack = stack.pop() ?? 0;
    return;
  }
  if (match[1] === "push") {
    if (stack.length < stackMax) stack.push(reader.pack);
    if (match[2] === undefined) return;
  }
  reader.pack = amount;
}

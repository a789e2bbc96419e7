import { statSync } from "node:fs";
import { INTERRUPT_BUDGET, LONG_INPUT_BYTES } from "../limits.ts";

/**
 * Has V8 compile less where a command's arguments name a long file, or a pipe, which may be as long. Most of a long log runs
 * through WebAssembly: of the functions around it V8 would optimize many more than earn what that costs. True: it will.
 */
export function compilePatiently(args: readonly string[]): boolean {
  if (!args.some(isLong)) return false;
  // To load this module costs each start milliseconds.
  process.getBuiltinModule("node:v8").setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  return true;
}

function isLong(arg: string): boolean {
  if (arg.startsWith("-")) return arg === "-";
  try {
    const stats = statSync(arg, { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) return false;
    return !stats.isFile() || stats.size > LONG_INPUT_BYTES;
  } catch {
    // What is wrong with it the command tells that reads it.
    return false;
  }
}

export type { CommandContext, CommandEntry } from "./commands/command-entry.ts";
export type { Io, TextOutput } from "./io.ts";
export { main } from "./main.ts";
export { buildProgram, commandPath, commandTree } from "./program.ts";

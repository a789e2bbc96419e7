export type { CommandContext, CommandEntry } from "./commands/command-entry.ts";
export { main } from "./program/main.ts";
export { buildProgram, commandPath, commandTree } from "./program/program.ts";
export type { Io, TextOutput } from "./terminal/io.ts";

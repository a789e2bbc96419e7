import type { Command } from "commander";
import type { Io } from "../terminal/io.ts";

/** What a command is given to be built and run. */
export interface CommandContext {
  readonly io: Io;
  /** Sets what the process ends with. */
  exit(status: number): void;
}

/** Makes a command with its options, help and action. */
export type BuildCommand = (context: CommandContext) => Command;

/** One command; one file each, listed in index.ts. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads the command: only what is used costs time. */
  readonly load: () => Promise<BuildCommand>;
}

import { bashCompletion } from "./bash.ts";
import type { CompletionCommand } from "./completion-model.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** A shell that completion can be made for. */
interface Shell {
  /** As `xgt completion` names it. */
  readonly name: string;
  /** The script, from the whole command line. */
  readonly script: (xgt: CompletionCommand) => string;
}

/** The shells, the most used first. */
export const shells: readonly Shell[] = [
  { name: "bash", script: bashCompletion },
  { name: "zsh", script: zshCompletion },
  { name: "fish", script: fishCompletion },
];

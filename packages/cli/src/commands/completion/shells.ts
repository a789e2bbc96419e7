import { bashCompletion } from "./bash.ts";
import type { CompletionModel } from "./completion-model.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** A shell that completion can be made for. */
export interface Shell {
  readonly name: string;
  readonly script: (model: CompletionModel) => string;
}

export const shells: readonly Shell[] = [
  { name: "bash", script: bashCompletion },
  { name: "zsh", script: zshCompletion },
  { name: "fish", script: fishCompletion },
];

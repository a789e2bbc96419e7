import type { Unmodelled } from "./model.ts";

/** Whether a declaration ought to be in a model; macros that are code and inline functions never are. */
export function isUnread({ reason }: Unmodelled): boolean {
  return !/^(?:a function|an object|names a type|no number|an initialiser|refers to itself)/.test(reason);
}

import type { HeaderTree } from "../headers/preprocess/header-tree.ts";
import { withoutComments } from "../headers/tokens/without-comments.ts";

/** Names that the text of headers declares, whether the reader took them or not. */
export interface StandingNames {
  /** Keys of structs and unions: `struct tag`, or the typedef's name of an untagged one. */
  readonly structs: ReadonlySet<string>;
  /** Macros. */
  readonly macros: ReadonlySet<string>;
}

const AGGREGATE = /\b(struct|union)\s+([A-Za-z_]\w*)\s*\{/g;
const ATTRIBUTED = /\b(struct|union)\s+__attribute__\s*\(\([^;{}]{0,80}\)\)\s*([A-Za-z_]\w*)\s*\{/g;
const TYPEDEF_END = /\}[^;{}]{0,80}?\b([A-Za-z_]\w*)\s*;/g;
const MACRO = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)/gm;

/** Finds declared names in the text alone: a condition that leaves them out, or a type that nobody knows, hides none. */
export function standingNames(tree: HeaderTree): StandingNames {
  const structs = new Set<string>();
  const macros = new Set<string>();
  for (const whole of tree.files.values()) {
    const text = withoutComments(whole);
    for (const pattern of [AGGREGATE, ATTRIBUTED])
      for (const [, kind, tag] of text.matchAll(pattern)) structs.add(`${kind} ${tag}`);
    for (const [, name] of text.matchAll(TYPEDEF_END)) structs.add(name);
    for (const [, name] of text.matchAll(MACRO)) macros.add(name);
  }
  return { structs, macros };
}

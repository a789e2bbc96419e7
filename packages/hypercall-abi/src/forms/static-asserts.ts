import type { Abi, Field } from "../model/model.ts";

/** What a C file of assertions holds. */
export interface StaticAsserts {
  /** A C file of `_Static_assert` lines. */
  readonly text: string;
  /** Assertions in it. */
  readonly count: number;
}

/** Compilers' option that makes a header folder answer to the names that `prefix` gives. */
export interface StaticAssertOptions {
  /** Folder part of the includes: "xen/" when the headers lie in an include folder, "" when they are the root. */
  readonly prefix: string;
}

/**
 * A C file that includes Xen's real headers and asserts, by the compiler, all that the model says of them: size and
 * alignment of every aggregate, offset and size of every field that C can name, value and type of every constant.
 */
export function renderStaticAsserts(abi: Abi, options: StaticAssertOptions): StaticAsserts {
  const lines: string[] = [
    "/* Compile only: every line that fails is a disagreement between the model and the compiler. */",
    "#include <stddef.h>",
    "#include <stdint.h>",
  ];
  if (abi.mode === "tools") lines.push("#define __XEN_TOOLS__ 1");
  else lines.push("#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__");
  for (const header of abi.headers) lines.push(`#include "${options.prefix}${header}"`);
  const before = lines.length;
  for (const [name, struct] of Object.entries(abi.structs)) {
    lines.push(assertion(`sizeof(${name}) == ${struct.size}`, name));
    lines.push(assertion(`_Alignof(${name}) == ${struct.align}`, name));
    for (const field of struct.fields) lines.push(...fieldAssertions(name, field));
  }
  for (const [name, constant] of Object.entries(abi.constants)) {
    lines.push(assertion(`(${name}) == ${literal(constant.value)}`, name));
    if (constant.from === "enum") continue;
    lines.push(assertion(`__builtin_types_compatible_p(__typeof__(${name}), ${constant.type})`, name));
  }
  return { text: `${lines.join("\n")}\n`, count: lines.length - before };
}

function fieldAssertions(struct: string, field: Field): string[] {
  // C has no name for an unnamed member, and no offset of a bit field.
  if (field.anonymous || field.bitWidth !== undefined) return [];
  const path = field.path.replace(/\[\]/g, "[0]");
  const what = `${struct}.${field.path}`;
  const lines = [assertion(`__builtin_offsetof(${struct}, ${path}) == ${field.offset}`, what)];
  if (!field.flexible) lines.push(assertion(`sizeof(((${struct} *)0)->${path}) == ${field.size}`, what));
  return lines;
}

function assertion(condition: string, what: string): string {
  return `_Static_assert(${condition}, "${what}");`;
}

function literal(value: string): string {
  if (value.startsWith("-")) return `(-${value.slice(1)}LL)`;
  return `${value}ULL`;
}

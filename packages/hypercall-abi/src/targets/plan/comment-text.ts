import type { BindingPlan, MemberPlan } from "./binding-plan.ts";

/** "memory.h:46"; empty where a model has no place. */
export function placeText(file: string, line: number): string {
  if (file === "") return "";
  const path = commentSafe(file);
  return line > 0 && Number.isSafeInteger(line) && line < Number.MAX_SAFE_INTEGER ? `${path}:${line}` : path;
}

/** Parts that are there, joined by commas. */
export function listed(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

/** First lines of every generated file, without comment marks. */
export function headLines(plan: BindingPlan, language: string): string[] {
  return [
    `Xen ${plan.xen}: public interface for ${plan.arch}, ${plan.mode} view, in ${language}.`,
    "Made by xgt bindgen: do not edit, make it again.",
  ];
}

/**
 * A line of the user's headers as part of a comment of any language here. Marks that nobody sees, or that turn text around,
 * are written out: rustc refuses them, and a reader would be deceived.
 */
export function commentSafe(line: string): string {
  return line
    .replace(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replace(/\p{Cf}/gu, (mark) => `(U+${mark.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")})`)
    .replace(/"""/g, "'''")
    .replace(/\*\//g, "* /")
    .replace(/\/\*/g, "/ *")
    .replace(/\\$/, "")
    .trimEnd();
}

/** A member's type in C, for a comment: an unnamed one by its kind, a handle with what it is. */
export function spelledType(member: MemberPlan): string {
  if (member.type.kind === "aggregate" && /<anonymous>/.test(member.spelling)) return member.type.of.kind;
  return member.type.kind === "handle" ? `guest handle: ${member.spelling}` : member.spelling;
}

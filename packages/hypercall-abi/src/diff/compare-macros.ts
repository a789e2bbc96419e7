import type { Abi, Place, Unmodelled } from "../model/model.ts";
import type { ViewChange } from "./diff-view.ts";

const otherTokens = "its text differs: what was built with the older one keeps that";

/**
 * Compares macros that are code, function-like ones above all, by the digest of their tokens. A model without digests, as
 * older files are, is compared with nothing.
 */
export function compareMacros(old: Abi, now: Abi): ViewChange[] {
  const before = codeMacros(old);
  const after = codeMacros(now);
  if (before.size === 0 || after.size === 0) return [];
  const changes: ViewChange[] = [];
  for (const [name, a] of before) {
    const b = after.get(name);
    const base = { subject: "macro", name, before: placeOf(a) } as const;
    if (b === undefined) {
      // What became a number or a text is told of there.
      if (!isData(now, name)) changes.push({ ...base, change: "removed", impact: "breaking" });
    } else if (a.tokens !== b.tokens)
      changes.push({
        ...base,
        change: "changed",
        impact: "compatible",
        after: placeOf(b),
        note: otherTokens,
      });
  }
  for (const [name, b] of after) {
    if (before.has(name) || isData(old, name)) continue;
    changes.push({ subject: "macro", change: "added", name, impact: "compatible", after: placeOf(b) });
  }
  return changes;
}

function codeMacros(abi: Abi): Map<string, Unmodelled> {
  return new Map(abi.unmodelled.filter((u) => u.tokens !== undefined).map((u) => [u.name, u]));
}

function isData(abi: Abi, name: string): boolean {
  return Object.hasOwn(abi.constants, name) || Object.hasOwn(abi.strings, name);
}

function placeOf({ file, line }: Place): Place {
  return { file, line };
}

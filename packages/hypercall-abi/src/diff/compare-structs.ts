import { structOf } from "../model/field-of.ts";
import type { Abi, Struct } from "../model/model.ts";
import type { FieldChange, FieldState, Impact } from "./change.ts";
import { compareLeaves } from "./compare-leaves.ts";
import { bytesOf, type Leaf, leavesOf } from "./leaves.ts";

/** How a struct of one name differs between two models. */
export interface StructComparison {
  /** In order of offset. */
  readonly fields: readonly FieldChange[];
  /** Bytes before and after. */
  readonly size: readonly [number, number];
  /** For whoever uses the struct. */
  readonly impact: Impact;
  /** What the members do not say; undefined for nothing. */
  readonly note: string | undefined;
  /** Bytes of members moved, came where there were none, or went: what a version number should tell of. */
  readonly layoutChanged: boolean;
}

const outgrows =
  "a shared page, larger than the struct: older code does not look at what was added behind its end";
const lostLength = "the last array lost its length: bytes stay where they are, sizeof does not";
const inPadding = "new members lie in what was padding: older code must have zeroed it";
const namedPadding = "padding has a name now, same bytes";
const otherPadding = "padding is named or cut otherwise, same bytes";
const usedPadding = "what was padding means something now: older code must have zeroed it";
const newAlternative = "new alternatives of a union";

/**
 * Compares two structs by where their bytes are: members that kept their bytes under another path are renamed, wherever
 * unions and structs were put around them. A member of a named struct type counts as one: how that type changed is told of
 * there. Undefined when nothing differs that would not be told elsewhere.
 */
export function compareStructs(
  before: Abi,
  beforeKey: string,
  after: Abi,
  afterKey: string,
): StructComparison | undefined {
  const old = structOf(before, beforeKey);
  const now = structOf(after, afterKey);
  if (isSame(old, now)) return undefined;
  const oldLeaves = leavesOf(before, beforeKey);
  const newLeaves = leavesOf(after, afterKey);
  const fields = compareLeaves(before, oldLeaves, after, newLeaves);
  const size = [old.size, now.size] as const;
  const sameSize = old.size === now.size;
  if (
    sameSize &&
    old.align === now.align &&
    fields.every((f) => f.change === "resized" && isAlternative(f, f.after, newLeaves))
  ) {
    return undefined;
  }
  const judged = judge(fields, oldLeaves, newLeaves, old, now);
  return { fields, size, ...judged };
}

/** The common case, told without building leaves. */
function isSame(old: Struct, now: Struct): boolean {
  if (old.size !== now.size || old.align !== now.align || old.fields.length !== now.fields.length)
    return false;
  return old.fields.every((f, i) => {
    const g = now.fields[i];
    const place = f.path === g.path && f.offset === g.offset && f.size === g.size && f.type === g.type;
    return place && f.bitOffset === g.bitOffset && f.bitWidth === g.bitWidth;
  });
}

function judge(
  fields: readonly FieldChange[],
  oldLeaves: readonly Leaf[],
  newLeaves: readonly Leaf[],
  old: Struct,
  now: Struct,
): Pick<StructComparison, "impact" | "note" | "layoutChanged"> {
  const sameSize = old.size === now.size;
  // Padding that is named, renamed or cut otherwise says nothing, as long as nothing else moves.
  const solid = sameSize ? fields.filter((f) => !isPadding(f)) : fields;
  const of = (...kinds: readonly FieldChange["change"][]): FieldChange[] =>
    solid.filter((f) => kinds.includes(f.change));
  const added = of("added");
  const arrays = of("array");
  const harmful =
    of("moved", "removed", "split", "merged").length +
    of("resized").filter((f) => f.holds === undefined).length;
  if (harmful === 0 && arrays.length === 0 && sameSize) {
    const filled = added.some((f) => !isAlternative(f, f.after, newLeaves));
    const used = sameSize && fields.some(isUsedPadding);
    const grown = of("resized").length > 0 ? "a member grew into padding" : undefined;
    const named = solid.length < fields.length ? paddingNote(fields) : undefined;
    const plain = added.length > 0 ? newAlternative : (grown ?? named ?? alignmentNote(old, now));
    const note = used ? usedPadding : filled ? inPadding : plain;
    return { impact: "compatible", note, layoutChanged: filled || used };
  }
  if (harmful === 0 && arrays.length > 0 && added.length === 0 && arrays.every(isFlexibleTail)) {
    return { impact: "compatible", note: lostLength, layoutChanged: false };
  }
  const appended = added.every((f) => (f.after?.offset ?? 0) >= old.size) && of("resized").length === 0;
  if (harmful === 0 && arrays.length === 0 && appended && now.file.startsWith("io/")) {
    return { impact: "compatible", note: outgrows, layoutChanged: false };
  }
  // An operation that was withdrawn takes its alternative of the union with it; nothing else moves.
  const withdrawn = of("removed").filter((f) => isAlternative(f, f.before, oldLeaves)).length;
  const layoutChanged = !sameSize || arrays.length > 0 || harmful > withdrawn;
  return { impact: "breaking", note: alignmentNote(old, now), layoutChanged };
}

/** Names that Xen gives to bytes without a meaning, numbered or not. */
const paddingName = /(?:^|\.)_*(?:pad|padding|rsvd|reserved|unused|mbz|spare|filler|hole)_?\d*[a-z]?_*$/i;

/** Whether a change is about padding on both sides, or about padding that is new, gone or cut. */
function isPadding(field: FieldChange): boolean {
  if (!paddingName.test(field.path)) return false;
  if (field.change === "merged") return (field.parts ?? []).every((part) => paddingName.test(part));
  return field.to === undefined || paddingName.test(field.to);
}

/** Whether a change is about padding and no byte of it means anything now, or did before. */
export function isIdlePadding(field: FieldChange): boolean {
  return isPadding(field) && !isUsedPadding(field);
}

/** Padding whose bytes, or some of them, carry a member now. */
function isUsedPadding(field: FieldChange): boolean {
  if (!paddingName.test(field.path)) return false;
  if (field.change === "renamed") return field.to !== undefined && !paddingName.test(field.to);
  return field.change === "split" && (field.parts ?? []).some((part) => !paddingName.test(part));
}

function paddingNote(fields: readonly FieldChange[]): string {
  return fields.every((f) => f.change === "added") ? namedPadding : otherPadding;
}

function alignmentNote(old: Struct, now: Struct): string | undefined {
  return old.align === now.align ? undefined : `alignment ${old.align} -> ${now.align}`;
}

/** Whether a member shares its bytes with another member, as those of a union do. */
function isAlternative(change: FieldChange, state: FieldState | undefined, leaves: readonly Leaf[]): boolean {
  if (state === undefined) return false;
  return leaves.some(
    (leaf) =>
      leaf.path !== change.path &&
      leaf.offset < state.offset + Math.max(1, state.size) &&
      state.offset < leaf.offset + Math.max(1, bytesOf(leaf)) &&
      leaf.bits === "",
  );
}

/** `x[1]` became `x[]`, or back: the array starts where it started. */
function isFlexibleTail(change: FieldChange): boolean {
  const dimensions = [change.before, change.after].map((s) => /(\[[0-9]*\])$/.exec(s?.type ?? "")?.[1]);
  return dimensions.some((d) => d === "[]" || d === "[0]") && change.before?.offset === change.after?.offset;
}

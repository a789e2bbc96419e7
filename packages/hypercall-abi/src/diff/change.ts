import type { Place } from "../model/model.ts";

/**
 * What a change means for code that was built for the older interface. `breaking`: it may misbehave or stop working.
 * `compatible`: what it does keeps its meaning, though its source may need another name.
 */
export type Impact = "breaking" | "compatible";

/** Impact by audience; null: nothing changes for it, or it does not see the declaration. */
export interface Impacts {
  /** For guest kernels. */
  readonly guest: Impact | null;
  /** For the toolstack. */
  readonly tools: Impact | null;
}

/** What happened to one member. */
export interface FieldChange {
  readonly change:
    | "added"
    | "removed"
    | "renamed"
    | "moved"
    | "resized"
    | "retyped"
    | "array"
    | "split"
    | "merged"
    /** A hand-kept copy has one member where Xen has the alternatives of a union: the `parts`. */
    | "flattened";
  /** The older side's path; of an added member the newer one's. */
  readonly path: string;
  /** The new path of a renamed or flattened one. */
  readonly to?: string;
  /** Members that share the bytes of the split, merged or flattened one. */
  readonly parts?: readonly string[];
  /** A removed or added member of a hand-kept copy is one of a union's alternatives, of which the copy has others. */
  readonly isAlternative?: true;
  /** A resized member is this struct, which changed itself. */
  readonly holds?: string;
  /** Offset in bytes, size in bytes, C type; of the older side. */
  readonly before?: FieldState;
  /** The same of the newer side. */
  readonly after?: FieldState;
  /** Macros that wrote a part of the member, innermost first. */
  readonly macros?: readonly string[];
}

/** A member on one side. */
export interface FieldState {
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes, arrays as a whole. */
  readonly size: number;
  /** C spelling. */
  readonly type: string;
  /** First bit and width of a bit field: "12:20". */
  readonly bits?: string;
}

/** One change between two models. */
export interface Change {
  /** What kind of declaration; `macro`: one that is code, compared as text. */
  readonly subject: "struct" | "constant" | "string" | "typedef" | "macro";
  /** What happened to the declaration. */
  readonly change: "added" | "removed" | "renamed" | "changed";
  /** The older name; of an added one the newer. */
  readonly name: string;
  /** The new name. */
  readonly to?: string;
  /** For whom it matters, and how much. */
  readonly impact: Impacts;
  /** Where it stands on the older side. */
  readonly before?: Place;
  /** Where it stands on the newer side. */
  readonly after?: Place;
  /** Bytes of a struct or of a typedef's type, before and after. */
  readonly size?: readonly [number, number];
  /** Members of a struct that changed, by offset. */
  readonly fields?: readonly FieldChange[];
  /** Value of a constant or text of a string, before and after; a missing side is absent. */
  readonly value?: readonly [string | null, string | null];
  /** C type of a constant, before and after. */
  readonly type?: readonly [string, string];
  /** Structs that changed, and that this one changed because of: it holds them. */
  readonly because?: readonly string[];
  /** One sentence that the kind of change does not say. */
  readonly note?: string;
  /** Tools have it before and after: it moved out of or into their part of the headers. */
  readonly crossed?: true;
  /** The version number that ought to have told of this layout change, and did not move. */
  readonly silent?: { readonly constant: string; readonly value: string };
}

/** Changes that one macro made in several declarations. */
export interface ChangeGroup {
  /** The macro that all of them are written with. */
  readonly macro: string;
  /** What it did, in words: "an array [1] became []". */
  readonly what: string;
  /** Keys of the structs. */
  readonly names: readonly string[];
  /** The same for all of them. */
  readonly impact: Impacts;
}

/** All changes from one model to another. */
export interface AbiDiff {
  /** Of this form. */
  readonly version: 1;
  /** Architecture of both sides. */
  readonly arch: string;
  /** The older side. */
  readonly before: { readonly xen: string; readonly interfaceVersion: number };
  /** The newer side. */
  readonly after: { readonly xen: string; readonly interfaceVersion: number };
  /** Structs, constants, strings, typedefs, macros, in that order. */
  readonly changes: readonly Change[];
  /** Changes of the list that one macro made. */
  readonly groups: readonly ChangeGroup[];
  /** Changes by audience, those of a group counted once; null: that view was not there on both sides. */
  readonly summary: {
    readonly breaking: { readonly guest: number | null; readonly tools: number | null };
    readonly compatible: { readonly guest: number | null; readonly tools: number | null };
    /** Layout changes that no version number tells of. */
    readonly silent: number;
  };
}

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
    | "merged";
  readonly path: string;
  /** The new path of a renamed one. */
  readonly to?: string;
  /** Members that share the bytes of the split or merged one. */
  readonly parts?: readonly string[];
  /** A resized member is this struct, which changed itself. */
  readonly holds?: string;
  /** Offset in bytes, size in bytes, C type; of the older side. */
  readonly before?: FieldState;
  readonly after?: FieldState;
  readonly macros?: readonly string[];
}

export interface FieldState {
  readonly offset: number;
  readonly size: number;
  readonly type: string;
  readonly bits?: string;
}

/** One change between two models. */
export interface Change {
  /** What kind of declaration; `macro`: one that is code, compared as text. */
  readonly subject: "struct" | "constant" | "string" | "typedef" | "macro";
  readonly change: "added" | "removed" | "renamed" | "changed";
  readonly name: string;
  /** The new name. */
  readonly to?: string;
  readonly impact: Impacts;
  readonly before?: Place;
  readonly after?: Place;
  /** Bytes of a struct or of a typedef's type, before and after. */
  readonly size?: readonly [number, number];
  readonly fields?: readonly FieldChange[];
  /** Value of a constant or text of a string, before and after; a missing side is absent. */
  readonly value?: readonly [string | null, string | null];
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
  readonly macro: string;
  readonly what: string;
  readonly names: readonly string[];
  readonly impact: Impacts;
}

/** All changes from one model to another. */
export interface AbiDiff {
  readonly version: 1;
  readonly arch: string;
  readonly before: { readonly xen: string; readonly interfaceVersion: number };
  readonly after: { readonly xen: string; readonly interfaceVersion: number };
  readonly changes: readonly Change[];
  readonly groups: readonly ChangeGroup[];
  /** Changes by audience, those of a group counted once; null: that view was not there on both sides. */
  readonly summary: {
    readonly breaking: { readonly guest: number | null; readonly tools: number | null };
    readonly compatible: { readonly guest: number | null; readonly tools: number | null };
    /** Layout changes that no version number tells of. */
    readonly silent: number;
  };
}

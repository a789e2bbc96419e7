import type { HeldAs } from "./held-enums.ts";

/** What emitters print: a model made into a tree of types and lists of constants, each with a name of its own. */

export interface IntegerType {
  /** Tag of the union. */
  readonly kind: "integer";
  /** Size. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** Alignment inside an aggregate: 4 for 8 bytes on i386, elsewhere the size. */
  readonly align: 1 | 2 | 4 | 8;
  /** As C has it on this architecture. */
  readonly signed: boolean;
  /** Plain `char`: text rather than a number. */
  readonly character?: true;
}

/** What a guest handle or a C pointer leads to. */
export type TargetType = IntegerType | { readonly kind: "void" } | AggregateType;

/** A guest handle: the address of guest memory, 8 bytes on Arm whatever the guest's width. */
interface HandleType {
  readonly kind: "handle";
  readonly bytes: 4 | 8;
  readonly target: TargetType;
}

/** A C pointer of private state, printed as a number of the architecture's width. */
interface PointerType {
  /** Tag of the union. */
  readonly kind: "pointer";
  /** Size. */
  readonly bytes: 4 | 8;
}

/** A struct or union that lies in its member. */
export interface AggregateType {
  /** Tag of the union. */
  readonly kind: "aggregate";
  /** Its plan. */
  readonly of: AggregatePlan;
}

/** What one element of a member is. */
export type MemberType = IntegerType | HandleType | PointerType | AggregateType;

/** Bits of an integer member, counted from the start of the aggregate. */
export interface BitRange {
  /** Bits, as a compiler would count. */
  readonly declaredOffset: number;
  /** Bits, as the model says. */
  readonly assertedOffset: number;
  /** Bits. */
  readonly width: number;
}

/** One member. `declared*` follows from the types, as a compiler would lay them out; `asserted*` is what the model says. */
export interface MemberPlan {
  /** Xen's name; made from what is inside for an unnamed struct or union. */
  readonly name: string;
  /** The member has no name in C: what is inside stands among the others. */
  readonly unnamed: boolean;
  /** Of one element. */
  readonly type: MemberType;
  /** Dimensions, without a flexible one. */
  readonly dimensions: readonly number[];
  /** The first dimension is open: elements follow the aggregate. */
  readonly flexible: boolean;
  /** Undefined for a member that is no bit field. */
  readonly bits: BitRange | undefined;
  /** Bytes from the start of the aggregate; of a bit field, of the storage unit that holds its first bit. */
  readonly declaredOffset: number;
  /** Bytes. */
  readonly assertedOffset: number;
  /** Bytes, arrays as a whole; 0 of an open one. */
  readonly assertedSize: number;
  /** Alignment that the declaration asks for beyond its type's; 0: none. */
  readonly align: number;
  /** The C spelling. */
  readonly spelling: string;
  /** Name of the section of constants whose values it holds; undefined where it is just a number. */
  readonly holds: string | undefined;
  /** Header of the declaration; empty where it is not known. */
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
}

/** A struct or union to be printed. */
export interface AggregatePlan {
  /** Xen's tag or typedef; an unnamed one is called after its parent and member. */
  readonly name: string;
  /** As Xen's source calls it: `struct xen_domctl`, or `struct xen_domctl.u` of an unnamed one. */
  readonly title: string;
  /** It is the type of a member without a name. */
  readonly unnamed: boolean;
  /** Key in the model; undefined for an unnamed type. */
  readonly key: string | undefined;
  /** Key in the model of the struct or union that this is, or is inside. */
  readonly owner: string;
  /** What C declares it as. */
  readonly kind: "struct" | "union";
  /** In order of declaration. */
  readonly members: readonly MemberPlan[];
  /** Bytes. */
  readonly declaredSize: number;
  /** Bytes. */
  readonly declaredAlign: number;
  /** Bytes. */
  readonly assertedSize: number;
  /** Undefined where the model has none: unnamed types. */
  readonly assertedAlign: number | undefined;
  /** `#pragma pack` that the layout needs; 0: none. */
  readonly pack: number;
  /** The alignment has to be asked for: the members' own is less. */
  readonly raisedAlign: boolean;
  /** No rule of a compiler gives the layout: members lie where they are put, with padding that is written out. */
  readonly placed: boolean;
  /** Header of the declaration; empty where it is not known. */
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
}

/** A constant to be printed. */
export interface ConstantPlan {
  /** Xen's. */
  readonly name: string;
  /** Inside the range of its type. */
  readonly value: bigint;
  /** The value that assertions state. */
  readonly assertedValue: bigint;
  /** Size of its type. */
  readonly bytes: 4 | 8;
  /** Sign of its type. */
  readonly signed: boolean;
  /**
   * Sign where a language converts no numbers: commands, flags and counts are unsigned, whatever C says of their digits;
   * signed is what is negative, or has a negative one in its group (GNTST_okay), and error numbers, which are returned so.
   */
  readonly plainSigned: boolean;
  /** C type. */
  readonly type: string;
  /** Header of the definition; empty where it is not known. */
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
}

/** Constants that belong together. */
export interface ConstantSection {
  /** What holds them together: an "enum" comment, a C enum, a struct's body; undefined for what is left of a file. */
  readonly title: string | undefined;
  /** Name of a type for them; undefined where there is none. */
  readonly enumName: string | undefined;
  /** What members that hold one of them are; undefined: no member is known for it, and the type is as wide as the constants. */
  readonly heldAs: HeldAs | undefined;
  /** Header of the constants. */
  readonly file: string;
  /** Where the group begins; 0: it is no group. */
  readonly line: number;
  /** In order of definition. */
  readonly constants: readonly ConstantPlan[];
}

interface StringPlan {
  readonly name: string;
  readonly text: string;
}

/** Everything that an emitter prints, in the order of printing. */
export interface BindingPlan {
  /** Release, as the model is labelled. */
  readonly xen: string;
  /** Architecture. */
  readonly arch: string;
  /** Whose view it is. */
  readonly mode: string;
  /** Constants, in order of their headers. */
  readonly sections: readonly ConstantSection[];
  /** Macros that are text. */
  readonly strings: readonly StringPlan[];
  /** What an aggregate contains comes before it. */
  readonly aggregates: readonly AggregatePlan[];
  /** Doc comment of the declaration at a place; empty without the user's own headers. */
  readonly docOf: (file: string, line: number) => readonly string[];
}

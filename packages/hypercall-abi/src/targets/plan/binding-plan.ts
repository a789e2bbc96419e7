/** What emitters print: a model made into a tree of types and lists of constants, each with a name of its own. */

export interface IntegerType {
  readonly kind: "integer";
  readonly bytes: 1 | 2 | 4 | 8;
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
export interface PointerType {
  readonly kind: "pointer";
  readonly bytes: 4 | 8;
}

export interface AggregateType {
  readonly kind: "aggregate";
  readonly of: AggregatePlan;
}

export type MemberType = IntegerType | HandleType | PointerType | AggregateType;

/** Bits of an integer member, counted from the start of the aggregate. */
export interface BitRange {
  readonly declaredOffset: number;
  readonly assertedOffset: number;
  readonly width: number;
}

/** One member. `declared*` follows from the types, as a compiler would lay them out; `asserted*` is what the model says. */
export interface MemberPlan {
  /** Xen's name; made from what is inside for an unnamed struct or union. */
  readonly name: string;
  /** The member has no name in C: what is inside stands among the others. */
  readonly unnamed: boolean;
  readonly type: MemberType;
  /** Dimensions, without a flexible one. */
  readonly dimensions: readonly number[];
  /** The first dimension is open: elements follow the aggregate. */
  readonly flexible: boolean;
  readonly bits: BitRange | undefined;
  /** Bytes from the start of the aggregate; of a bit field, of the storage unit that holds its first bit. */
  readonly declaredOffset: number;
  readonly assertedOffset: number;
  readonly assertedSize: number;
  /** Alignment that the declaration asks for beyond its type's; 0: none. */
  readonly align: number;
  /** The C spelling. */
  readonly spelling: string;
  readonly file: string;
  readonly line: number;
}

export interface AggregatePlan {
  /** Xen's tag or typedef; an unnamed one is called after its parent and member. */
  readonly name: string;
  /** As Xen's source calls it: `struct xen_domctl`, or `struct xen_domctl.u` of an unnamed one. */
  readonly title: string;
  /** It is the type of a member without a name. */
  readonly unnamed: boolean;
  /** Key in the model; undefined for an unnamed type. */
  readonly key: string | undefined;
  readonly kind: "struct" | "union";
  readonly members: readonly MemberPlan[];
  readonly declaredSize: number;
  readonly declaredAlign: number;
  readonly assertedSize: number;
  /** Undefined where the model has none: unnamed types. */
  readonly assertedAlign: number | undefined;
  /** `#pragma pack` that the layout needs; 0: none. */
  readonly pack: number;
  /** The alignment has to be asked for: the members' own is less. */
  readonly raisedAlign: boolean;
  readonly file: string;
  readonly line: number;
}

export interface ConstantPlan {
  readonly name: string;
  readonly value: bigint;
  /** The value that assertions state. */
  readonly assertedValue: bigint;
  readonly bytes: 4 | 8;
  readonly signed: boolean;
  /** C type. */
  readonly type: string;
  readonly file: string;
  readonly line: number;
}

/** Constants that belong together. */
export interface ConstantSection {
  /** What holds them together: an "enum" comment, a C enum, a struct's body; undefined for what is left of a file. */
  readonly title: string | undefined;
  /** Name of a type for them; undefined where there is none. */
  readonly enumName: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly constants: readonly ConstantPlan[];
}

interface StringPlan {
  readonly name: string;
  readonly text: string;
}

/** Everything that an emitter prints, in the order of printing. */
export interface BindingPlan {
  readonly xen: string;
  readonly arch: string;
  readonly mode: string;
  readonly sections: readonly ConstantSection[];
  readonly strings: readonly StringPlan[];
  /** What an aggregate contains comes before it. */
  readonly aggregates: readonly AggregatePlan[];
  /** Doc comment of the declaration at a place; empty without the user's own headers. */
  readonly docOf: (file: string, line: number) => readonly string[];
}

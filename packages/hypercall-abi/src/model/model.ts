/**
 * Xen's public interface of one release, on one architecture, seen in one mode.
 *
 * Plain readonly data that survives JSON: `abi import` and `abi show -f json` print exactly this.
 */

/** Architectures whose layouts are known; x86_32 is `arch-x86` with 4-byte packing. */
export type ArchitectureName = "arm64" | "arm32" | "x86_64" | "x86_32";

/**
 * Who reads the headers. `tools`: `__XEN_TOOLS__`, the toolstack's view with domctl and sysctl. `guest`: a kernel that
 * asks for the latest interface version.
 */
export type Mode = "tools" | "guest";

/** Where something is declared: path inside the header tree and line from 1. */
export interface Place {
  /** Path inside the header tree. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** One row of an aggregate. */
export interface Field {
  /** Dotted through members of unnamed type; `a[].b` is inside the first element of array `a`; `<anon>` for an unnamed member. */
  readonly path: string;
  /** Bytes from the start of the outermost aggregate. Of a bit field: of the storage unit that holds it. */
  readonly offset: number;
  /** Bytes of the whole field, of an array all of it; 0 for a flexible one. */
  readonly size: number;
  /** C spelling, dimensions included. */
  readonly type: string;
  /** Dimensions; null for a flexible one. */
  readonly array?: readonly (number | null)[];
  /** An array whose first dimension is open. */
  readonly flexible?: true;
  /** A C pointer. */
  readonly pointer?: true;
  /** A guest handle: 8 bytes on Arm whatever the guest's width. */
  readonly handle?: true;
  /** Bits from the start of the aggregate. */
  readonly bitOffset?: number;
  /** Bits of a bit field; absent for other members. */
  readonly bitWidth?: number;
  /** A member without a name, of struct or union type. */
  readonly anonymous?: true;
  /** Of an unnamed member: how many of the rows below are of what it holds. */
  readonly inside?: number;
  /** Line of the declaration; file of the aggregate unless `file` is there. */
  readonly line?: number;
  /** Macros that wrote a part of this declaration. */
  readonly macros?: readonly string[];
}

/** A struct or a union. */
export interface Struct extends Place {
  /** What C declares it as. */
  readonly kind: "struct" | "union";
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly align: number;
  /** In order of declaration. */
  readonly fields: readonly Field[];
  /** The macro that made the whole aggregate (a ring, a save record). */
  readonly macro?: string;
  /** Attributes, #pragma pack or unnamed bit fields put members or the end elsewhere than their types alone would. */
  readonly attributed?: true;
}

/** A number with a name: an object-like macro or an enumerator. */
export interface Constant extends Partial<Place> {
  /** Decimal, with a sign when negative. */
  readonly value: string;
  /** C type of the expression: `int`, `unsigned int`, `unsigned long`, ... */
  readonly type: string;
  /** An enumerator; absent for a macro. */
  readonly from?: "enum";
  /** The struct or union whose body the macro is defined in. */
  readonly within?: string;
}

/** A typedef of a type with a size. */
export interface Typedef extends Place {
  /** C spelling of the type that it names. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
}

/** A C enum. */
export interface Enum extends Place {
  /** Bytes. */
  readonly size: number;
  /** Enumerators by name. */
  readonly values: Readonly<Record<string, number>>;
}

/** A hypercall's C prototype as the headers' back-tick comments state it. */
export interface Prototype extends Place {
  /** C type. */
  readonly returns: string;
  /** In order. */
  readonly parameters: readonly { readonly type: string; readonly name: string }[];
}

/** Constants that one back-tick "enum" comment encloses. */
export interface ConstantGroup extends Place {
  /** Names of the constants, in order. */
  readonly members: readonly string[];
  /** What the comment links the constants to, e.g. `EVTCHNOP_*` to `struct evtchn_*`. */
  readonly link?: { readonly from: string; readonly to: string };
}

/** A declaration that is in the headers but not in the model, and why. */
export interface Unmodelled extends Place {
  /** Name of the declaration. */
  readonly name: string;
  /** One clause: `a macro with parameters`. */
  readonly reason: string;
  /** Of a macro that is code: digest of its tokens, parameters by number, so that two are told apart. */
  readonly tokens?: string;
}

/** The model of one release, architecture and mode. */
export interface Abi {
  /** Of this format. */
  readonly version: 1;
  /** Release: "4.17", "4.20", "master". */
  readonly xen: string;
  /** Architecture of the layouts. */
  readonly arch: ArchitectureName;
  /** Whose view it is. */
  readonly mode: Mode;
  /** `__XEN_INTERFACE_VERSION__` in force, e.g. 0x00041300. */
  readonly interfaceVersion: number;
  /** Header files in the order of reading. */
  readonly headers: readonly string[];
  /** By `struct tag`, `union tag`, or the typedef's name of an untagged one. */
  readonly structs: Readonly<Record<string, Struct>>;
  /** By name. */
  readonly constants: Readonly<Record<string, Constant>>;
  /** Numbers by name of the constant: `__HYPERVISOR_memory_op`. */
  readonly hypercalls: Readonly<Record<string, number>>;
  /** By name. */
  readonly typedefs: Readonly<Record<string, Typedef>>;
  /** By `enum tag`. */
  readonly enums: Readonly<Record<string, Enum>>;
  /** Macros that are strings: name to text. */
  readonly strings: Readonly<Record<string, string>>;
  /** By name of the hypercall's function. */
  readonly prototypes: Readonly<Record<string, Prototype>>;
  /** By name of the "enum" comment. */
  readonly groups: Readonly<Record<string, ConstantGroup>>;
  /** In order of reading. */
  readonly unmodelled: readonly Unmodelled[];
}

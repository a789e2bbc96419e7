/** Who writes a member of a hypercall's argument: the guest, Xen, or both. */
export type Direction = "in" | "out" | "inout";

/** Releases of Xen, both ends included; an end that is not there is open. "4.12", "master". */
export interface Releases {
  /** First release, included; absent: from before 4.11 on. */
  readonly since?: string;
  /** Last release, included; absent: to this day. */
  readonly until?: string;
}

/** A member of a sub-op's argument struct, named as logs name it. */
export interface ArgumentField {
  /** Name in logs: Xen's member name, unions flattened (`foreign_domid`), structs dotted (`source.ref`). */
  readonly name: string;
  /** Path in the ABI model's field rows, where it differs from `name`. */
  readonly path?: string;
  /** Struct that `path` starts from, where it is not the sub-op's own. */
  readonly struct?: string;
  /** Who writes it. */
  readonly direction: Direction;
  /** How people read it: frames and addresses in hex, counts and statuses in decimal. */
  readonly radix: 10 | 16;
  /** True for statuses; all other members are unsigned. */
  readonly signed?: boolean;
  /** Releases whose struct has it, where not all of those that have the sub-op do. */
  readonly releases?: Releases;
}

/** Memory that a handle leads to: what Xen reads (`in`) or writes (`out`) there. */
export interface ArgumentBuffer {
  /** Path of the handle in the argument struct; with `element`, the hypercall's own argument that holds the address. */
  readonly path: string;
  /** Who writes it. */
  readonly direction: Direction;
  /** Type of an element, where no struct's handle states it. */
  readonly element?: string;
  /** Releases whose struct has it, where not all of those that have the sub-op do. */
  readonly releases?: Releases;
}

/** A list behind a guest handle of the argument struct. */
export interface ArgumentList {
  /** Name in logs: `extents`, `idxs`. */
  readonly name: string;
  /** Path of the handle in the ABI model's field rows. */
  readonly path: string;
  /** Struct that `path` starts from, where it is not the sub-op's own. */
  readonly struct?: string;
  /** Bytes of one element: 8 for frames, 4 for errnos, 1 for access types. */
  readonly elementSize: 1 | 4 | 8;
  /** True for errnos; frames are unsigned. */
  readonly signed: boolean;
  /** Name of the field that says how many elements there are. */
  readonly count: string;
  /** Who writes the elements. */
  readonly direction: Direction;
}

/** One operation of a hypercall: XENMEM_populate_physmap, GNTTABOP_copy, ... */
export interface SubOp {
  /** Number of the hypercall. */
  readonly nr: number;
  /** Number, as in the low bits of the command word. */
  readonly cmd: number;
  /** Name without its prefix: `populate_physmap`. */
  readonly name: string;
  /** Name of the constant in Xen's headers: `XENMEM_populate_physmap`. */
  readonly constant: string;
  /** Argument struct in the ABI model, null where there is none. */
  readonly struct: string | null;
  /** Where the struct lies in the hypercall's own: `u.createdomain` of `struct xen_domctl`. */
  readonly member?: string;
  /** `rows`: the argument is an array of `count` structs (grant_table_op). `value`: it is of a type that is no struct. */
  readonly argument: "none" | "struct" | "rows" | "value";
  /** Type and direction of an argument that is a `value`. */
  readonly value?: { readonly type: string; readonly direction: Direction };
  /** Members of the argument, in the order of logs. */
  readonly fields: readonly ArgumentField[];
  /** Lists behind handles of the argument. */
  readonly lists: readonly ArgumentList[];
  /** Memory behind other handles of the argument. */
  readonly buffers?: readonly ArgumentBuffer[];
  /** Releases whose headers have the constant, where not all of 4.11 to master do. */
  readonly releases?: Releases;
  /** False: Arm refuses it whatever the argument (-ENOSYS, mostly). */
  readonly onArm: boolean;
  /** Releases in which Arm takes it, where not all of those whose headers have it do. */
  readonly arm?: Releases;
}

/** One hypercall of Xen's public ABI. */
export interface Hypercall {
  /** Number, as in x16 or r12. */
  readonly nr: number;
  /** `memory_op`. */
  readonly name: string;
  /** `__HYPERVISOR_memory_op`. */
  readonly constant: string;
  /** Bits of the command word that hold the sub-op; the rest is a continuation. 0: no continuation in that word. */
  readonly cmdBits: number;
  /** Arguments in order, as the header's prototype calls them, or Xen's handler where the header has none. */
  readonly parameters: readonly string[];
  /** Struct that holds a number of sub-op and a union of their structs (domctl), and its fields outside the union. */
  readonly struct?: string;
  /** Members of that struct outside its union. */
  readonly fields?: readonly ArgumentField[];
  /** In order of number; empty for a hypercall without sub-ops. */
  readonly subOps: readonly SubOp[];
  /** Releases whose headers have the number, where not all of 4.11 to master do. */
  readonly releases?: Releases;
  /** False: Arm's table of hypercalls has no entry, or one that only refuses. */
  readonly onArm: boolean;
  /** Releases in which Arm has it, where not all of those whose headers have it do. */
  readonly arm?: Releases;
  /** Option of Xen's build that it needs on Arm, of the newest release. */
  readonly config?: string;
}

/** A field row in short form. */
export function field(name: string, direction: Direction, radix: 10 | 16, path?: string): ArgumentField {
  return path === undefined ? { name, direction, radix } : { name, direction, radix, path };
}

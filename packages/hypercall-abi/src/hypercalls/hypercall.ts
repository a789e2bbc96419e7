/** Who writes a member of a hypercall's argument: the guest, Xen, or both. */
export type Direction = "in" | "out" | "inout";

/** A scalar member of a sub-op's argument struct, named as logs name it. */
export interface ArgumentField {
  /** Name in logs: Xen's member name, unions flattened (`foreign_domid`), structs dotted (`source.ref`). */
  readonly name: string;
  /** Path in the ABI model's field rows, where it differs from `name`. */
  readonly path?: string;
  /** Struct that `path` starts from, where it is not the sub-op's own. */
  readonly struct?: string;
  readonly direction: Direction;
  /** How people read it: frames and addresses in hex, counts and statuses in decimal. */
  readonly radix: 10 | 16;
  /** True for statuses; all other members are unsigned. */
  readonly signed?: boolean;
}

/** A list behind a guest handle of the argument struct. */
export interface ArgumentList {
  readonly name: string;
  /** Path of the handle in the ABI model's field rows. */
  readonly path: string;
  readonly struct?: string;
  /** Bytes of one element: 8 for frames, 4 for errnos, 1 for access types. */
  readonly elementSize: 1 | 4 | 8;
  readonly signed: boolean;
  /** Name of the field that says how many elements there are. */
  readonly count: string;
  readonly direction: Direction;
}

export interface SubOp {
  readonly nr: number;
  /** Number, as in the low bits of the command word. */
  readonly cmd: number;
  /** Name without its prefix: `populate_physmap`. */
  readonly name: string;
  /** Name of the constant in Xen's headers: `XENMEM_populate_physmap`. */
  readonly constant: string;
  /** Argument struct in the ABI model, null where there is none. */
  readonly struct: string | null;
  /** `rows`: the argument is an array of `count` structs (grant_table_op). */
  readonly argument: "none" | "struct" | "rows";
  readonly fields: readonly ArgumentField[];
  readonly lists: readonly ArgumentList[];
  /** False: Arm answers -ENOSYS whatever the argument. */
  readonly onArm: boolean;
}

export interface Hypercall {
  readonly nr: number;
  /** `memory_op`. */
  readonly name: string;
  /** `__HYPERVISOR_memory_op`. */
  readonly constant: string;
  /** Bits of the command word that hold the sub-op; the rest is a continuation. 0: no sub-ops. */
  readonly cmdBits: number;
  readonly subOps: readonly SubOp[];
}

/** A field row in short form. */
export function field(name: string, direction: Direction, radix: 10 | 16, path?: string): ArgumentField {
  return path === undefined ? { name, direction, radix } : { name, direction, radix, path };
}

import { knownRelease, releaseNumbers } from "../../facts/xen-release.ts";
import {
  type ArgumentField,
  type ArgumentList,
  grantTableOps,
  memoryOps,
  type SubOp,
} from "../../hypercalls/index.ts";
import { fieldOf, ModelLookupError, structOf } from "../../model/field-of.ts";
import type { Abi } from "../../model/model.ts";
import { BindingError } from "./binding-error.ts";

/** A scalar in the argument that decides whether an item is recorded: (value & mask) == value, or not. */
interface ShimCondition {
  readonly offset: number;
  readonly bytes: number;
  readonly mask: number;
  readonly value: number;
  readonly equal: boolean;
}

/** One step of writing a sub-op's argument. */
export interface ShimItem {
  /** `open` and `close` stand around the members of a JSON object. */
  readonly kind: "decimal" | "signed" | "hex" | "list" | "signed-list" | "open" | "close";
  /** Name in logs. */
  readonly name: string;
  /** Recorded before the call, after it, or both. */
  readonly before: boolean;
  /** Recorded after the call. */
  readonly after: boolean;
  /** Bytes from the start of the argument. */
  readonly offset: number;
  /** Of the member; of a list, one element. */
  readonly bytes: number;
  /** Bytes from the start of the argument to the number of elements; 0 of an item that is no list. */
  readonly countOffset: number;
  /** Bytes of that number; 0 of an item that is no list. */
  readonly countBytes: number;
  /** Undefined: always recorded. */
  readonly condition: ShimCondition | undefined;
}

/** One sub-op and how its argument is written. */
export interface ShimSubOp {
  /** Number of the hypercall. */
  readonly nr: number;
  /** Number of the sub-op. */
  readonly cmd: number;
  /** Name without its prefix: `populate_physmap`. */
  readonly name: string;
  /** The argument is an array of structs (grant_table_op). */
  readonly rows: boolean;
  /** Bytes of the argument struct; 0: there is none. */
  readonly size: number;
  /** In the order of logs. */
  readonly items: readonly ShimItem[];
}

/** What the wrappers of one interface record. */
export interface ShimPlan {
  /** The release that the log's header names, "4.17"; null where the model's label is no release that a replay knows. */
  readonly xen: string | null;
  /** Architecture of the layouts. */
  readonly arch: "arm64" | "arm32";
  /** Every sub-op that Arm answers and the model has. */
  readonly subOps: readonly ShimSubOp[];
}

interface Rule {
  readonly by: string;
  readonly mask: number;
  readonly value: number;
  readonly equal: boolean;
}

const isZero = (by: string): Rule => ({ by, mask: 0xffffffff, value: 0, equal: true });
const bit = (by: string, mask: number, equal: boolean): Rule => ({ by, mask, value: mask, equal });

/** Which member of a union a call means, and what Xen writes only on success (xen/include/public/memory.h, grant_table.h). */
const rules: Readonly<Record<string, Rule>> = {
  "add_to_physmap_batch foreign_domid": { by: "space", mask: 0xffff, value: 4, equal: true },
  "add_to_physmap_batch res0": { by: "space", mask: 0xffff, value: 4, equal: false },
  "copy source.ref": bit("flags", 1, true),
  "copy source.gmfn": bit("flags", 1, false),
  "copy dest.ref": bit("flags", 2, true),
  "copy dest.gmfn": bit("flags", 2, false),
  "cache_flush ref": bit("op", 0x80000000, true),
  "cache_flush dev_bus_addr": bit("op", 0x80000000, false),
  "map_grant_ref handle": isZero("status"),
  "map_grant_ref dev_bus_addr": isZero("status"),
  "setup_table frame_list": isZero("status"),
  "get_status_frames frame_list": isZero("status"),
  "query_size nr_frames": isZero("status"),
  "query_size max_nr_frames": isZero("status"),
};

/** Members that Xen may write and that a log takes from the argument again; of the others the log has what the guest gave. */
const writtenBack = new Set(["exchange nr_exchanged", "acquire_resource nr_frames", "set_version version"]);

/** Every sub-op that Arm answers, by the layouts of a model. Throws BindingError for other architectures. */
export function shimPlan(abi: Abi): ShimPlan {
  const { arch } = abi;
  if (arch !== "arm64" && arch !== "arm32")
    throw new BindingError(`--shim: no hypercall convention for ${arch}; there are arm64 and arm32`);
  const subOps = [...memoryOps, ...grantTableOps].filter((subOp) => subOp.onArm);
  const release = knownRelease(abi.xen);
  return {
    xen: release === null ? null : releaseNumbers(release),
    arch,
    subOps: subOps.flatMap((subOp) => planOf(abi, subOp) ?? []),
  };
}

/** The shim's code with what the log's header says of the interface. */
export function withHeader(code: string, plan: ShimPlan): string {
  const member = '\\"xen\\":\\"@XEN@\\",';
  const named =
    plan.xen === null
      ? code.replace(member, "").replace("Xen @XEN@", "Xen of no known release")
      : code.replace("@XEN@", plan.xen);
  return named.replace("@ARCH@", plan.arch);
}

function planOf(abi: Abi, subOp: SubOp): ShimSubOp | undefined {
  const { nr, cmd, name, struct } = subOp;
  const rows = subOp.argument === "rows";
  if (struct === null) return { nr, cmd, name, rows, size: 0, items: [] };
  let size: number;
  try {
    size = structOf(abi, struct).size;
  } catch (problem) {
    // A release before or after the sub-op's life.
    if (problem instanceof ModelLookupError) return undefined;
    throw problem;
  }
  const items = [
    ...subOp.fields.map((field) => fieldItem(abi, subOp, field)),
    ...subOp.lists.map((list) => listItem(abi, subOp, list)),
  ].filter((item) => item !== undefined);
  return { nr, cmd, name, rows, size, items: nested(items) };
}

function fieldItem(abi: Abi, subOp: SubOp, field: ArgumentField): ShimItem | undefined {
  const place = placeOf(abi, subOp, field.path ?? field.name);
  if (place === undefined) return undefined;
  const key = `${subOp.name} ${field.name}`;
  return {
    kind: field.signed ? "signed" : field.radix === 16 ? "hex" : "decimal",
    name: field.name,
    before: field.direction !== "out",
    after: field.direction === "out" || writtenBack.has(key),
    ...place,
    countOffset: 0,
    countBytes: 0,
    condition: conditionOf(abi, subOp, key),
  };
}

function listItem(abi: Abi, subOp: SubOp, list: ArgumentList): ShimItem | undefined {
  const handle = placeOf(abi, subOp, list.path);
  const count = subOp.fields.find(({ name }) => name === list.count);
  const counted = count && placeOf(abi, subOp, count.path ?? count.name);
  if (handle === undefined || counted === undefined) return undefined;
  return {
    kind: list.signed ? "signed-list" : "list",
    name: list.name,
    before: list.direction !== "out",
    after: list.direction === "out",
    offset: handle.offset,
    bytes: list.elementSize,
    countOffset: counted.offset,
    countBytes: counted.bytes,
    condition: conditionOf(abi, subOp, `${subOp.name} ${list.name}`),
  };
}

function conditionOf(abi: Abi, subOp: SubOp, key: string): ShimCondition | undefined {
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
  const place = rule && placeOf(abi, subOp, rule.by);
  if (rule === undefined || place === undefined) return undefined;
  const whole = 2 ** (place.bytes * 8) - 1;
  return { ...place, mask: Math.min(rule.mask, whole), value: rule.value, equal: rule.equal };
}

function placeOf(abi: Abi, subOp: SubOp, path: string): { offset: number; bytes: number } | undefined {
  if (subOp.struct === null) return undefined;
  try {
    const { offset, size } = fieldOf(abi, subOp.struct, path);
    return { offset, bytes: size };
  } catch (problem) {
    if (problem instanceof ModelLookupError) return undefined;
    throw problem;
  }
}

/** Names with a dot become objects: `source.ref` is `"source":{"ref":...}`. */
function nested(items: readonly ShimItem[]): ShimItem[] {
  const groups = new Map<string, ShimItem[]>();
  for (const item of items) {
    const group = item.name.includes(".") ? item.name.slice(0, item.name.indexOf(".")) : item.name;
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  return [...groups].flatMap(([group, members]) => {
    if (!members[0].name.includes(".")) return members;
    const mark = { ...members[0], name: group, condition: undefined };
    const inner = members.map((item) => ({ ...item, name: item.name.slice(group.length + 1) }));
    const after = members.some((item) => item.after);
    return [{ ...mark, kind: "open", after }, ...inner, { ...mark, kind: "close", after }] as ShimItem[];
  });
}

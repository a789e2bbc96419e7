import { customaryMeaning } from "../../headers/expressions/customary-types.ts";
import { handleName } from "../../headers/rows.ts";
import { TYPEDEF_DEPTH_MAX } from "../../limits.ts";
import { architectureOf } from "../../model/architecture.ts";
import { scalarOf, structKey, typedefTarget } from "../../model/field-of.ts";
import type { Abi, Field } from "../../model/model.ts";
import { BindingError } from "./binding-error.ts";
import type { AggregatePlan, IntegerType, MemberType, TargetType } from "./binding-plan.ts";

/** Names of numbers that guest handles are made of, beside typedefs: arch-arm.h's and arch-x86/xen.h's own. */
const handleNumbers: ReadonlyMap<string, string> = new Map([
  ["uchar", "unsigned char"],
  ["uint", "unsigned int"],
  ["ulong", "unsigned long"],
  ["int8", "int8_t"],
  ["int16", "int16_t"],
  ["int32", "int32_t"],
  ["int64", "int64_t"],
  ["uint8", "uint8_t"],
  ["uint16", "uint16_t"],
  ["uint32", "uint32_t"],
  ["uint64", "uint64_t"],
]);

/** Finds the plan of an aggregate by its key in the model. */
interface AggregateFinder {
  /** Of one that lies in a member. */
  plan(key: string): AggregatePlan;
  /** Of one that a handle leads to; undefined where it is left out. */
  target(key: string): AggregatePlan | undefined;
}

/** The C type of a row's element: a typedef of an array (`xen_domain_handle_t`) is followed, the row has its dimensions. */
export function elementSpelling(abi: Abi, row: Field): string {
  const spelling = withoutDimensions(row.type);
  if (row.array === undefined) return spelling;
  for (let at = spelling, steps = 0; steps < TYPEDEF_DEPTH_MAX; steps++) {
    const target = typedefTarget(abi, at);
    if (target === undefined) break;
    at = withoutDimensions(target);
    if (at !== target) return at;
  }
  return spelling;
}

function withoutDimensions(type: string): string {
  return type.replace(/(?:\[[0-9]*\])+$/, "");
}

/** The type of a row that is no unnamed aggregate. Throws BindingError with the name of what has no mapping. */
export function memberType(abi: Abi, row: Field, title: string, find: AggregateFinder): MemberType {
  const spelling = elementSpelling(abi, row);
  const arch = architectureOf(abi.arch);
  if (isPointer(row, spelling)) return { kind: "pointer", bytes: arch.pointerSize };
  if (row.handle) {
    const bytes = handleBytes(abi, spelling);
    return { kind: "handle", bytes, target: handleTarget(abi, spelling, title, find) };
  }
  const integer = integerType(abi, spelling);
  if (integer !== undefined) return spelling.endsWith("enum <anonymous>") ? ofRow(integer, row) : integer;
  const key = structKey(abi, spelling.replace(/^const /, ""));
  if (key === undefined) throw new BindingError(`${title}.${row.path}: no mapping for type '${row.type}'`);
  return { kind: "aggregate", of: find.plan(key) };
}

/** An enum without any name is as wide as its member is. */
function ofRow(integer: IntegerType, { size, array = [], bitWidth }: Field): IntegerType {
  const count = array.reduce<number>((n, length) => n * (length ?? 0), 1);
  if (count === 0 || bitWidth !== undefined) return integer;
  const bytes = (size / count) as IntegerType["bytes"];
  return { ...integer, bytes, align: bytes };
}

/** The key of the aggregate that a row needs: by value, or what a guest handle leads to. */
export function neededBy(abi: Abi, row: Field): string | undefined {
  const spelling = elementSpelling(abi, row);
  if (isPointer(row, spelling)) return undefined;
  if (row.handle) return structKey(abi, handleTargetName(spelling));
  return integerType(abi, spelling) === undefined
    ? structKey(abi, spelling.replace(/^const /, ""))
    : undefined;
}

/** A pointer, or an array of pointers. */
function isPointer(row: Field, element: string): boolean {
  return row.pointer === true || element.endsWith("*");
}

/** On Arm a handle in a struct has 8 bytes everywhere; elsewhere it is a pointer. */
function handleBytes(abi: Abi, spelling: string): 4 | 8 {
  return spelling.includes("_64_") ? 8 : architectureOf(abi.arch).pointerSize;
}

function handleTargetName(spelling: string): string {
  return spelling.replace(handleName, "").replace(/^const_/, "");
}

function handleTarget(abi: Abi, spelling: string, title: string, find: AggregateFinder): TargetType {
  const name = handleTargetName(spelling);
  if (name === "void") return { kind: "void" };
  const integer = integerType(abi, handleNumbers.get(name) ?? customaryMeaning(name) ?? name);
  if (integer !== undefined) return integer;
  const key = structKey(abi, name);
  if (key === undefined) throw new BindingError(`${title}: no mapping for guest handle '${spelling}'`);
  const of = find.target(key);
  return of === undefined ? { kind: "void" } : { kind: "aggregate", of };
}

function integerType(abi: Abi, spelling: string): IntegerType | undefined {
  const scalar = scalarOf(abi, spelling);
  if (scalar === undefined) return undefined;
  const bytes = scalar.size as IntegerType["bytes"];
  const align = bytes === 8 ? architectureOf(abi.arch).longLongAlign : bytes;
  const character = spelling.replace(/^const /, "") === "char";
  return { kind: "integer", bytes, align, signed: scalar.signed, ...(character ? { character } : {}) };
}

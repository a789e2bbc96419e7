import { MODEL_ROWS_MAX } from "../limits.ts";
import { hypercallNumbers } from "../model/hypercall-numbers.ts";
import type { Abi, Constant, Enum, Mode, Place, Struct, Typedef, Unmodelled } from "../model/model.ts";
import { compareText, sortedRecord } from "../model/sorted-record.ts";
import { readCommentFacts } from "./comment-facts.ts";
import { evaluateMacros, unusableName } from "./constants.ts";
import { outermostMacro } from "./declarations/provenance.ts";
import type { TypeReader } from "./declarations/type-reader.ts";
import { type AggregateType, sizeOf } from "./expressions/c-types.ts";
import type { Preprocessor } from "./preprocess/preprocess.ts";
import { fieldRows, handleName, innerAggregate } from "./rows.ts";
import type { ScannedFile } from "./tokens/scan.ts";
import { lineAt } from "./tokens/source-file.ts";
import { sourceSpot, type Token } from "./tokens/token.ts";

/** What a model needs besides the declarations. */
interface ModelHead {
  readonly xen: string;
  readonly mode: Mode;
  readonly headers: readonly string[];
  /** Every file that was read, included ones too. */
  readonly files: readonly ScannedFile[];
}

/** Turns what was read into the model. */
export function buildModel(head: ModelHead, preprocessor: Preprocessor, reader: TypeReader): Abi {
  const unmodelled: Unmodelled[] = reader.tables.setAside.map((d) => {
    return { name: d.name, ...placeOf(d.at), reason: d.reason };
  });
  const macros = evaluateMacros(preprocessor, reader);
  unmodelled.push(...macros.unmodelled);
  const structs = structsOf(reader, unmodelled);
  const { enums, enumerators } = enumsOf(reader);
  const constants = sortedRecord({ ...placedInStructs(macros.constants, reader), ...enumerators });
  const comments = readCommentFacts(head.files, constants);
  const version = constants.__XEN_INTERFACE_VERSION__ ?? constants.__XEN_LATEST_INTERFACE_VERSION__;
  return {
    version: 1,
    xen: head.xen,
    arch: reader.arch.name,
    mode: head.mode,
    interfaceVersion: Number(version?.value ?? "0"),
    headers: head.headers,
    structs: sortedRecord(structs),
    constants,
    hypercalls: hypercallNumbers(constants),
    typedefs: sortedRecord(typedefsOf(reader)),
    enums: sortedRecord(enums),
    strings: sortedRecord(macros.strings),
    prototypes: sortedRecord(comments.prototypes),
    groups: sortedRecord(comments.groups),
    unmodelled: unmodelled.sort(
      (a, b) => compareText(a.file, b.file) || a.line - b.line || compareText(a.name, b.name),
    ),
  };
}

function placeOf(at: Token): Place {
  const spot = sourceSpot(at);
  return { file: spot.file.path, line: lineAt(spot.file, spot.offset) };
}

/** How the model calls an aggregate; undefined for one that is only a part of another. */
function keyOf(aggregate: AggregateType): string | undefined {
  return aggregate.tag === undefined ? aggregate.typedefName : `${aggregate.kind} ${aggregate.tag}`;
}

/** Constants with the struct whose body they are defined in, which is how Xen says what a member may hold. */
function placedInStructs(
  constants: Readonly<Record<string, Constant>>,
  reader: TypeReader,
): Record<string, Constant> {
  const bodies = new Map<string, { key: string; from: number; to: number }[]>();
  for (const aggregate of reader.tables.aggregates) {
    const key = keyOf(aggregate);
    if (key === undefined || aggregate.at.from !== undefined || aggregate.end === undefined) continue;
    const { file, line } = placeOf(aggregate.at);
    const body = { key, from: line, to: lineAt(aggregate.end.file, aggregate.end.offset) };
    const known = bodies.get(file);
    if (known === undefined) bodies.set(file, [body]);
    else known.push(body);
  }
  const placed: Record<string, Constant> = {};
  for (const [name, constant] of Object.entries(constants)) {
    const line = constant.line ?? 0;
    // Inner aggregates end first, so the first match is the innermost.
    const body = bodies.get(constant.file ?? "")?.find((b) => b.from < line && line < b.to);
    placed[name] = body === undefined ? constant : { ...constant, within: body.key };
  }
  return placed;
}

function structsOf(reader: TypeReader, unmodelled: Unmodelled[]): Record<string, Struct> {
  const structs: Record<string, Struct> = {};
  let total = 0;
  for (const aggregate of reader.tables.aggregates) {
    const key = keyOf(aggregate);
    if (key === undefined || handleName.test(key) || key === unusableName) continue;
    // A second definition was reported; the first stands.
    if (Object.hasOwn(structs, key)) continue;
    const place = placeOf(aggregate.at);
    const rows = aggregate.broken === undefined && total < MODEL_ROWS_MAX ? fieldRows(aggregate) : undefined;
    if (rows === undefined) {
      unmodelled.push({ name: key, ...place, reason: aggregate.broken ?? "too many fields" });
      continue;
    }
    total += rows.length;
    const macro = outermostMacro(aggregate.at);
    const { kind, size } = aggregate;
    const align = aggregate.tag === undefined ? namedAlign(key, aggregate, reader) : aggregate.align;
    structs[key] = {
      kind,
      size,
      align,
      fields: rows,
      ...place,
      ...(macro === undefined ? {} : { macro }),
      ...shaped(aggregate, align),
    };
  }
  return structs;
}

/** Whether attributes shape an aggregate or an unnamed one inside it. */
function shaped(aggregate: AggregateType, align: number): { attributed?: true } {
  const unnamed = aggregate.members.flatMap(({ use }) => innerAggregate(use.type) ?? []);
  const isShaped =
    aggregate.attributed ||
    align !== aggregate.align ||
    unnamed.some((inner) => shaped(inner, inner.align).attributed);
  return isShaped ? { attributed: true } : {};
}

/** An untagged aggregate is known by its typedef, which may align it otherwise. */
function namedAlign(name: string, aggregate: AggregateType, reader: TypeReader): number {
  return reader.tables.typedefs.get(name)?.use.typedefAlign ?? aggregate.align;
}

function enumsOf(reader: TypeReader): { enums: Record<string, Enum>; enumerators: Record<string, Constant> } {
  const enums: Record<string, Enum> = {};
  for (const type of reader.tables.enums) {
    const place = placeOf(type.at);
    const key = type.tag === undefined ? `enum <anonymous>@${place.file}:${place.line}` : `enum ${type.tag}`;
    const values = Object.fromEntries([...type.values].map(([name, value]) => [name, Number(value)]));
    enums[key] = { size: type.integer.size, values, ...place };
  }
  const enumerators: Record<string, Constant> = {};
  for (const [name, { value, at }] of reader.tables.enumerators) {
    if (name === unusableName) continue;
    const type = value.use.spelling;
    enumerators[name] = { value: String(value.value), type, from: "enum", ...placeOf(at) };
  }
  return { enums, enumerators };
}

function typedefsOf(reader: TypeReader): Record<string, Typedef> {
  const typedefs: Record<string, Typedef> = {};
  for (const [name, entry] of reader.tables.typedefs) {
    if (!entry.own || handleName.test(name) || name === unusableName) continue;
    typedefs[name] = { target: entry.use.spelling, size: sizeOf(entry.use.type) ?? 0, ...placeOf(entry.at) };
  }
  return typedefs;
}

import type { ArgumentField, ArgumentList } from "@xgt/hypercall-abi";
import { argumentShapes, type HalfShape } from "../../events/argument-shape.ts";
import type { CallView } from "../../events/call-view.ts";
import { s64At, u64At } from "../../events/event-batch.ts";
import { ListState } from "../../events/event-kind.ts";
import { hexWords } from "./integer-text.ts";
import { type HalfPaths, type MemberPath, pathsOf } from "./member-paths.ts";

/** Members that people read in hex and logs write as numbers: bits, not frames. */
const FLAGS = /(^|\.)(flags|mem_flags|op)$/;
const DOMAIN_ID = /(^|[._])(dom|domid)$/;
/** DOMID_FIRST_RESERVED (xen/include/public/xen.h): ids from here on are names, written in hex. */
const DOMID_FIRST_RESERVED = 0x7ff0;

type ValueText = (words: Int32Array, at: number) => string;

/** One half of a call as members of JSON objects. */
export class HalfText {
  private readonly half: HalfShape;
  private readonly paths: HalfPaths;
  private readonly texts: readonly ValueText[];

  constructor(half: HalfShape, paths: HalfPaths) {
    this.half = half;
    this.paths = paths;
    this.texts = half.fields.map(textOf);
  }

  /** Members of row `row` of a payload; `withLists`: and those of its lists. */
  members(view: CallView, row: number, withLists: boolean): readonly string[] {
    const parts: string[] = [];
    const nested = new Map<string, string[]>();
    const { fields, lists } = this.half;
    for (let i = 0; i < fields.length; i++) {
      if (!view.has(row, i)) continue;
      add(parts, nested, this.paths.fields[i], this.texts[i](view.words, view.fieldAt(row, i)));
    }
    for (let i = 0; withLists && i < lists.length; i++) {
      const text = listText(lists[i], view, i);
      if (text !== null) add(parts, nested, this.paths.lists[i], text);
    }
    for (const [name, inner] of nested) parts.push(`"${name}":{${inner.join(",")}}`);
    return parts;
  }
}

function add(parts: string[], nested: Map<string, string[]>, path: MemberPath, value: string): void {
  if (path === null) return;
  if (path.length === 1) {
    parts.push(`"${path[0]}":${value}`);
    return;
  }
  const inner = nested.get(path[0]);
  if (inner === undefined) nested.set(path[0], [`"${path[1]}":${value}`]);
  else inner.push(`"${path[1]}":${value}`);
}

function textOf(field: ArgumentField): ValueText {
  if (field.signed === true) return signedText;
  if (DOMAIN_ID.test(field.name)) {
    return (words, at) => (u64At(words, at) < DOMID_FIRST_RESERVED ? String(words[at]) : hexWords(words, at));
  }
  return field.radix === 16 && !FLAGS.test(field.name) ? hexWords : numberText;
}

function numberText(words: Int32Array, at: number): string {
  const value = u64At(words, at);
  return Number.isSafeInteger(value) ? String(value) : hexWords(words, at);
}

function signedText(words: Int32Array, at: number): string {
  const value = s64At(words, at);
  return Number.isSafeInteger(value) ? String(value) : hexWords(words, at);
}

/** List number `index` of a payload as JSON; null where it is absent. */
function listText(list: ArgumentList, view: CallView, index: number): string | null {
  const state = view.listState(index);
  if (state === ListState.absent) return null;
  if (state === ListState.unreadable) return "null";
  const { words } = view;
  const count = view.listLength(index);
  const elements: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = view.elementAt(index, i);
    if (list.elementSize === 8) elements.push(hexWords(words, at));
    else if (list.signed) elements.push(view.isWritten(index, i) ? String(view.errnoAt(index, i)) : "null");
    else elements.push(numberText(words, at));
  }
  if (state === ListState.fault) elements.push("null");
  return `[${elements.join(",")}]`;
}

/** By ArgumentShape.index. */
export const halfTexts: readonly { readonly in: HalfText; readonly out: HalfText }[] = argumentShapes.map(
  (shape) => {
    const rows = shape.subOp.argument === "rows";
    return {
      in: new HalfText(shape.in, pathsOf(shape.in, rows ? "row" : "args")),
      out: new HalfText(shape.out, pathsOf(shape.out, rows ? "row" : "line")),
    };
  },
);

import { fieldIndex } from "@xgt/hypercall-log";
import { type Call, type Change, FrameKind } from "@xgt/p2m-tracker";
import { type PackedTable, packedTable } from "../columns/table.ts";
import { tableShapes } from "../columns/table-shapes.ts";
import { CHANGES_MAX } from "../limits.ts";

/** Flag of an entry of the p2m that may only be read through. */
const READ_ONLY = 1;
const NONE = -1;

/** Keeps what changed in the p2m as runs of neighbouring gfns, handles and refs in step with them. */
export class ChangeRecorder {
  readonly table: PackedTable<typeof tableShapes.changes> = packedTable(tableShapes.changes);
  /** Changes that found no room. */
  leftOut = 0;
  private readonly run = new Float64Array(10);
  private count = 0;

  /** One gfn changes at the event of row `event`. */
  add(change: Change, event: number): void {
    const grant = grantOf(change);
    const values = this.next;
    values[0] = event;
    values[1] = change.domain.domid;
    values[2] = change.gfn;
    values[3] = change.oldKind;
    values[4] = change.kind;
    values[5] = change.mfn;
    values[6] = change.kind === FrameKind.grant ? change.aux : NONE;
    values[7] = grant.ref;
    values[8] = change.kind === FrameKind.foreign ? change.aux : grant.granter;
    values[9] = change.flags & READ_ONLY;
    if (this.count > 0 && this.goesOn()) this.count++;
    else {
      this.flush();
      this.run.set(values);
      this.count = 1;
    }
  }

  /** Writes the run under way: before the table is read, and between two events. */
  flush(): void {
    if (this.count === 0) return;
    const { table, run } = this;
    if (table.event.length >= CHANGES_MAX) this.leftOut += this.count;
    else {
      table.event.push(run[0]);
      table.domid.push(run[1]);
      table.gfn.push(run[2]);
      table.count.push(this.count);
      table.from.push(run[3]);
      table.to.push(run[4]);
      table.mfn.push(run[5]);
      table.handle.push(run[6]);
      table.ref.push(run[7]);
      table.other.push(run[8]);
      table.readOnly.push(run[9]);
    }
    this.count = 0;
  }

  private readonly next = new Float64Array(10);

  /** Whether the next change goes on where the run ends: all is the same, but what counts up with the gfns. */
  private goesOn(): boolean {
    const { run, next, count } = this;
    for (const at of [0, 1, 3, 4, 8, 9]) if (run[at] !== next[at]) return false;
    for (const at of [2, 5, 6, 7]) if (next[at] !== (run[at] === NONE ? NONE : run[at] + count)) return false;
    return true;
  }
}

const grant = { ref: NONE, granter: NONE };

/** Ref and granter that a map_grant_ref names for a change; NONE: the change has none. One object serves all. */
function grantOf({ call, kind, item }: Change): typeof grant {
  grant.ref = NONE;
  grant.granter = NONE;
  if (call === undefined || kind !== FrameKind.grant) return grant;
  const fields = grantFields(call);
  if (fields === null) return grant;
  const ref = call.in.u64(item, fields.ref);
  const granter = call.in.u64(item, fields.dom);
  if (!Number.isNaN(ref)) grant.ref = ref;
  if (!Number.isNaN(granter)) grant.granter = granter;
  return grant;
}

/** Where a call's rows name ref and granter; null: they do not. */
function grantFields({ shape }: Call): { readonly ref: number; readonly dom: number } | null {
  if (shape === undefined) return null;
  const known = fieldsByShape.get(shape.in);
  if (known !== undefined) return known;
  const names = shape.in.fields.map(({ name }) => name);
  const fields =
    names.includes("ref") && names.includes("dom")
      ? { ref: fieldIndex(shape.in, "ref"), dom: fieldIndex(shape.in, "dom") }
      : null;
  fieldsByShape.set(shape.in, fields);
  return fields;
}

const fieldsByShape = new Map<object, { readonly ref: number; readonly dom: number } | null>();

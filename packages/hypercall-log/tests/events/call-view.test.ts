import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArgumentShape, argumentShapes } from "../../src/events/argument-shape.ts";
import { CallView } from "../../src/events/call-view.ts";
import { CallWriter } from "../../src/events/call-writer.ts";
import { EventBatch } from "../../src/events/event-batch.ts";
import { EventKind, ListState, Recorded } from "../../src/events/event-kind.ts";

function shapeNamed(name: string): ArgumentShape {
  const shape = argumentShapes.find(({ subOp }) => subOp.name === name);
  if (shape === undefined) throw new Error(`no sub-op ${name}`);
  return shape;
}

const map = shapeNamed("map_grant_ref");
const populate = shapeNamed("populate_physmap");

/** A batch with one enter; `write` writes its payload. */
function enterOf(write: (writer: CallWriter) => void): EventBatch {
  const batch = new EventBatch();
  batch.add(EventKind.enter, 1);
  write(new CallWriter(batch));
  return batch;
}

/** Values that a view gives exactly. */
const exact = fc.integer({ min: 0, max: 2 ** 52 - 1 });

describe("a view of a call", () => {
  it("gives back every field and element that the writer was given, and no other", () => {
    const shape = fc.constantFrom(...argumentShapes);
    const value = fc.option(exact, { nil: undefined });
    fc.assert(
      fc.property(shape, fc.array(fc.array(value), { maxLength: 3 }), fc.array(exact), (s, rows, list) => {
        const half = s.in;
        const batch = enterOf((writer) => {
          writer.begin(half, rows.length);
          for (const row of rows) {
            writer.beginRow();
            half.fields.forEach((_, field) => {
              const given = row[field];
              if (given !== undefined) writer.setFieldNumber(field, given);
            });
          }
          half.lists.forEach((_, at) => {
            writer.beginList(at);
            for (const element of list) writer.addElement(element | 0, Math.floor(element / 2 ** 32));
          });
          writer.end();
        });
        const view = new CallView();
        view.loadRow(batch, 0, half);
        expect([view.recorded, view.rows, view.count]).toEqual([Recorded.fields, rows.length, rows.length]);
        rows.forEach((row, at) => {
          half.fields.forEach((_, field) => {
            expect(view.u64(at, field)).toBe(row[field] ?? Number.NaN);
          });
        });
        half.lists.forEach((_, at) => {
          expect(view.listState(at)).toBe(ListState.present);
          expect(Array.from({ length: view.listLength(at) }, (__, i) => view.listAt(at, i))).toEqual(list);
        });
      }),
    );
  });

  it("takes the ops before an unreadable one for done, and says that one was unreadable", () => {
    const batch = enterOf((writer) => {
      writer.begin(map.in, 3, Recorded.fault);
      writer.beginRow();
      writer.end();
    });
    const view = new CallView();
    view.loadRow(batch, 0, map.in);
    expect([view.recorded, view.rows, view.count, view.endsInFault]).toEqual([Recorded.fields, 1, 3, true]);
  });

  it("forgets the call before it", () => {
    const whole = enterOf((writer) => {
      writer.begin(populate.in, 0);
      writer.beginRow();
      writer.beginList(0);
      writer.addElement(5, 0);
      writer.end();
    });
    const bare = enterOf((writer) => writer.begin(populate.in, 0, Recorded.nothing));
    const view = new CallView();
    view.loadRow(whole, 0, populate.in);
    view.loadRow(bare, 0, populate.in);
    expect([view.recorded, view.rows, view.listLength(0), view.listState(0)]).toEqual([
      Recorded.nothing,
      0,
      0,
      ListState.absent,
    ]);
  });
});

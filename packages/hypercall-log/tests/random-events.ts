import { hypercallOf } from "@xgt/hypercall-abi";
import fc from "fast-check";
import {
  type ArgumentShape,
  argumentShapes,
  type HalfShape,
  NOT_WRITTEN,
} from "../src/events/argument-shape.ts";
import { CallWriter } from "../src/events/call-writer.ts";
import { DmaWriter } from "../src/events/dma-view.ts";
import { DmaDirection, DomainChange, EventKind, ListState, Recorded, Via } from "../src/events/event-kind.ts";
import { writeGrant, writeUngrant } from "../src/events/grant-view.ts";
import { GuestEntryWriter } from "../src/events/guest-entry-view.ts";
import { ShareWriter } from "../src/events/share-view.ts";
import { writeDomainChange, writeLostWords, writeMark } from "../src/events/single-value.ts";
import { pathsOf } from "../src/formats/ndjson/member-paths.ts";
import { WholeLog } from "./read-log.ts";

/** Draws values while a log is built. */
export type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T;

const word = fc.oneof(fc.nat(100), fc.integer(), fc.constantFrom(0, -1, 1 << 31, 0x7fffffff));
const domid = fc.constantFrom(0, 1, 7, 0x7fef, 0x7ff0, 0xffff);
const small = fc.oneof(fc.nat(10), fc.nat(0x7fffffff));
const texts = fc.oneof(
  fc.constantFrom("xen-balloon", "kworker/0:1", "0000:00:01.0"),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const time = fc.oneof(
  fc.nat(1_000_000_000).map((micros) => micros / 1e6),
  fc.double({ min: 0, max: 1e12, noNaN: true }),
  fc.constant(Number.NaN),
);

/** Fills a log with events that NDJSON can say, each call's halves apart at will. */
export function fillLog(draw: Draw): WholeLog {
  const log = new WholeLog();
  const open: { id: number; shape: ArgumentShape }[] = [];
  const steps = draw(fc.nat(12));
  for (let i = 0; i < steps; i++) {
    const step = draw(fc.nat(9));
    if (step < 4) open.push(addEnter(log, draw, i));
    else if (step < 7 && open.length > 0) {
      const [call] = open.splice(draw(fc.nat(open.length - 1)), 1);
      addExit(log, draw, call);
    } else addOther(log, draw);
  }
  return log;
}

function addEnter(log: WholeLog, draw: Draw, step: number): { id: number; shape: ArgumentShape } {
  const { batch } = log;
  const shape = argumentShapes[draw(fc.nat(argumentShapes.length - 1))];
  const row = addCommon(log, draw, EventKind.enter);
  const id = draw(fc.constantFrom(1, 257, 2 ** 40)) + step * 1000;
  batch.call[row] = id;
  batch.nr[row] = shape.subOp.nr;
  batch.cmd[row] = shape.subOp.cmd;
  // A domctl's sub-op is no word of its own: there is no continuation beside it.
  const hasStart = (hypercallOf(shape.subOp.nr)?.cmdBits ?? 0) > 0;
  batch.start[row] = hasStart ? draw(fc.oneof(fc.constant(0), fc.nat(1000), fc.constant(2 ** 40))) : 0;
  batch.via[row] = draw(fc.constantFrom(...Object.values(Via)));
  if (draw(fc.boolean())) batch.multicall[row] = draw(small);
  if (draw(fc.boolean())) batch.entry[row] = draw(fc.nat(100));
  addArguments(log, draw, shape);
  return { id, shape };
}

function addArguments(log: WholeLog, draw: Draw, shape: ArgumentShape): void {
  const writer = new CallWriter(log.batch);
  const { argument } = shape.subOp;
  if (argument === "none") {
    writer.begin(shape.in, 0);
    writer.end();
    return;
  }
  const recorded = draw(fc.constantFrom(Recorded.fields, Recorded.fields, Recorded.nothing, Recorded.fault));
  const rows = argument === "rows" ? (recorded === Recorded.nothing ? 0 : draw(fc.nat(3))) : 1;
  const count =
    argument === "rows" && recorded !== Recorded.nothing
      ? draw(fc.oneof(fc.nat(9), fc.constant(2 ** 60)))
      : 0;
  writer.begin(shape.in, count, recorded);
  if (recorded === Recorded.nothing || (recorded === Recorded.fault && argument === "struct")) return;
  for (let i = 0; i < rows; i++)
    addRow(
      writer,
      draw,
      shape.in,
      shape.in.fields.map(() => true),
    );
  addLists(writer, draw, shape.in, rows);
}

function addExit(log: WholeLog, draw: Draw, call: { id: number; shape: ArgumentShape }): void {
  const { batch } = log;
  const { shape, id } = call;
  const row = addCommon(log, draw, EventKind.exit);
  batch.call[row] = id;
  batch.nr[row] = shape.subOp.nr;
  batch.cmd[row] = shape.subOp.cmd;
  batch.ret[row] = draw(
    fc.oneof(fc.integer({ min: -95, max: 512 }), fc.constantFrom(2 ** 53, -(2 ** 60), Number.NaN)),
  );
  const writer = new CallWriter(batch);
  const isRows = shape.subOp.argument === "rows";
  const places = pathsOf(shape.out, isRows ? "row" : "line").fields.map((path) => path !== null);
  if (isRows && draw(fc.boolean())) {
    const rows = draw(fc.nat(3));
    writer.begin(shape.out, rows);
    for (let i = 0; i < rows; i++) addRow(writer, draw, shape.out, places);
    addLists(writer, draw, shape.out, rows);
  } else if (!isRows && places.includes(true) && draw(fc.boolean())) {
    writer.begin(shape.out, 0);
    addRow(writer, draw, shape.out, places, places.indexOf(true));
    addLists(writer, draw, shape.out, 1);
  } else writer.begin(shape.out, 0, Recorded.nothing);
}

/** `sure`: a field that the row must have, for a row that would else say nothing. */
function addRow(
  writer: CallWriter,
  draw: Draw,
  half: HalfShape,
  places: readonly boolean[],
  sure = -1,
): void {
  writer.beginRow();
  half.fields.forEach((field, i) => {
    if (!places[i] || (i !== sure && draw(fc.nat(4)) === 0)) return;
    if (field.signed === true) writer.setFieldNumber(i, draw(fc.integer({ min: -13, max: 3 })));
    else writer.setField(i, draw(word), draw(fc.boolean()) ? 0 : draw(word));
  });
}

function addLists(writer: CallWriter, draw: Draw, half: HalfShape, rows: number): void {
  half.lists.forEach((list, i) => {
    if (rows === 0) return;
    const errnos = list.elementSize === 4;
    const states = errnos
      ? [ListState.absent, ListState.present]
      : [ListState.absent, ListState.present, ListState.present, ListState.unreadable, ListState.fault];
    const state = draw(fc.constantFrom(...states));
    writer.beginList(i, state);
    if (state === ListState.absent || state === ListState.unreadable) return;
    for (let n = draw(fc.nat(5)); n > 0; n--) {
      if (errnos && draw(fc.boolean())) writer.addElement(0, NOT_WRITTEN);
      else if (errnos) writer.addElement(-22, -1);
      else if (list.elementSize === 1) writer.addElement(draw(fc.nat(255)), 0);
      else writer.addElement(draw(word), draw(fc.boolean()) ? 0 : draw(word));
    }
  });
  writer.end();
}

function addCommon(log: WholeLog, draw: Draw, kind: number): number {
  const { batch, strings } = log;
  const row = batch.add(kind, batch.length + 1);
  batch.time[row] = draw(time);
  if (draw(fc.boolean())) batch.domid[row] = draw(domid);
  if (draw(fc.boolean())) batch.cpu[row] = draw(small);
  if (draw(fc.boolean())) batch.pid[row] = draw(small);
  if (draw(fc.boolean())) batch.comm[row] = strings.intern(draw(texts));
  return row;
}

function addOther(log: WholeLog, draw: Draw): void {
  const { batch, strings } = log;
  const kind = draw(
    fc.constantFrom(
      EventKind.guestP2m,
      EventKind.guestP2m,
      EventKind.dma,
      EventKind.dma,
      EventKind.lost,
      EventKind.grant,
      EventKind.ungrant,
      EventKind.domain,
      EventKind.share,
      EventKind.unshare,
      EventKind.mark,
    ),
  );
  addCommon(log, draw, kind);
  const high = () => (draw(fc.boolean()) ? 0 : draw(word));
  switch (kind) {
    case EventKind.guestP2m: {
      const writer = new GuestEntryWriter(batch);
      writer.begin();
      writer.setPfn(draw(word), high());
      writer.setMfn(draw(word), high());
      writer.setCount(draw(word), high());
      break;
    }
    case EventKind.dma:
      addDma(log, draw);
      break;
    case EventKind.lost:
      writeLostWords(batch, draw(word), high());
      break;
    case EventKind.grant:
      writeGrant(batch, draw(word), draw(domid), draw(word), high(), draw(fc.boolean()));
      break;
    case EventKind.ungrant:
      writeUngrant(batch, draw(word));
      break;
    case EventKind.share:
    case EventKind.unshare: {
      const writer = new ShareWriter(batch);
      writer.begin();
      writer.setGfn(draw(word), high());
      writer.setCount(draw(word), high());
      if (draw(fc.boolean())) writer.setPartner(strings.intern(draw(texts)));
      break;
    }
    case EventKind.domain:
      writeDomainChange(batch, draw(fc.constantFrom(...Object.values(DomainChange))));
      break;
    default:
      writeMark(batch, strings.intern(draw(texts)));
  }
}

function addDma({ batch, strings }: WholeLog, draw: Draw): void {
  const writer = new DmaWriter(batch);
  writer.begin();
  writer.setUnmap(draw(fc.boolean()));
  writer.setDirection(draw(fc.constantFrom(...Object.values(DmaDirection))));
  writer.setDev(draw(fc.boolean()) ? -1 : strings.intern(draw(texts)));
  writer.setShown(draw(fc.oneof(fc.constant(-1), small)));
  writer.setTotal(draw(fc.oneof(fc.constant(-1), small)));
  for (let segments = draw(fc.nat(3)); segments > 0; segments--) {
    writer.beginSegment();
    if (draw(fc.boolean())) writer.setPhys(draw(word), draw(word));
    if (draw(fc.boolean())) writer.setBus(draw(word), draw(word));
    if (draw(fc.boolean())) writer.setSize(draw(word), draw(word));
  }
}

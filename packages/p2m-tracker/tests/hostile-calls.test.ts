import { argumentShapes } from "@xgt/hypercall-log";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EXTENDED, exampleLogWith, frame, RAM } from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

/** Values near what the model decides on, and far from it. */
const value = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 7, 9, 12, 16, 18, 31, 64, 0x7ff0, 0x7ff1, 0x7ff4, 4096),
  fc.nat(40).map((n) => RAM + n),
  fc.nat(40).map((n) => EXTENDED + n),
  fc.nat(40).map((n) => (EXTENDED + n) * 4096),
  fc.constantFrom(0x7fffffff, 0xffffffff, 2 ** 36, 2 ** 45, 2 ** 53 - 1),
);
const member = fc.option(
  fc.oneof(
    { weight: 9, arbitrary: value.map((n) => frame(n)) },
    { weight: 1, arbitrary: fc.constant("0xffffffffffffffff") },
  ),
  { nil: undefined, freq: 8 },
);
const list = fc.oneof(
  { weight: 6, arbitrary: fc.array(value.map(frame), { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, [frame(RAM), null]) },
);
const result = fc.option(fc.oneof(fc.integer({ min: -100, max: 70 }), fc.nat(5000)), { nil: undefined });

/** One call with arguments as its sub-op has them, or with some left out. */
const anyCall = fc.constantFrom(...argumentShapes).chain((shape) => {
  const fields = Object.fromEntries(shape.in.fields.map((field) => [field.name, member]));
  const lists = Object.fromEntries(shape.in.lists.map((one) => [one.name, list]));
  const row = fc.record({ ...fields, ...lists });
  const outField = (signed: boolean | undefined) => (signed ? fc.integer({ min: -14, max: 1 }) : member);
  const outs = Object.fromEntries(shape.out.fields.map((field) => [field.name, outField(field.signed)]));
  const rows = shape.subOp.argument === "rows";
  const args = rows
    ? fc.record({ count: fc.oneof(fc.nat(4), fc.constant(2 ** 31)), ops: fc.array(row, { maxLength: 4 }) })
    : row;
  const exit: fc.Arbitrary<object> = rows
    ? fc.record({
        ret: result,
        ops: fc.option(fc.array(fc.record(outs), { maxLength: 4 }), { nil: undefined }),
      })
    : fc.record({
        ret: result,
        errs: fc.option(fc.array(fc.constantFrom(0, -3, -22, null), { maxLength: 6 }), { nil: undefined }),
      });
  return fc.record({
    nr: fc.constant(shape.subOp.nr),
    cmd: fc.constant(shape.subOp.cmd),
    args: fc.oneof(
      { weight: 12, arbitrary: args },
      { weight: 1, arbitrary: fc.constantFrom(undefined, { fault: true, arg: "0x10" }) },
    ),
    start: fc.constantFrom(undefined, undefined, undefined, 1, 2, 0x10000),
    exit: fc.option(exit, { nil: undefined, freq: 12 }),
  });
});

test("whatever a log says, the model takes it, and says the same of it twice", async () => {
  const setup = fc.record({
    xen: fc.constantFrom("4.14", "4.16", "4.17", "4.20", "4.23", undefined),
    from_boot: fc.boolean(),
    mode: fc.constantFrom("direct-mapped", "static", "translated"),
    iommu: fc.constantFrom(true, false, undefined),
  });
  await fc.assert(
    fc.asyncProperty(setup, fc.array(anyCall, { maxLength: 24 }), async (given, calls) => {
      const { mode, iommu, ...members } = given;
      const ram = [{ gfn: frame(RAM), count: "0x40" }];
      const domains = [
        { domid: 0, mode, ram, regions: [], iommu },
        { domid: 1, mode: "translated" },
      ];
      const events = calls.flatMap(({ nr, cmd, args, start, exit }, index) => {
        const named = args === undefined ? undefined : { ...args, start_extent: start };
        const enter = { id: index, ev: "enter", pid: 7, nr, cmd, args: named };
        return exit === undefined ? [enter] : [enter, { id: index, ev: "exit", pid: 7, ...exit }];
      });
      const log = exampleLogWith({ domains, ...members }, ...events);
      const first = await replayText(log);
      const second = await replayText(log);
      expect(second.result.findings).toEqual(first.result.findings);
      const [own] = first.result.domains;
      const frames = Object.values(own.frames).reduce((sum, count) => sum + count, 0);
      expect(frames).toBeGreaterThanOrEqual(0x40);
      for (const count of Object.values(own.frames)) expect(count).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 150 },
  );
});

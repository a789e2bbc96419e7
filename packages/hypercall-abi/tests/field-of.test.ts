import { describe, expect, test } from "vitest";
import {
  constantOf,
  fieldOf,
  ModelLookupError,
  numberOf,
  scalarOf,
  structKey,
  structOf,
} from "../src/model/field-of.ts";
import { loadModel } from "../src/models/load-model.ts";

const abi = loadModel("4.17", "arm64", "tools");

describe("fieldOf()", () => {
  test("a plain field, by key, by tag, by typedef", () => {
    for (const name of [
      "struct xen_memory_reservation",
      "xen_memory_reservation",
      "xen_memory_reservation_t",
    ]) {
      expect(fieldOf(abi, name, "nr_extents")).toMatchObject({ offset: 8, size: 8, signed: false, count: 1 });
    }
  });

  test("signs come from the type", () => {
    expect(fieldOf(abi, "struct gnttab_map_grant_ref", "status")).toMatchObject({ size: 2, signed: true });
    expect(fieldOf(abi, "struct xen_domctl_createdomain", "max_grant_frames").signed).toBe(true);
  });

  test("through structs of a name of their own", () => {
    expect(fieldOf(abi, "struct gnttab_copy", "dest.u.ref")).toMatchObject({ offset: 16, size: 4 });
    expect(fieldOf(abi, "struct xen_domctl", "u.createdomain.arch.nr_spis")).toMatchObject({
      offset: 76,
      size: 4,
    });
  });

  test("arrays give one element and how many", () => {
    expect(fieldOf(abi, "struct xen_domctl_createdomain", "handle")).toMatchObject({ size: 1, count: 16 });
    expect(fieldOf(abi, "struct xen_argo_ring", "ring")).toMatchObject({ size: 1, count: 0 });
  });

  test("bit fields keep their bits", () => {
    expect(fieldOf(abi, "struct buf_ioreq", "addr")).toMatchObject({ bitOffset: 12, bitWidth: 20 });
  });

  test("what is not there is told of", () => {
    expect(() => fieldOf(abi, "struct xen_memory_reservation", "nr")).toThrow(
      "'struct xen_memory_reservation' of Xen 4.17 arm64 has no field 'nr'",
    );
    expect(() => structOf(abi, "struct none")).toThrow(ModelLookupError);
    expect(structKey(abi, "toString")).toBeUndefined();
  });
});

test("constants", () => {
  expect(numberOf(abi, "XENMEM_populate_physmap")).toBe(6);
  expect(constantOf(abi, "GUEST_RAM1_SIZE")).toBe(0xfe00000000n);
  expect(() => numberOf(abi, "XENMEM_nothing")).toThrow("has no constant 'XENMEM_nothing'");
  expect(() => numberOf(abi, "toString")).toThrow(ModelLookupError);
});

test("scalarOf()", () => {
  expect(scalarOf(abi, "domid_t")).toEqual({ size: 2, signed: false });
  expect(scalarOf(abi, "char")).toEqual({ size: 1, signed: false });
  expect(scalarOf(loadModel("4.17", "x86_64", "tools"), "char")).toEqual({ size: 1, signed: true });
  expect(scalarOf(loadModel("4.17", "arm32", "tools"), "unsigned long")).toEqual({ size: 4, signed: false });
  expect(scalarOf(abi, "struct xen_domctl")).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import { bundledViews, loadModel } from "../src/index.ts";
import { compareWithOracle, readOracle } from "./oracle.ts";

describe("bundled models equal what compilers make of the headers", () => {
  for (const release of ["4.17", "4.20"]) {
    for (const { arch, mode } of bundledViews) {
      test(`${release} ${arch} ${mode}`, () => {
        const { mismatches, compared } = compareWithOracle(
          loadModel(release, arch, mode),
          readOracle(release, arch, mode),
        );
        console.log(
          `${release} ${arch} ${mode}: ${compared} facts compared, ${mismatches.length} mismatches`,
        );
        expect(compared).toBeGreaterThan(25_000);
        expect(mismatches.slice(0, 20)).toEqual([]);
      });
    }
  }

  test("a changed offset, value or type is noticed", () => {
    const abi = structuredClone({ ...loadModel("4.17", "arm64", "guest") });
    const oracle = readOracle("4.17", "arm64", "guest");
    const struct = abi.structs["struct xen_memory_reservation"];
    (struct.fields[1] as { offset: number }).offset = 4;
    (abi.constants.DOMID_SELF as { type: string }).type = "int";
    (abi.constants.XENMEM_populate_physmap as { value: string }).value = "7";
    expect(compareWithOracle(abi, oracle).mismatches).toHaveLength(3);
  });
});

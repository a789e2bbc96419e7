import { expect, test } from "vitest";
import { fieldOf, hypercalls, loadModel, releases, structKey } from "../src/index.ts";

/** Members that some release calls otherwise. */
const renamed: readonly string[] = [
  "struct xen_mem_acquire_resource.pad in 4.11",
  "struct xen_mem_acquire_resource.pad in 4.12",
];

/** The tables of sub-ops are written by hand, for people to read; the headers decide. */
test.each(releases)("the tables of hypercalls say what the headers of %s say", (xen) => {
  const abi = loadModel(xen, "arm64", "tools");
  for (const hypercall of hypercalls) {
    expect(abi.hypercalls[hypercall.constant], hypercall.constant).toBe(hypercall.nr);
    for (const subOp of hypercall.subOps) {
      const constant = abi.constants[subOp.constant];
      // A sub-op of another release is not here.
      if (constant === undefined) continue;
      expect(Number(constant.value), subOp.constant).toBe(subOp.cmd);
      if (subOp.struct === null || structKey(abi, subOp.struct) === undefined) continue;
      for (const field of [...subOp.fields, ...subOp.lists]) {
        const path = "path" in field && field.path !== undefined ? field.path : field.name;
        if (renamed.includes(`${field.struct ?? subOp.struct}.${path} in ${xen}`)) continue;
        const place = fieldOf(abi, field.struct ?? subOp.struct, path);
        expect(place.size, `${subOp.constant}.${path}`).toBeGreaterThan(0);
        if ("elementSize" in field) expect(place.handle, `${subOp.constant}.${path}`).toBe(true);
        else if (field.signed === true) expect(place.signed, `${subOp.constant}.${path}`).toBe(true);
      }
    }
  }
});

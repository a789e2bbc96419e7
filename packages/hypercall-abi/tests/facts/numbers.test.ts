import { describe, expect, test } from "vitest";
import * as domids from "../../src/facts/domids.ts";
import { Errno } from "../../src/facts/errno.ts";
import { XENFEAT_DIRECT_MAPPED, XENFEAT_NOT_DIRECT_MAPPED } from "../../src/facts/features.ts";
import { Gntcopy, Gntmap, Gntst, GnttabCache, gntstName } from "../../src/facts/grant-numbers.ts";
import { bigGuestMap, GUEST_VPL011_SPI, guestMap } from "../../src/facts/guest-map.ts";
import {
  GRANT_TABLE_STATUS_INDEX,
  MapSpace,
  MemFlag,
  MemoryResource,
} from "../../src/facts/memory-numbers.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../src/facts/page.ts";
import { snakeCase } from "../../src/facts/snake-case.ts";
import { releases } from "../../src/facts/xen-release.ts";
import { GRANT_TABLE_OP, GrantTableOp, MEMORY_OP, MemoryOp } from "../../src/hypercalls/index.ts";
import { constantOf } from "../../src/model/field-of.ts";
import { loadModel } from "../../src/models/load-model.ts";

type Table = Readonly<Record<string, number>>;

const named = (prefix: string, table: Table, key: (name: string) => string = snakeCase): [string, number][] =>
  Object.entries(table).map(([name, value]) => [`${prefix}${key(name)}`, value]);
const upper = (name: string): string => snakeCase(name).toUpperCase();
const asIs = (name: string): string => name;

/** The facts name Xen's numbers; each is the header's own, in every release that has it. */
describe("numbers of the public ABI", () => {
  /** First release of the later ones. */
  const first: Readonly<Record<string, string>> = {
    GNTST_no_space: "4.16",
    XENFEAT_not_direct_mapped: "4.16",
    XENFEAT_direct_mapped: "4.16",
    XENMEM_resource_grant_table: "4.12",
    XENMEM_resource_vmtrace_buf: "4.15",
  };
  const { DOMID_MAX: _, ...reserved } = domids;
  const { addressBits, nodeShift, nodeMask, ...memFlags } = MemFlag;
  const numbers: [string, number][] = [
    ...named("GNTST_", Gntst),
    ...named("GNTMAP_", Gntmap),
    ...named("GNTCOPY_", Gntcopy),
    ...named("GNTTAB_CACHE_", GnttabCache, upper),
    ...named("XENMAPSPACE_", MapSpace),
    ...named("XENMEM_resource_", MemoryResource),
    ...named("XENMEM_", MemoryOp, asIs),
    ...named("GNTTABOP_", GrantTableOp, asIs),
    ...named("XEN_", Errno, asIs).map(([name, value]): [string, number] => [name, -value]),
    ...named("", reserved, asIs),
    ["XENMEMF_populate_on_demand", memFlags.populateOnDemand],
    ["XENMEMF_exact_node_request", memFlags.exactNode],
    ["XENMEMF_vnode", memFlags.vnode],
    ["XENMAPIDX_grant_table_status", GRANT_TABLE_STATUS_INDEX],
    ["XENFEAT_not_direct_mapped", XENFEAT_NOT_DIRECT_MAPPED],
    ["XENFEAT_direct_mapped", XENFEAT_DIRECT_MAPPED],
    ["XEN_PAGE_SHIFT", PAGE_SHIFT],
    ["__HYPERVISOR_memory_op", MEMORY_OP],
    ["__HYPERVISOR_grant_table_op", GRANT_TABLE_OP],
    ["GUEST_VPL011_SPI", GUEST_VPL011_SPI],
    ...windowNumbers("GICD", guestMap.gicV2Distributor),
    ...windowNumbers("GICC", guestMap.gicV2Cpu),
    ...windowNumbers("GICV3_GICD", guestMap.gicV3Distributor),
    ...windowNumbers("GICV3_GICR0", guestMap.gicV3Redistributor),
    ...windowNumbers("PL011", guestMap.uart),
    ...windowNumbers("GNTTAB", guestMap.grantTable),
    ...windowNumbers("MAGIC", guestMap.magic),
    ...windowNumbers("RAM0", guestMap.ram0),
    ...windowNumbers("RAM1", guestMap.ram1),
  ];

  for (const release of releases) {
    test(`are those of Xen ${release}`, () => {
      const model = loadModel(release, "arm64", "tools");
      for (const [name, value] of numbers) {
        const absent =
          Object.hasOwn(first, name) && releases.indexOf(release) < releases.indexOf(first[name]);
        if (!absent) expect(`${name} ${constantOf(model, name)}`).toBe(`${name} ${value}`);
      }
    });
  }

  test("a page has as many bytes as its shift says, and windows are the same in both views", () => {
    expect(PAGE_SIZE).toBe(2 ** PAGE_SHIFT);
    for (const [name, { start, size, end }] of Object.entries(guestMap)) {
      expect(end).toBe(start + size);
      expect(Object.entries(bigGuestMap)).toContainEqual([
        name,
        { start: BigInt(start), size: BigInt(size) },
      ]);
    }
  });

  test("a status has its name, and one that does not exist only its number", () => {
    expect(gntstName(-7)).toBe("no_device_space (-7)");
    expect(gntstName(1)).toBe("1");
  });
});

function windowNumbers(name: string, window: { start: number; size: number }): [string, number][] {
  return [
    [`GUEST_${name}_BASE`, window.start],
    [`GUEST_${name}_SIZE`, window.size],
  ];
}

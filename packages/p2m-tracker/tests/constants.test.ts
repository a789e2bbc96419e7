import { constantOf, loadModel, releases } from "@xgt/hypercall-abi";
import { describe, expect, test } from "vitest";
import { Errno } from "../src/call/call.ts";
import { MapSpace } from "../src/semantics/shared/placement.ts";
import { Gntmap, Gntst } from "../src/state/grant-status.ts";
import { DOMID_FIRST_RESERVED, DOMID_IO, DOMID_SELF, DOMID_XEN } from "../src/state/machine.ts";
import { XENFEAT_DIRECT_MAPPED, XENFEAT_NOT_DIRECT_MAPPED } from "../src/state/setup.ts";

/** `noDeviceSpace` -> `no_device_space`. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The semantics name Xen's numbers; each is the header's own, in every release that has it. */
describe("numbers of the public ABI", () => {
  /** First release of the later ones. */
  const since: Readonly<Record<string, string>> = {
    GNTST_no_space: "4.16",
    XENFEAT_not_direct_mapped: "4.16",
    XENFEAT_direct_mapped: "4.16",
  };
  const numbers: [string, number][] = [
    ...Object.entries(Gntst).map(([name, value]): [string, number] => [`GNTST_${snake(name)}`, value]),
    ...Object.entries(Gntmap).map(([name, value]): [string, number] => [`GNTMAP_${snake(name)}`, value]),
    ...Object.entries(MapSpace).map(([name, value]): [string, number] => [
      `XENMAPSPACE_${snake(name)}`,
      value,
    ]),
    ...Object.entries(Errno).map(([name, value]): [string, number] => [`XEN_${name}`, -value]),
    ["DOMID_FIRST_RESERVED", DOMID_FIRST_RESERVED],
    ["DOMID_SELF", DOMID_SELF],
    ["DOMID_IO", DOMID_IO],
    ["DOMID_XEN", DOMID_XEN],
    ["XENFEAT_not_direct_mapped", XENFEAT_NOT_DIRECT_MAPPED],
    ["XENFEAT_direct_mapped", XENFEAT_DIRECT_MAPPED],
  ];

  for (const release of releases) {
    test(`are those of Xen ${release}`, () => {
      const model = loadModel(release, "arm64", "tools");
      for (const [name, value] of numbers) {
        const absent = name in since && releases.indexOf(release) < releases.indexOf(since[name]);
        if (!absent) expect(`${name} ${constantOf(model, name)}`).toBe(`${name} ${value}`);
      }
    });
  }
});

import { readFileSync } from "node:fs";
import { parseRelease } from "@xgt/hypercall-abi";
import {
  applyOverlay,
  type BusMaster,
  type DeviceTree,
  type LayoutInput,
  moduleFile,
  type PlanRequest,
  readDeviceTree,
  type WantedDomain,
} from "../src/index.ts";

/** A tree of the boards folder. */
export function boardTree(name: string): DeviceTree {
  const bytes = readFileSync(new URL(`boards/${name}`, import.meta.url));
  const { tree, problems } = readDeviceTree(bytes, name);
  if (problems.length > 0) throw new Error(problems[0].message);
  return tree;
}

/** The S32V234 with the configuration of 2019. */
export function board2019(xen: string): LayoutInput {
  const host = boardTree("s32v234.dts");
  applyOverlay(host, boardTree("s32v234-2019.dts"));
  const partial = boardTree("s32v234-2019-partial.dts");
  const image = Buffer.alloc(4096);
  // A kernel of that time has a text_offset: it begins above the eMMC's registers.
  image.writeBigUInt64LE(0x80000n, 8);
  image.write("ARM\x64", 56, "latin1");
  const modules = new Map([
    ["/chosen/domU1/module@84000000", { ...moduleFile("Image", image, null), size: 0x1000000n }],
    [
      "/chosen/domU1/module@88000000",
      { ...moduleFile("partial.dtb", new Uint8Array(), partial), size: 0x2000n },
    ],
  ]);
  return { host, modules, release: parseRelease(xen) };
}

/** A wanted domain with usual values. */
export function wanted(
  name: string,
  memory: bigint,
  devices: string[],
  more: Partial<WantedDomain> = {},
): WantedDomain {
  const rest = {
    cpus: 1,
    enhanced: "off",
    vpl011: false,
    kernelSize: 0x100_0000n,
    ramdiskSize: null,
    bootargs: null,
  };
  return { name, memory, devices, ...rest, ...more } as WantedDomain;
}

/** A request with usual values. */
export function request(
  host: string | DeviceTree,
  domains: readonly WantedDomain[],
  more: { xen?: string; masters?: readonly BusMaster[]; dom0?: boolean } = {},
): PlanRequest {
  return {
    host: typeof host === "string" ? boardTree(host) : host,
    release: parseRelease(more.xen ?? "4.22"),
    domains,
    masters: more.masters ?? [],
    firmware: [],
    dom0: more.dom0 ?? false,
  };
}

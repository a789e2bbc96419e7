import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bind, loadModel, newestRelease, shimPlan, targets } from "@xgt/hypercall-abi";
import { checkBuildPath } from "../host/build-path.ts";
import { fileOf, guestSources, sourcesIn, unpackSources } from "../host/guest-sources.ts";
import { LabError } from "../host/lab-error.ts";
import { runTool } from "../host/run-tool.ts";
import { COMPILER_ADVICE, CROSS } from "../kernel/build-module.ts";

/** Of the bare-metal example: how such a guest starts, and what it finds. */
const FROM_EXAMPLE = ["start.S", "device-tree.c", "identity-map.c", "virtio-blk.c", "memory.c"];
const HEADERS_FROM_EXAMPLE = ["board.h", "virtio-blk.h", "guest.ld", "Makefile"];
/** Of Dom0's programs: hypercalls with their arguments, and the second domain. */
const FROM_PROGRAMS = ["calls.c", "peer.c"];

/** Builds the executor (guest/executor) in `folder`, which must not be there, and returns its Image's path. Throws LabError. */
export async function buildExecutor(folder: string): Promise<string> {
  checkBuildPath(folder, "name another folder for temporary files in TMPDIR");
  await mkdir(folder);
  const guest = await guestSources();
  const { default: packed } = await import("../../../../examples/bare-metal-c?packed");
  const example = unpackSources(packed);
  const own = sourcesIn(guest, "executor");
  const programs = sourcesIn(guest, "programs");
  const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
  for (const name of [...FROM_EXAMPLE, ...HEADERS_FROM_EXAMPLE]) await write(name, fileOf(example, name));
  for (const name of [...FROM_PROGRAMS, "calls.h"]) await write(name, fileOf(programs, name));
  for (const [name, text] of own) await write(name, text);
  await write("xen.h", shimHeader());
  const sources = [...FROM_EXAMPLE, ...FROM_PROGRAMS, ...own.keys()].filter((name) => /\.[cS]$/.test(name));
  await runTool("make", ["-C", folder, `CROSS_COMPILE=${CROSS}`, `SOURCES=${sources.join(" ")}`, "Image"], {
    advice: COMPILER_ADVICE,
  });
  return join(folder, "Image");
}

/** The recorder that `xgt bindgen c --shim` writes, with next to nothing else. */
function shimHeader(): string {
  const target = targets.find(({ name }) => name === "c");
  if (target === undefined) throw new LabError("there are no bindings for C");
  const abi = loadModel(newestRelease, "arm64", "guest");
  return bind(target, abi, { only: ["DOMID_SELF"] }, { prefix: "", shim: shimPlan(abi) }).text;
}

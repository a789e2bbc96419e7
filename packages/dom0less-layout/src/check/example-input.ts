import { knownRelease, NEWEST_RELEASE } from "@xgt/hypercall-abi";
import { parseFirmwareRange } from "../model/firmware-range.ts";
import { givenBootLog } from "../model/given-boot-log.ts";
import type { LayoutInput } from "../model/layout-model.ts";
import { type ModuleFile, moduleFile } from "../model/module-file.ts";
import { parseBusMasters } from "../model/protection-windows.ts";
import type { LayoutExample } from "../rules/example-board.ts";
import { parseKconfig } from "../terms/kconfig.ts";
import { readDts } from "../tree/read-dts.ts";

/** What a check of a rule's example is given. */
export function exampleInput(example: LayoutExample): LayoutInput {
  const modules = new Map<string, ModuleFile>();
  for (const [path, content] of Object.entries(example.modules)) {
    if (typeof content === "number")
      modules.set(path, { ...moduleFile(path, new Uint8Array(), null), size: BigInt(content) });
    else if (typeof content !== "string") modules.set(path, moduleFile(path, content, null));
    else modules.set(path, partialFile(`${path}.dts`, content));
  }
  const firmware = example.firmware === undefined ? null : parseFirmwareRange(example.firmware);
  return {
    host: readDts(example.host, "host.dts").tree,
    modules,
    release: example.xen === undefined ? NEWEST_RELEASE : (knownRelease(example.xen) ?? NEWEST_RELEASE),
    ...(example.masters !== undefined && { masters: parseBusMasters(example.masters) }),
    ...(example.kconfig !== undefined && { kconfig: parseKconfig(example.kconfig) }),
    ...(example.bootLog !== undefined && { bootLog: givenBootLog(Buffer.from(example.bootLog), "boot.log") }),
    ...(firmware !== null && { firmware: [firmware] }),
    ...(example.dom0 !== undefined && { dom0: example.dom0 }),
  };
}

/** A partial tree from source text, as the file of a module. */
function partialFile(path: string, source: string): ModuleFile {
  const { tree } = readDts(source, path);
  // The size is the module's: how long the compiled tree would be does not matter here.
  return { ...moduleFile(path, new Uint8Array(), tree), size: 0x2000n };
}

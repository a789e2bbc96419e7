import { LabError } from "../../packages/lab/src/index.ts";
import { plainImage } from "../../packages/lab/src/kernel/arm64-image.ts";
import { configTroubles, neededByAll, parseConfig } from "../../packages/lab/src/kernel/kernel-config.ts";
import { moduleCallSites } from "../../packages/lab/src/kprobes/call-sites.ts";
import { probePlacesOf } from "../../packages/lab/src/kprobes/kernel-probes.ts";
import { readKernelSymbols } from "../../packages/lab/src/kprobes/kernel-symbols.ts";
import { probeEvents } from "../../packages/lab/src/kprobes/probe-events.ts";
import { definingScript } from "../../packages/lab/src/kprobes/probe-scripts.ts";
import { recorderKinds } from "../../packages/lab/src/kprobes/recorder-kinds.ts";
import { lostEvents } from "../../packages/lab/src/kprobes/trace-statistics.ts";
import { consoleTrouble } from "../../packages/lab/src/machine/console-trouble.ts";
import { scenarioOf } from "../../packages/lab/src/scenarios/scenario.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import { kernelSeeds } from "./kernel-seeds.ts";
import { readerTarget } from "./reader-target.ts";

/** Whatever a name in a kernel is, a script has no line of its own from it. */
const SCRIPT_LINE = /^[\t\n\x20-\x7e]*$/;

/** Readers of a kernel's files, and of what the lab's machines say. */
export function kernelReaders(): FuzzTarget[] {
  const { image, symbols, module } = kernelSeeds();
  const known = readKernelSymbols(symbols, "kallsyms");
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  const scripts = (file: Buffer, table: ReturnType<typeof readKernelSymbols>, content: Buffer) => {
    const modules = [{ name: "xen_privcmd", content }];
    const places = probePlacesOf({ image: file, symbols: table, modules });
    const recorded = { places, choice: probeEvents(places) };
    const starts = recorderKinds.flatMap((kind) => [kind.start(recorded), ...kind.files(recorded).values()]);
    for (const script of [definingScript(recorded.choice), ...starts]) {
      if (!SCRIPT_LINE.test(script)) throw new Error("a character of a name that a script should not have");
    }
  };
  return [
    readerTarget("read-image", [image], (bytes) => {
      return accepted(() => scripts(plainImage(Buffer.from(bytes), "Image"), known, module));
    }),
    readerTarget("read-kallsyms", [symbols], (bytes) => {
      return accepted(() => scripts(image, readKernelSymbols(Buffer.from(bytes), "kallsyms"), module));
    }),
    readerTarget("read-module", [module], (bytes) => {
      const file = { name: "xen_privcmd", content: Buffer.from(bytes) };
      return accepted(() => moduleCallSites(file, ["privcmd_call", "HYPERVISOR_memory_op"]));
    }),
    readerTarget("read-kernel-config", [Buffer.from(CONFIG)], (bytes) => {
      return configTroubles(parseConfig(text(bytes)), neededByAll).length === 0;
    }),
    readerTarget("read-trace-statistics", [Buffer.from(STATISTICS)], (bytes) => {
      const lost = lostEvents(text(bytes));
      if (!(lost >= 0)) throw new Error(`${lost} events lost`);
      return lost > 0;
    }),
    readerTarget(
      "read-lab-console",
      [Buffer.from(CONSOLE)],
      (bytes) => consoleTrouble(text(bytes)) !== undefined,
    ),
    readerTarget("read-scenario", [Buffer.from(SCENARIO)], (bytes) => {
      return accepted(() => scenarioOf("some", text(bytes)));
    }),
  ];
}

/** Whether a reader took its input: it may refuse one, in the lab's words only. */
function accepted(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof LabError) return false;
    throw error;
  }
}

const CONFIG =
  "CONFIG_XEN=y\nCONFIG_XEN_DOM0=y\nCONFIG_MODULES=y\nCONFIG_BLK_DEV_INITRD=y\n# CONFIG_KPROBES is not set\n";
const STATISTICS =
  "entries: 12\noverrun: 3\ncommit overrun: 0\nbytes: 480\ndropped events: 5\nread events: 7\n";
const CONSOLE = `[    1.0] hvc_log: version magic '6.1.0 SMP' should be '6.12.0 SMP'
[    1.1] hvc_log: Unknown symbol xen_domain_type (err -2)
[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)
`;
const SCENARIO =
  "#!/bin/sh\n# title: the balloon goes up\n# expect: G04 G29\n# needs: dma toolstack\n# seconds: 60\necho hello\n";

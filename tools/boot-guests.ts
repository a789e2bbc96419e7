// Boots planned guests on a real Xen in QEMU: do the drivers of passed-through devices probe, do two guests share memory?
//
//   nice node tools/run-ts.mjs tools/boot-guests.ts --xen FILE --release 4.20 --kernel Image --ramdisk FILE
//
// FILE is an arm64 Xen with CONFIG_STATIC_MEMORY=y, CONFIG_STATIC_SHM=y and CONFIG_STATIC_EVTCHN=y. Image is an arm64 Linux
// with drivers for virtio-mmio, PL031 and PL061 (modules: the ramdisk loads them); the ramdisk's /init prints "DISK " and the
// first 16 bytes of /dev/vda, "RTC " and rtc0's name, "GPIO " and the chips' paths, then "GUEST UP". Needs
// qemu-system-aarch64 and aarch64-linux-gnu-gcc. First one Linux with a virtio disk, a PL031 and a PL061; then two guests of
// our own (shared-window-guest.S) that write into one window and read each other's word.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  applyOverlay,
  hexAddress,
  type Plan,
  type PlanRequest,
  planLayout,
  readDeviceTree,
  type WantedDomain,
  writeDtb,
} from "../packages/dom0less-layout/src/index.ts";
import { parseRelease } from "../packages/hypercall-abi/src/index.ts";

const { values } = parseArgs({
  options: {
    xen: { type: "string" },
    release: { type: "string" },
    kernel: { type: "string" },
    ramdisk: { type: "string" },
  },
});
const { xen = "", kernel = "", ramdisk = "" } = values;
const release = parseRelease(values.release ?? "4.22");
const BOOT_SECONDS = 90;
const UART = "0x9000000";
const DISK_TEXT = "HELLO FROM DISK!";
const MACHINE = "virt,virtualization=on,gic-version=3";
const REST = ["-cpu", "cortex-a57", "-smp", "4", "-m", "4096", "-nic", "none", "-nographic"];
const ARGUMENTS =
  "console=dtuart dtuart=/pl011@9000000 loglvl=all guest_loglvl=all console_timestamps=none bootscrub=0";
const folder = mkdtempSync(join(tmpdir(), "xgt-guests-"));
const dumped = join(folder, "virt.dtb");
spawnSync("qemu-system-aarch64", ["-M", `${MACHINE},dumpdtb=${dumped}`, ...REST]);

function wanted(name: string, memory: bigint, devices: string[], more: Partial<WantedDomain>): WantedDomain {
  const rest = { cpus: 1, enhanced: "off", vpl011: true, ramdiskSize: null, bootargs: null } as const;
  return { name, memory, devices, kernelSize: 4096n, ...rest, ...more };
}

function planned(domains: WantedDomain[], more: Partial<PlanRequest>): Plan {
  const { tree: host } = readDeviceTree(readFileSync(dumped), dumped);
  const plan = planLayout({ host, release, domains, masters: [], firmware: [], dom0: false, ...more });
  if (!plan.possible) throw new Error(plan.conflict.join("; "));
  return plan;
}

/** Boots a plan with files by domain and kind; ends when every text was seen, Xen stopped, or time is over. */
async function boot(
  plan: Plan,
  files: Record<string, string>,
  texts: string[],
  more: string[],
): Promise<string> {
  const { tree } = readDeviceTree(readFileSync(dumped), dumped);
  applyOverlay(tree, readDeviceTree(Buffer.from(plan.overlay), "plan.dtso").tree);
  const line = `/dts-v1/; / { chosen { xen,xen-bootargs = "${ARGUMENTS}"; }; };`;
  applyOverlay(tree, readDeviceTree(Buffer.from(line), "line.dts").tree);
  const host = join(folder, "host.dtb");
  writeFileSync(host, writeDtb(tree));
  const loaders = plan.domains.flatMap(({ wanted: { name }, modules }) => {
    return modules.flatMap(({ kind, memory }) => {
      const file = `loader,file=${files[`${name} ${kind}`]},addr=${hexAddress(memory.start)},force-raw=on`;
      return ["-device", file];
    });
  });
  const args = ["-M", MACHINE, ...REST, "-dtb", host, "-kernel", xen, ...loaders, ...more];
  const child = spawn("qemu-system-aarch64", args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), BOOT_SECONDS * 1000);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(log);
    });
    child.stdout.on("data", (data) => {
      log += data;
      if (/Panic on CPU/.test(log) || texts.every((text) => log.includes(text))) child.kill("SIGKILL");
    });
  });
}

function judge(what: string, log: string, texts: string[]): boolean {
  const missing = texts.filter((text) => !log.includes(text));
  process.stdout.write(`${missing.length === 0 ? "ok   " : "WRONG"} ${what}\n`);
  if (missing.length > 0) {
    process.stdout.write(`missing: ${missing.join("; ")}\n${log.split("\n").slice(-25).join("\n")}\n`);
  }
  return missing.length === 0;
}

async function linuxWithDevices(): Promise<boolean> {
  const devices = ["/virtio_mmio@a003e00", "/pl031@9010000", "/pl061@9030000"];
  const sizes = {
    kernelSize: BigInt(statSync(kernel).size),
    ramdiskSize: BigInt(statSync(ramdisk).size),
    bootargs: "console=ttyAMA0 earlycon",
  };
  const plan = planned([wanted("linux", 512n << 20n, devices, sizes)], {});
  const partial = join(folder, "linux.dtb");
  writeFileSync(partial, plan.partials[0].dtb);
  const disk = join(folder, "disk.img");
  writeFileSync(disk, DISK_TEXT);
  truncateSync(disk, 1 << 20);
  const files = { "linux kernel": kernel, "linux ramdisk": ramdisk, "linux device-tree": partial };
  const texts = [`DISK ${DISK_TEXT}`, "RTC rtc-pl031", "9030000.pl061", "GUEST UP"];
  const drive = ["-drive", `if=none,file=${disk},format=raw,id=d`, "-device", "virtio-blk-device,drive=d"];
  return judge(
    "a Linux domU with a virtio disk, a PL031 and a PL061",
    await boot(plan, files, texts, drive),
    texts,
  );
}

/** Assembles the guest; returns its image. */
function guest(
  name: string,
  window: bigint,
  mine: string,
  theirs: string,
  own: number,
  other: number,
): string {
  const [elf, image] = [join(folder, `${name}.elf`), join(folder, `${name}.bin`)];
  const numbers = { WINDOW: hexAddress(window), MINE: mine, THEIRS: theirs, OWN: own, OTHER: other, UART };
  const defines = Object.entries(numbers).map(([key, value]) => `-D${key}=${value}`);
  const source = join("tools", "shared-window-guest.S");
  const options = ["-nostdlib", "-static", "-no-pie", "-Wl,-n", "-Wl,-Ttext=0", "-Wl,--build-id=none"];
  const text = `-DTEXT="${name} sees the other\\n"`;
  spawnSync("aarch64-linux-gnu-gcc", [...options, ...defines, text, source, "-o", elf]);
  spawnSync("aarch64-linux-gnu-objcopy", ["-O", "binary", elf, image]);
  truncateSync(image, 4096);
  return image;
}

async function twoWithAWindow(): Promise<boolean> {
  const domains = [wanted("alice", 32n << 20n, [], {}), wanted("bob", 32n << 20n, [], {})];
  const plan = planned(domains, { shared: [{ id: "ring", size: 65536n, domains: ["alice", "bob"] }] });
  const { start } = plan.windows[0].memory;
  const [a, b] = ["0xa11ce000a11ce", "0xb0b0000b0b"];
  const files = {
    "alice kernel": guest("alice", start, a, b, 0, 8),
    "bob kernel": guest("bob", start, b, a, 8, 0),
  };
  const texts = ["alice sees", "bob sees"];
  return judge("two guests that write into one window", await boot(plan, files, texts, []), texts);
}

const results = [await linuxWithDevices(), await twoWithAWindow()];
rmSync(folder, { recursive: true, force: true });
process.exitCode = results.every((ok) => ok) ? 0 : 1;

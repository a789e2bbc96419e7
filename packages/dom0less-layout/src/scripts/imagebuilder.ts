import { SCRIPT_LINES_MAX, SCRIPT_VARIABLES_MAX } from "../limits.ts";
import { alignUp, hexAddress, parseSize, SUPERPAGE_SIZE } from "../terms/address-range.ts";
import { shellWords } from "./shell-words.ts";

/** Domains of one configuration. */
const DOMAINS_MAX = 64;
/** ImageBuilder loads nothing below (scripts/uboot-script-gen). */
const LOWEST = 0xc0_0000n;
/** What a file counts where it is not there. */
const ASSUMED_FILE = 0x200_0000n;
const DEFAULT_MEGABYTES = 512n;

/** What ImageBuilder's uboot-script-gen would make of a configuration. */
interface ImagebuilderScript {
  /** Commands of U-Boot that change the tree. */
  readonly script: string;
  /** Files by the path of their module's node. */
  readonly files: ReadonlyMap<string, string>;
  /** Files whose size was not known, so that addresses behind them are guesses. */
  readonly missing: readonly string[];
}

/** True for a configuration of ImageBuilder. */
export function isImagebuilderConfig(text: string): boolean {
  return /^\s*(?:NUM_DOMUS=|DOMU_KERNEL\[\d+\]=|DOM0_KERNEL=)/m.test(text);
}

/**
 * The nodes that ImageBuilder makes (Xilinx/imagebuilder, scripts/uboot-script-gen), with files from MEMORY_START on, each
 * at a multiple of 2 MiB: Xen, Dom0's, the domains', the tree. `sizeOf`: bytes of a file; null: it is not there.
 */
export function imagebuilderScript(
  text: string,
  sizeOf: (file: string) => bigint | null,
): ImagebuilderScript {
  return new Configuration(readAssignments(text), sizeOf).result();
}

/** Assignments of a file that bash would source: NAME=value and NAME[i]=value. */
function readAssignments(text: string): Map<string, string> {
  const result = new Map<string, string>();
  // As a shell does, which reads the file, it passes over zero bytes.
  for (const line of text.replaceAll(/[\r\0]/g, "").split("\n", SCRIPT_LINES_MAX)) {
    const match = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*(?:\[\d{1,3}\])?)=(.*)$/.exec(line);
    if (match === null || result.size >= SCRIPT_VARIABLES_MAX) continue;
    const value = /^\[/.test(match[2]) ? `"${match[2]}"` : match[2];
    result.set(match[1], shellWords(value, result)[0]?.text ?? "");
  }
  return result;
}

class Configuration {
  private readonly values: ReadonlyMap<string, string>;
  private readonly sizeOf: (file: string) => bigint | null;
  private readonly lines: string[] = [];
  private readonly files = new Map<string, string>();
  private readonly missing: string[] = [];
  private address: bigint;

  constructor(values: ReadonlyMap<string, string>, sizeOf: (file: string) => bigint | null) {
    this.values = values;
    this.sizeOf = sizeOf;
    const start = (parseSize(values.get("MEMORY_START") ?? "0") ?? 0n) + SUPERPAGE_SIZE;
    // The first 2 MiB hold the script itself.
    this.address = (start < LOWEST ? LOWEST : start) + SUPERPAGE_SIZE;
  }

  result(): ImagebuilderScript {
    const { lines } = this;
    lines.push("fdt set /chosen \\#address-cells <0x2>", "fdt set /chosen \\#size-cells <0x2>");
    this.take(this.values.get("XEN") ?? "xen");
    this.text(
      "/chosen",
      "xen,xen-bootargs",
      this.values.get("XEN_CMD") ?? "console=dtuart dtuart=serial0 dom0_mem=1500M",
    );
    this.heap();
    const hasDom0 = this.values.has("DOM0_KERNEL");
    if (hasDom0) {
      this.text("/chosen", "xen,dom0-bootargs", this.values.get("DOM0_CMD") ?? "console=hvc0");
      this.module("/chosen", "dom0", "xen,linux-zimage", this.values.get("DOM0_KERNEL"));
      this.module("/chosen", "dom0-ramdisk", "xen,linux-initrd", this.values.get("DOM0_RAMDISK"));
    }
    const count = Math.min(Number(this.values.get("NUM_DOMUS") ?? 0) || 0, DOMAINS_MAX);
    for (let i = 0; i < count; i++) this.domain(i, hasDom0);
    return { script: `${lines.join("\n")}\n`, files: this.files, missing: this.missing };
  }

  private domain(i: number, hasDom0: boolean): void {
    const value = (name: string) => this.values.get(`DOMU_${name}[${i}]`);
    const path = `/chosen/domU${i}`;
    const { lines } = this;
    lines.push(`fdt mknod /chosen domU${i}`, `fdt set ${path} compatible "xen,domain"`);
    lines.push(`fdt set ${path} \\#address-cells <0x2>`, `fdt set ${path} \\#size-cells <0x2>`);
    const megabytes = parseSize(value("MEM") ?? "") ?? DEFAULT_MEGABYTES;
    const banks = (value("STATIC_MEM") ?? "")
      .split(/\s+/)
      .map(parseSize)
      .filter((number) => number !== null);
    lines.push(`fdt set ${path} memory <${cells(megabytes << 10n)}>`);
    lines.push(`fdt set ${path} cpus <${value("VCPUS") ?? "1"}>`);
    if (banks.length > 0) {
      lines.push(`fdt set ${path} xen,static-mem <${banks.map(cells).join(" ")}>`);
      if ((value("DIRECT_MAP") ?? "1") !== "0") lines.push(`fdt set ${path} direct-map`);
    }
    if ((value("VPL011") ?? "1") !== "0") lines.push(`fdt set ${path} vpl011 <0x1>`);
    const enhanced = value("ENHANCED") ?? (hasDom0 ? "1" : "0");
    if (enhanced !== "0") lines.push(`fdt set ${path} xen,enhanced "enabled"`);
    this.module(path, "kernel", "multiboot,kernel", value("KERNEL"), value("CMD") ?? "console=ttyAMA0");
    this.module(path, "ramdisk", "multiboot,ramdisk", value("RAMDISK"));
    this.passthrough(i, path);
    const [id, ...numbers] = (value("SHARED_MEM") ?? value("STATIC_SHM") ?? "").split(/\s+/);
    const shared = numbers.map(parseSize).filter((number) => number !== null);
    if (shared.length < 2) return;
    lines.push(
      `fdt mknod ${path} shared-mem`,
      `fdt set ${path}/shared-mem compatible "xen,domain-shared-memory-v1"`,
    );
    this.text(`${path}/shared-mem`, "xen,shm-id", id);
    lines.push(`fdt set ${path}/shared-mem xen,shared-mem <${shared.map(cells).join(" ")}>`);
  }

  /**
   * Devices of a domain: their host nodes are marked as given away, and the partial tree is a file, or one that ImageBuilder
   * makes of the parts in PASSTHROUGH_DTS_REPO and puts beside the configuration.
   */
  private passthrough(i: number, path: string): void {
    const devices = (this.values.get(`DOMU_PASSTHROUGH_PATHS[${i}]`) ?? "").split(/\s+/).filter(isNodePath);
    for (const device of devices) this.lines.push(`fdt set ${device} xen,passthrough`);
    const made = devices.length > 0 && this.values.has("PASSTHROUGH_DTS_REPO") ? `domU${i}.dtb` : undefined;
    const file = this.values.get(`DOMU_PASSTHROUGH_DTB[${i}]`) ?? made;
    this.module(path, "dtb", "multiboot,device-tree", file);
  }

  private module(
    parent: string,
    name: string,
    compatible: string,
    file: string | undefined,
    bootargs?: string,
  ): void {
    if (file === undefined || file === "") return;
    const { start, size } = this.take(file);
    const node = parent === "/chosen" ? name : `module${hexAddress(start)}`;
    const path = `${parent}/${node}`;
    this.files.set(path, file);
    this.lines.push(
      `fdt mknod ${parent} ${node}`,
      `fdt set ${path} compatible "${compatible}" "xen,multiboot-module" "multiboot,module"`,
    );
    this.lines.push(`fdt set ${path} reg <${cells(start)} ${cells(size)}>`);
    if (bootargs !== undefined) this.text(path, "bootargs", bootargs);
  }

  private heap(): void {
    const ranges = (this.values.get("XEN_STATIC_HEAP") ?? "")
      .split(/\s+/)
      .map(parseSize)
      .filter((number) => number !== null);
    if (ranges.length > 0)
      this.lines.push(`fdt set /chosen xen,static-heap <${ranges.map(cells).join(" ")}>`);
  }

  private text(path: string, name: string, value: string): void {
    this.lines.push(`fdt set ${path} ${name} "${value.replace(/[\\"$]/g, "\\$&")}"`);
  }

  private take(file: string): { start: bigint; size: bigint } {
    const known = this.sizeOf(file);
    if (known === null) this.missing.push(file);
    const size = known ?? ASSUMED_FILE;
    const start = this.address;
    this.address = alignUp(start + size, SUPERPAGE_SIZE);
    return { start, size };
  }
}

/** Names of nodes only: the text becomes a word of a script. */
function isNodePath(text: string): boolean {
  return /^(?:\/[\w,.+@-]+)+$/.test(text);
}

function cells(value: bigint): string {
  return `0x${(value >> 32n).toString(16)} 0x${(value & 0xffff_ffffn).toString(16)}`;
}

import { describe, expect, test } from "vitest";
import {
  applyFdtScript,
  applyOverlay,
  checkLayout,
  type DeviceTree,
  imagebuilderScript,
  moduleFile,
  writeDtb,
} from "../src/index.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { caseTree } from "./cases.ts";

/**
 * Configurations that Xen's own project boots or documents, rewritten by their facts. They work, so an error about one of
 * them is a false one. Sources, all of Xen's master: automation/scripts/qemu-smoke-dom0less-arm64.sh, -arm32.sh,
 * include/xtf-arm64, xilinx-smoke-dom0less-arm64.sh; docs/features/dom0less.pandoc, docs/misc/arm/device-tree/booting.txt,
 * cpupools.txt, docs/misc/arm/passthrough.txt, docs/misc/cache-coloring.rst, docs/hypervisor-guide/arm/firmware/arm-scmi.rst
 * (the last is `scmi-*.dts` of cases.test.ts, with a part of the hardware's).
 */

/** Bytes of the files that the tests load: a Debian kernel, an initial ramdisk. */
const SIZES: Readonly<Record<string, bigint>> = {
  Image: 0x1f0_0000n,
  vmlinuz: 0x50_0000n,
  "vmlinuz.gz": 0x4f_0000n,
};
const OTHER_FILE = 0x20_0000n;

const arm64 = {
  MEMORY_START: "0x40000000",
  MEMORY_END: "0x50000000",
  DEVICE_TREE: "virt.dtb",
  XEN: "xen",
  DOM0_KERNEL: "Image",
  DOM0_RAMDISK: "dom0-rootfs.cpio.gz",
  XEN_CMD: "console=dtuart dom0_mem=512M console_timestamps=boot",
  NUM_DOMUS: "1",
  "DOMU_KERNEL[0]": "Image",
  "DOMU_RAMDISK[0]": "initrd",
  "DOMU_MEM[0]": "256",
  "DOMU_KERNEL[1]": "Image",
  "DOMU_RAMDISK[1]": "initrd",
  "DOMU_MEM[1]": "256",
};
const arm32 = {
  MEMORY_START: "0x40000000",
  MEMORY_END: "0xC0000000",
  DEVICE_TREE: "virt.dtb",
  XEN: "xen",
  XEN_CMD: "console=dtuart dom0_mem=512M bootscrub=0 console_timestamps=boot",
  DOM0_KERNEL: "vmlinuz",
  DOM0_RAMDISK: "initrd.gz",
  DOM0_CMD: "console=hvc0 earlyprintk clk_ignore_unused root=/dev/ram0 rdinit=/bin/sh",
  "DOMU_KERNEL[0]": "vmlinuz",
  "DOMU_RAMDISK[0]": "initrd.gz",
  "DOMU_MEM[0]": "512",
  NUM_DOMUS: "1",
  BOOT_CMD: "bootz",
};
const { DOM0_KERNEL: _k, DOM0_RAMDISK: _r, DOM0_CMD: _c, ...arm32WithoutDom0 } = arm32;
const SHARED = "my-shared-mem-0 0x50000000 0x4000000 0x10000000";

const configurations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "qemu-smoke-dom0less-arm64": arm64,
  "qemu-smoke-dom0less-arm64 static-mem": { ...arm64, "DOMU_STATIC_MEM[0]": "0x50000000 0x10000000" },
  "qemu-smoke-dom0less-arm64 static-shared-mem": {
    ...arm64,
    NUM_DOMUS: "2",
    "DOMU_SHARED_MEM[0]": SHARED,
    "DOMU_SHARED_MEM[1]": SHARED,
  },
  "qemu-smoke-dom0less-arm64 static-heap": {
    ...arm64,
    XEN_STATIC_HEAP: "0x50000000 0x30000000",
    "DOMU_MEM[0]": "128",
  },
  "qemu-smoke-dom0less-arm64 boot-cpupools": {
    ...arm64,
    "CPUPOOL[0]": "cpu@1 null",
    "DOMU_CPUPOOL[0]": "0",
    NUM_CPUPOOLS: "1",
  },
  "qemu-smoke-dom0less-arm32": arm32,
  "qemu-smoke-dom0less-arm32 static-mem": { ...arm32, "DOMU_STATIC_MEM[0]": "0x50000000 0x20000000" },
  "qemu-smoke-dom0less-arm32 gzip": { ...arm32, "DOMU_KERNEL[0]": "vmlinuz.gz" },
  "qemu-smoke-dom0less-arm32 without-dom0": arm32WithoutDom0,
  "qemu-xtf arm64": {
    MEMORY_START: "0x40000000",
    MEMORY_END: "0xC0000000",
    XEN: "xen",
    DEVICE_TREE: "virt-gicv2.dtb",
    XEN_CMD: "loglvl=all noreboot console_timestamps=boot console=dtuart",
    "DOMU_KERNEL[0]": "xtf-test",
    "DOMU_MEM[0]": "128",
    NUM_DOMUS: "1",
  },
};

/** A guest as the documents write it: two cells of address, one of size, files of 0xffffff bytes. */
function guest(name: string, memory: string, kernel: number, more = ""): string {
  const ramdisk = kernel + 0x100_0000;
  return `${name} { compatible = "xen,domain"; #address-cells = <2>; #size-cells = <1>; memory = <0 ${memory}>; cpus = <1>; ${more}
    module@${kernel.toString(16)} { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 ${kernel} 0xffffff>; bootargs = "console=ttyAMA0"; };
    module@${ramdisk.toString(16)} { compatible = "multiboot,ramdisk", "multiboot,module"; reg = <0 ${ramdisk} 0xffffff>; }; };`;
}

const vcpus = `vcpu0 { compatible = "xen,vcpu"; id = <0>; hard-affinity = "0-3"; };`;
const dom0 = `dom0 { compatible = "xen,linux-zimage", "xen,multiboot-module", "multiboot,module"; reg = <0 0x41000000 0 0xf20000>; };
  dom0-ramdisk { compatible = "xen,linux-initrd", "xen,multiboot-module", "multiboot,module"; reg = <0 0x42000000 0 0x13aea6e>; };`;

const examples: Readonly<Record<string, string>> = {
  "dom0less.pandoc: a guest beside Dom0": `${dom0} ${guest("domU1", "0x20000", 0x4400_0000, "vpl011;")}`,
  "booting.txt: two guests with affinities": `${guest("domU1", "131072", 0x4a00_0000, `vpl011; ${vcpus}`)}
    ${guest("domU2", "65536", 0x4c00_0000)}`,
  "booting.txt: static memory": guest(
    "domU1",
    "0x80000",
    0x4a00_0000,
    "xen,static-mem = <0x0 0x70000000 0x0 0x20000000>;",
  ),
  "booting.txt: static memory that is 1:1": guest(
    "domU1",
    "0x80000",
    0x4a00_0000,
    "direct-map; xen,static-mem = <0x0 0x70000000 0x0 0x20000000>;",
  ),
  "booting.txt: static event channels": `ec1: evtchn@1 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xa &ec2>; }; ${dom0}
    ${guest("domU1", "131072", 0x4a00_0000, 'xen,enhanced = "no-xenstore"; ec2: evtchn@2 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xa &ec1>; }; ec3: evtchn@3 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xb &ec5>; };')}
    ${guest("domU2", "131072", 0x4c00_0000, 'xen,enhanced = "no-xenstore"; ec5: evtchn@5 { compatible = "xen,evtchn-v1"; xen,evtchn = <0xb &ec3>; };')}`,
  "booting.txt: a static heap": `xen,static-heap = <0x0 0x60000000 0x0 0x40000000>; ${guest("domU1", "131072", 0x4a00_0000)}`,
  "booting.txt: static shared memory": `${dom0}
    dom0-shared-mem@90000000 { compatible = "xen,domain-shared-memory-v1"; role = "owner"; xen,shm-id = "my-shared-mem-0"; xen,shared-mem = <0 0x90000000 0 0x90000000 0 0x10000000>; };
    ${guest(
      "domU1",
      "131072",
      0x4400_0000,
      `vpl011;
      domU1-shared-mem@90000000 { compatible = "xen,domain-shared-memory-v1"; role = "borrower"; xen,shm-id = "my-shared-mem-0"; xen,shared-mem = <0 0x90000000 0 0x50000000 0x10000000>; };
      domU1-shared-mem@a0000000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "my-shared-mem-1"; xen,shared-mem = <0 0xa0000000 0 0x60000000 0x20000000>; };
      domU1-shared-mem-2 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "my-shared-mem-2"; role = "owner"; xen,shared-mem = <0 0x80000000 0x20000000>; };`,
    )}
    ${guest(
      "domU2",
      "65536",
      0x4800_0000,
      `domU2-shared-mem@a0000000 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "my-shared-mem-1"; xen,shared-mem = <0 0xa0000000 0 0x70000000 0x20000000>; };
      domU2-shared-mem-2 { compatible = "xen,domain-shared-memory-v1"; xen,shm-id = "my-shared-mem-2"; role = "borrower"; xen,shared-mem = <0 0x90000000 0x20000000>; };`,
    )}`,
  "cache-coloring.rst: a coloured guest": `xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G dom0_max_vcpus=1 sched=null llc-coloring=on dom0-llc-colors=2-6";
    ${dom0} ${guest("domU0", "0x40000", 0x4400_0000, 'vpl011 = <1>; llc-colors = "4-8,10,11,12";')}`,
};

/** "error L11 ..." of a host tree, the file behind each module not given. */
function errors(
  host: DeviceTree,
  xen = 4022,
  modules: Parameters<typeof checkLayout>[0]["modules"] = new Map(),
) {
  return checkLayout({ host, modules, release: xen })
    .findings.filter(({ severity }) => severity === "error")
    .map(({ rule, message }) => `${rule} ${message}`);
}

describe("configurations that Xen's own tests boot", () => {
  test.each(Object.entries(configurations))("%s has no error", (_, members) => {
    const config = Object.entries(members)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join("");
    const host = caseTree("virt2.dts");
    const { script } = imagebuilderScript(config, (path) => SIZES[path] ?? OTHER_FILE);
    expect(applyFdtScript(host, script, "config")).toEqual([]);
    const count = Number(members.NUM_DOMUS);
    const { model } = checkLayout({ host, modules: new Map(), release: 4022 });
    expect(model.domains).toHaveLength(count);
    expect(errors(host)).toEqual([]);
  });
});

describe("examples of Xen's documents", () => {
  test.each(Object.entries(examples))("%s has no error", (_, chosen) => {
    const host = caseTree("virt2.dts");
    const text = `/dts-v1/; /plugin/; / { fragment@0 { target-path = "/"; __overlay__ { chosen { #address-cells = <2>; #size-cells = <2>; ${chosen} }; }; }; };`;
    expect(applyOverlay(host, readDts(text, "example").tree)).toEqual([]);
    expect(errors(host)).toEqual([]);
  });

  test("cpupools.txt: two pools, and one of what is left", () => {
    const host = caseTree("virt2.dts");
    const text = `/dts-v1/; /plugin/; / { fragment@0 { target-path = "/chosen"; __overlay__ { #address-cells = <2>; #size-cells = <2>;
      pool: cpupool_b { compatible = "xen,cpupool"; cpupool-cpus = <0x8001>; cpupool-sched = "null"; };
      ${guest("domU1", "131072", 0x4a00_0000, "domain-cpupool = <&pool>;")} }; }; };`;
    expect(applyOverlay(host, readDts(text, "cpupools").tree)).toEqual([]);
    expect(errors(host)).toEqual([]);
  });

  test("passthrough.txt and xilinx-smoke-dom0less-arm64 gem-passthrough: a network card of a ZynqMP board", () => {
    const partial = readDts(
      `/dts-v1/; / { #address-cells = <2>; #size-cells = <1>;
        gic: gic { #interrupt-cells = <3>; interrupt-controller; };
        passthrough { compatible = "simple-bus"; ranges; #address-cells = <2>; #size-cells = <1>;
          misc_clk: misc_clk { #clock-cells = <0>; clock-frequency = <0x7735940>; compatible = "fixed-clock"; };
          ethernet@ff0e0000 { compatible = "cdns,zynqmp-gem"; status = "okay"; reg = <0x0 0xff0e0000 0x1000>;
            clock-names = "pclk", "hclk", "tx_clk", "rx_clk"; #address-cells = <1>; #size-cells = <0>;
            clocks = <&misc_clk &misc_clk &misc_clk &misc_clk>; phy-mode = "rgmii-id";
            interrupt-parent = <&gic>; interrupts = <0 63 4 0 63 4>;
            xen,path = "/amba/ethernet@ff0e0000"; xen,reg = <0x0 0xff0e0000 0x1000 0x0 0xff0e0000>;
            phy@c { reg = <0xc>; }; }; }; };`,
      "eth0.dtb",
    ).tree;
    const host = readDts(
      `/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>; compatible = "xlnx,zynqmp";
        memory@0 { device_type = "memory"; reg = <0 0 0 0x7ff00000>; };
        cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; enable-method = "psci"; }; };
        psci { compatible = "arm,psci-0.2"; method = "smc"; };
        amba { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges;
          gic: interrupt-controller@f9010000 { compatible = "arm,gic-400"; #interrupt-cells = <3>; interrupt-controller; reg = <0 0xf9010000 0 0x10000 0 0xf9020000 0 0x20000 0 0xf9040000 0 0x20000 0 0xf9060000 0 0x20000>; };
          smmu: iommu@fd800000 { compatible = "arm,mmu-500"; reg = <0 0xfd800000 0 0x20000>; #iommu-cells = <1>; #global-interrupts = <1>; interrupts = <0 155 4 0 155 4>; };
          ethernet@ff0e0000 { compatible = "cdns,zynqmp-gem"; reg = <0 0xff0e0000 0 0x1000>; interrupts = <0 63 4 0 63 4>; iommus = <&smmu 0x877>; }; };
        timer { compatible = "arm,armv8-timer"; interrupts = <1 13 0xf08 1 14 0xf08 1 11 0xf08 1 10 0xf08>; };
        chosen { }; };`,
      "mpsoc_smmu.dtb",
    ).tree;
    const config = `MEMORY_START="0"
MEMORY_END="0x7ff00000"
DEVICE_TREE="mpsoc_smmu.dtb"
XEN="xen"
DOM0_KERNEL="Image"
DOM0_RAMDISK="dom0-rootfs.cpio.gz"
XEN_CMD="console=dtuart dtuart=serial0 dom0_mem=1024M console_timestamps=boot"
NUM_DOMUS=1
DOMU_KERNEL[0]="Image"
DOMU_RAMDISK[0]="domU-rootfs.cpio.gz"
DOMU_MEM[0]="1024"
    DOMU_PASSTHROUGH_DTB[0]="eth0.dtb"
    DOMU_PASSTHROUGH_PATHS[0]="/amba/ethernet@ff0e0000"
`;
    const { script, files } = imagebuilderScript(config, (path) => SIZES[path] ?? OTHER_FILE);
    expect(applyFdtScript(host, script, "config")).toEqual([]);
    const [node] = [...files].find(([, file]) => file === "eth0.dtb") ?? [];
    const modules = new Map([[node ?? "", moduleFile("eth0.dtb", writeDtb(partial), partial)]]);
    const { model } = checkLayout({ host, modules, release: 4022 });
    expect(model.domains[0].partial).not.toBe(null);
    expect(errors(host, 4022, modules)).toEqual([]);
  });
});

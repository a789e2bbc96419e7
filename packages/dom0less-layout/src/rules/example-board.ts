/** An example: a host tree as source text, with what else the check is given. */
export interface LayoutExample {
  readonly host: string;
  /** Partial trees as source text, file sizes, or the bytes of files, by the path of the module node. */
  readonly modules: Readonly<Record<string, string | number | Uint8Array>>;
  /** "4.17"; absent: the newest release. */
  readonly xen?: string;
  /** JSON of bus masters. */
  readonly masters?: string;
  /** Lines of Xen's .config. */
  readonly kconfig?: string;
  readonly bootLog?: string;
  /** "0xbe000000+16M=U-Boot". */
  readonly firmware?: string;
  readonly dom0?: boolean;
}

/** What an example says beyond its board. */
type ExampleExtras = Omit<LayoutExample, "host" | "modules">;

const GIC_V2 = `
	gic: interrupt-controller@10001000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0x10001000 0x0 0x1000>, <0x0 0x10002000 0x0 0x2000>;
	};`;

/** A GICv3 with room for `cpus` redistributors in one region. */
export function gicV3(cpus: number): string {
  const size = cpus * 0x20000;
  return `
	gic: interrupt-controller@10000000 {
		compatible = "arm,gic-v3";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0x10000000 0x0 0x10000>, <0x0 0x10100000 0x0 0x${size.toString(16)}>;
	};`;
}

/** Parts of the example board that an example may replace. */
interface BoardParts {
  readonly memory?: string;
  readonly gic?: string;
  /** Extra nodes at the root. */
  readonly root?: string;
  /** Extra properties of the bus. */
  readonly bus?: string;
  /** Extra nodes of the bus. */
  readonly soc?: string;
  /** Interrupts of the MMC node. */
  readonly mmcInterrupts?: string;
  /** False: the MMC node has no xen,passthrough. */
  readonly mmcMarked?: boolean;
  /** Extra properties of the MMC node. */
  readonly mmc?: string;
  readonly uartSize?: string;
  readonly chosen?: string;
  readonly bootargs?: string;
  readonly reserve?: string;
}

/**
 * A small board: RAM 2 GiB at 0x80000000, GICv2, UART at 0x10010000 (SPI 5), MMC at 0x10020000 (SPI 6), Ethernet at
 * 0x10030000 (SPI 7), 1 MiB of firmware memory at 0xff000000.
 */
export function board(domains: string, parts: BoardParts = {}): string {
  return `/dts-v1/;
${parts.reserve ?? ""}
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; reg = <0>; };
		cpu@1 { device_type = "cpu"; reg = <1>; };
	};
	memory@80000000 {
		device_type = "memory";
		reg = <${parts.memory ?? "0x0 0x80000000 0x0 0x80000000"}>;
	};
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		secure@ff000000 { reg = <0x0 0xff000000 0x0 0x100000>; no-map; };
	};${parts.gic ?? GIC_V2}
	soc {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0x0 0x0 0x0 0x40000000>;
		${parts.bus ?? ""}
		serial@10010000 {
			compatible = "arm,pl011";
			reg = <0x10010000 ${parts.uartSize ?? "0x1000"}>;
			interrupts = <0 5 4>;
		};
		mmc@10020000 {
			compatible = "example,mmc";
			reg = <0x10020000 0x1000>;
			interrupts = <${parts.mmcInterrupts ?? "0 6 4"}>;
			${parts.mmcMarked === false ? "" : "xen,passthrough;"}
			${parts.mmc ?? ""}
		};
		ethernet@10030000 {
			compatible = "example,ethernet";
			reg = <0x10030000 0x2000>;
			interrupts = <0 7 4>;
			xen,passthrough;
		};
		${parts.soc ?? ""}
	};
	${parts.root ?? ""}
	chosen {
		#address-cells = <2>;
		#size-cells = <2>;
		stdout-path = "/soc/serial@10010000:115200";
		xen,xen-bootargs = "console=dtuart ${parts.bootargs ?? ""}";
		${parts.chosen ?? ""}
		${domains}
	};
};
`;
}

/** What a domain of an example has; absent: a direct-mapped domain of 256 MiB at 0xa0000000 with a kernel of 16 MiB. */
interface DomainParts {
  readonly name?: string;
  /** KiB as two cells. */
  readonly memory?: string;
  /** "" leaves xen,static-mem out. */
  readonly banks?: string;
  readonly directMap?: boolean;
  readonly cpus?: string;
  readonly extra?: string;
  readonly kernel?: string;
  readonly ramdisk?: string;
  /** Place of a partial device tree; its content goes into `modules`. */
  readonly dtb?: string;
}

/** A domain node below /chosen. */
export function domain(parts: DomainParts = {}): string {
  const banks = parts.banks ?? "0x0 0xa0000000 0x0 0x10000000";
  return `
		${parts.name ?? "domU1"} {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			${parts.cpus ?? "cpus = <1>;"}
			memory = <${parts.memory ?? "0x0 0x40000"}>;
			${banks === "" ? "" : `xen,static-mem = <${banks}>;`}
			${parts.directMap === false ? "" : "direct-map;"}
			${parts.extra ?? ""}
			${moduleNode("kernel", parts.kernel ?? "0x0 0x84000000 0x0 0x1000000")}
			${parts.ramdisk === undefined ? "" : moduleNode("ramdisk", parts.ramdisk)}
			${parts.dtb === undefined ? "" : moduleNode("device-tree", parts.dtb)}
		};`;
}

function moduleNode(kind: string, reg: string): string {
  return `module-${kind} { compatible = "multiboot,${kind}", "multiboot,module"; reg = <${reg}>; };`;
}

/** Where examples put a partial tree, and the path of its module. */
export const DTB_AT = "0x0 0x88000000 0x0 0x2000";
export const DTB_PATH = "/chosen/domU1/module-device-tree";
export const KERNEL_PATH = "/chosen/domU1/module-kernel";

/** What the passed-through MMC node of an example has. */
interface MmcParts {
  readonly reg?: string;
  readonly xenReg?: string;
  readonly xenPath?: string;
  readonly force?: boolean;
  readonly interrupts?: string;
  /** Further nodes of the partial tree's root. */
  readonly root?: string;
  /** Further properties of the MMC node. */
  readonly more?: string;
}

/** A partial tree that passes the board's MMC through, 1:1. */
export function partialTree(parts: MmcParts = {}): string {
  const path = parts.xenPath ?? 'xen,path = "/soc/mmc@10020000";';
  return `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	gic: gic { };
	passthrough {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		mmc@10020000 {
			compatible = "example,mmc";
			reg = <${parts.reg ?? "0x0 0x10020000 0x0 0x1000"}>;
			interrupt-parent = <&gic>;
			interrupts = <${parts.interrupts ?? "0 6 4"}>;${parts.more === undefined ? "" : ` ${parts.more}`}
			${parts.xenReg === "" ? "" : `xen,reg = <${parts.xenReg ?? "0x0 0x10020000 0x0 0x1000 0x0 0x10020000"}>;`}
			${path}
			${parts.force === false ? "" : "xen,force-assign-without-iommu;"}
		};
	};
	${parts.root ?? ""}
};
`;
}

/** An example of the board with domains and nothing else. */
export function example(domains: string, parts: BoardParts = {}, extras: ExampleExtras = {}): LayoutExample {
  return { host: board(domains, parts), modules: {}, ...extras };
}

/** An example in which domU1 gets the MMC. */
export function passthroughExample(
  mmc: MmcParts = {},
  domainParts: DomainParts = {},
  parts: BoardParts = {},
  extras: ExampleExtras = {},
): LayoutExample {
  return {
    host: board(domain({ dtb: DTB_AT, ...domainParts }), parts),
    modules: { [DTB_PATH]: partialTree(mmc) },
    ...extras,
  };
}

/** Overlays that are device trees. */
export const overlaySources: readonly Buffer[] = [
  `/dts-v1/; /plugin/;
&{/chosen} { #address-cells = <2>; #size-cells = <2>;
  domU1 { compatible = "xen,domain"; cpus = <1>; memory = <0 0x40000>; direct-map; xen,static-mem = <0 0xa0000000 0 0x10000000>;
    a: evtchn-1 { compatible = "xen,evtchn-v1"; xen,evtchn = <10 &b>; }; b: evtchn-2 { xen,evtchn = <11 &a>; };
    module@84000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x84000000 0 0x1000000>; }; }; };
`,
  `/dts-v1/; /plugin/;
/ { fragment@0 { target-path = "/chosen"; __overlay__ { xen,xen-bootargs = "dom0_mem=512M"; }; }; };
`,
].map((text) => Buffer.from(text));

/** Commands of U-Boot, as ImageBuilder's boot.source has them. */
export const ubootScripts: readonly Buffer[] = [
  `setenv base 0xa0000000
fdt addr \${fdt_addr}
fdt resize 1024
fdt set /chosen \\#address-cells <0x2>
fdt set /chosen \\#size-cells <0x2>
fdt set /chosen xen,xen-bootargs "console=dtuart dom0_mem=1G"
fdt mknod /chosen domU2
fdt set /chosen/domU2 compatible "xen,domain"
fdt set /chosen/domU2 xen,static-mem <0 $base 0 0x1000>
fdt set /chosen/domU2 memory <0x0 0x20000>
fdt set /chosen/domU2 direct-map
fdt mknod /chosen/domU2 module@c000000
fdt set /chosen/domU2/module@c000000 compatible "multiboot,kernel" "multiboot,module"
fdt set /chosen/domU2/module@c000000 reg <0x0 0xc000000 0x0 0x24a0200>
fdt rm /chosen stdout-path
setenv fdt_high 0xffffffffffffffff
booti 0xe00000 - 0x10000000
`,
].map((text) => Buffer.from(text));

/** Configurations of ImageBuilder. */
export const imagebuilderConfigs: readonly Buffer[] = [
  `MEMORY_START="0x40000000"
MEMORY_END="0x80000000"
DEVICE_TREE="host.dtb"
XEN="xen"
XEN_CMD='console=dtuart dom0_mem=1G'
DOM0_KERNEL="Image"
NUM_DOMUS=2
DOMU_KERNEL[0]="Image"
DOMU_RAMDISK[0]=rd.gz
DOMU_MEM[0]=512
DOMU_VCPUS[0]=2
DOMU_STATIC_MEM[0]="0xa0000000 0x10000000"
DOMU_DIRECT_MAP[0]=1
DOMU_PASSTHROUGH_PATHS[0]="/soc/mmc@1000 /uart@9000000"
DOMU_KERNEL[1]=Image
UBOOT_SOURCE="boot.source"
`,
].map((text) => Buffer.from(text));

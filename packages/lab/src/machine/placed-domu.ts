import { qemuText } from "./qemu.ts";

/** A machine that Xen makes a domU on, without Dom0. */
export interface PlacedDomU {
  /** The host's device tree with the domain in it, as a file. */
  readonly dtb: string;
  /** Files and where the boot loader puts them. */
  readonly loads: readonly { readonly file: string; readonly at: bigint }[];
}

/** What a Linux domU is made of. */
export interface DomUFiles {
  /** Path of its Image. */
  readonly kernel: string;
  /** Path of its initramfs. */
  readonly initramfs: string;
  /** Linux' command line. */
  readonly bootargs: string;
  /** How many of QEMU's virtio devices are its own: the first ones. */
  readonly devices: number;
  /** Folder for what boots it; it stays as long as the machine runs. */
  readonly folder: string;
}

/** A domU with its place. */
export interface PlannedDomU {
  /** What the machine boots. */
  readonly placed: PlacedDomU;
  /** How the domain that Xen made, by its console, differs from the planned one; "": not at all. */
  difference(console: string): string;
}

/** QEMU's arguments that put it there. Xen's command line is in the tree. */
export function domUArguments({ dtb, loads }: PlacedDomU): string[] {
  const loaders = loads.flatMap(({ file, at }) => {
    return ["-device", `loader,file=${qemuText(file)},addr=0x${at.toString(16)},force-raw=on`];
  });
  return ["-dtb", dtb, ...loaders];
}

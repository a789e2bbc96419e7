import { type HostDevice, type HostPlatform, readDevice } from "../model/host.ts";
import { hasNoInterrupts, isPciBridge } from "../model/pci-bridge.ts";
import type { BusMaster } from "../model/protection-windows.ts";
import { type DmaReach, dmaReach } from "../reach/dma-reach.ts";
import { type AddressRange, pagesOf, rangeText } from "../terms/address-range.ts";
import { registersOf } from "../tree/bus-address.ts";
import { type DtNode, nodeAt, walk } from "../tree/device-tree.ts";
import type { WantedDomain } from "./plan-request.ts";

/** A device that a domain is to get, with the nodes below it. */
export interface WantedDevice {
  readonly domain: WantedDomain;
  readonly device: HostDevice;
  /** Nodes with registers of their own: the device first, then what lies below it. */
  readonly nodes: readonly HostDevice[];
  /** An IOMMU that Xen drives stands in front of it. */
  readonly protected: boolean;
  /** What its DMA reaches. */
  readonly reach: DmaReach;
}

/** Devices of all domains, and what makes the request impossible whatever the memory is. */
export function wantedDevices(
  host: HostPlatform,
  domains: readonly WantedDomain[],
  masters: readonly BusMaster[],
  force: boolean,
): { devices: WantedDevice[]; conflicts: string[] } {
  const devices: WantedDevice[] = [];
  const conflicts: string[] = [];
  for (const domain of domains) {
    for (const path of domain.devices) {
      const node = nodeAt(host.tree, path);
      const problem = node === null ? `no node of the host tree is ${path}` : unfit(host, node, force);
      if (node === null || problem !== null) {
        conflicts.push(`${domain.name} wants ${path}, but ${problem}.`);
      } else {
        devices.push(wantedDevice(host, domain, node, masters));
      }
    }
  }
  return { devices, conflicts: [...conflicts, ...clashes(host, devices)] };
}

function unfit(host: HostPlatform, node: DtNode, force: boolean): string | null {
  if (node === host.gic?.node) return "it is the interrupt controller, which Xen keeps";
  if (node === host.uart?.node) return "it is the UART that Xen uses (stdout-path or dtuart=)";
  if (host.iommus.includes(node)) return "it is an IOMMU, which Xen keeps";
  const own = [...walk(node)].flatMap(registersOf);
  if (!own.some((range) => range !== null && range.size > 0n)) {
    return "it has no registers that the CPU can address: it hangs on a bus whose controller must be passed through instead";
  }
  const device = readDevice(node, host);
  if (device.locals.length > 0) {
    return `its interrupt ${device.locals[0]} belongs to one CPU: Xen routes only SPIs, and stops at others`;
  }
  if (isPciBridge(node) && !force && hasNoInterrupts(device, host)) {
    return "it is a PCI host bridge whose devices would have no interrupt at all: Xen routes a node's own interrupts, never its interrupt-map, and gives a domU no ITS (--force plans it all the same)";
  }
  return null;
}

function wantedDevice(
  host: HostPlatform,
  domain: WantedDomain,
  node: DtNode,
  masters: readonly BusMaster[],
): WantedDevice {
  const nodes = [...walk(node)]
    .map((below) => readDevice(below, host))
    .filter(({ registers }) => registers.length > 0);
  const device = readDevice(node, host);
  const isProtected = host.iommus.length > 0 && node.properties.has("iommus");
  return { domain, device, nodes, protected: isProtected, reach: dmaReach(device, masters) };
}

/** Pages and interrupts that two domains want. */
function clashes(host: HostPlatform, devices: readonly WantedDevice[]): string[] {
  const result: string[] = [];
  devices.forEach((a, i) => {
    for (const b of devices.slice(i + 1)) {
      const both = `${a.domain.name} wants ${a.device.node.path} and ${b.domain.name} wants ${b.device.node.path}`;
      if (a.device.node === b.device.node) {
        result.push(`${both}: a device goes to one domain, once.`);
        continue;
      }
      if (a.domain === b.domain) continue;
      const page = sharedPage(pages(a), pages(b));
      if (page !== null) result.push(`${both}: both have registers in the pages ${rangeText(page)}.`);
      const spi = spisOf(a).find((number) => spisOf(b).includes(number));
      if (spi !== undefined) result.push(`${both}: both use interrupt ${spi} (SPI ${spi - 32}).`);
    }
    const { uart } = host;
    if (uart?.spi != null && spisOf(a).includes(uart.spi)) {
      const what = `${a.domain.name} wants ${a.device.node.path}`;
      result.push(`${what}, whose interrupt ${uart.spi} Xen uses for its UART ${uart.node.path}.`);
    }
  });
  return result;
}

function spisOf(device: WantedDevice): number[] {
  return device.nodes.flatMap(({ spis }) => spis);
}

function pages(device: WantedDevice): AddressRange[] {
  return device.nodes.flatMap(({ registers }) => registers.map(pagesOf));
}

function sharedPage(a: readonly AddressRange[], b: readonly AddressRange[]): AddressRange | null {
  for (const left of a) {
    for (const right of b) {
      if (left.start < right.start + right.size && right.start < left.start + left.size) return left;
    }
  }
  return null;
}

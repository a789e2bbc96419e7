import { MASTERS_MAX, RANGES_MAX } from "../limits.ts";
import type { AddressRange } from "../terms/address-range.ts";
import { parseSize } from "../terms/address-range.ts";

/** A window that a protection unit (NXP xRDC, Xilinx XMPU/XPPU) opens for a bus master. */
interface ProtectionWindow extends AddressRange {
  readonly name: string | null;
  readonly write: boolean;
}

/** What a bus master may reach, beyond what the device tree says. */
export interface BusMaster {
  /** Path of the host's node. */
  readonly path: string;
  /** False: the device does no DMA of its own. */
  readonly dma: boolean;
  /** Width of the addresses that it (or its driver) can form; null: not restricted. */
  readonly bits: number | null;
  /** Null: no protection unit in front of it. */
  readonly windows: readonly ProtectionWindow[] | null;
}

/** A file of bus masters that cannot be read. */
export class BusMasterError extends Error {
  override readonly name = "BusMasterError";
}

/**
 * Reads `{"version":1,"masters":[{"path":"/soc/mmc@4005d000","dma_bits":32,
 * "windows":[{"start":"0x80000000","size":"256M","access":"rw","name":"xrdc 3"}]}]}`. Throws BusMasterError.
 */
export function parseBusMasters(text: string): BusMaster[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BusMasterError(`no JSON: ${error instanceof Error ? error.message : "syntax error"}`);
  }
  const masters = member(value, "masters");
  if (!Array.isArray(masters)) throw new BusMasterError('"masters" must be a list');
  if (masters.length > MASTERS_MAX) throw new BusMasterError(`more than ${MASTERS_MAX} masters`);
  return masters.map((master, i) => readMaster(master, `masters[${i}]`));
}

function readMaster(value: unknown, where: string): BusMaster {
  const path = member(value, "path");
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw new BusMasterError(`${where}.path must be the full path of a host node`);
  }
  const bits = member(value, "dma_bits") ?? null;
  if (bits !== null && !(typeof bits === "number" && Number.isInteger(bits) && bits >= 1 && bits <= 64)) {
    throw new BusMasterError(`${where}.dma_bits must be a number from 1 to 64`);
  }
  const dma = member(value, "dma") ?? true;
  if (typeof dma !== "boolean") throw new BusMasterError(`${where}.dma must be true or false`);
  const windows = member(value, "windows") ?? null;
  if (windows !== null && (!Array.isArray(windows) || windows.length > RANGES_MAX)) {
    throw new BusMasterError(`${where}.windows must be a list`);
  }
  return {
    path,
    dma,
    bits: bits as number | null,
    windows:
      windows === null ? null : windows.map((window, i) => readWindow(window, `${where}.windows[${i}]`)),
  };
}

function readWindow(value: unknown, where: string): ProtectionWindow {
  const start = parseSize(String(member(value, "start") ?? ""));
  const size = parseSize(String(member(value, "size") ?? ""));
  if (start === null || size === null || size === 0n || start + size > 1n << 64n) {
    throw new BusMasterError(`${where} needs "start" and "size" ("0x80000000", "256M")`);
  }
  const access = member(value, "access") ?? "rw";
  if (access !== "rw" && access !== "r") throw new BusMasterError(`${where}.access must be "rw" or "r"`);
  const name = member(value, "name");
  return { start, size, write: access === "rw", name: typeof name === "string" ? name : null };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

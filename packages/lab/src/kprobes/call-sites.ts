import { branchOffset, constantArgument, isCall } from "./arm64-code.ts";
import { ElfObject, type ElfSymbol, STT_FUNC } from "./elf-object.ts";
import { kernelBase } from "./kernel-image.ts";
import { functionAt, type KernelSymbols } from "./kernel-symbols.ts";

/** Functions through which Linux on Arm enters Xen for what a capture records. */
export const hypercallFunctions = [
  "HYPERVISOR_memory_op",
  "HYPERVISOR_grant_table_op",
  "privcmd_call",
] as const;
export type HypercallFunction = (typeof hypercallFunctions)[number];

/** A branch to a function that someone asked for. */
export interface CallSite {
  readonly target: string;
  /** The function that holds it, and the branch's place in it, in bytes. */
  readonly symbol: string;
  readonly offset: number;
  /** The module that holds it; null: the kernel itself. */
  readonly module: string | null;
  /** Address in the running kernel; null in modules. */
  readonly address: bigint | null;
  /** A plain branch: the function returns to this one's caller. */
  readonly tail: boolean;
  /** In code that is thrown away after boot or load. */
  readonly init: boolean;
  /** The constant passed first, where it is known to be one. */
  readonly constant: number | null;
}

/** A module's plain file. */
export interface ModuleFile {
  readonly name: string;
  readonly content: Buffer;
}

const INSTRUCTION_BYTES = 4;
const R_AARCH64_JUMP26 = 282;
const R_AARCH64_CALL26 = 283;

/** Every direct branch to one of `targets` in a kernel (its Image as it lies in memory), by address. */
export function kernelCallSites(
  image: Buffer,
  symbols: KernelSymbols,
  targets: readonly string[],
): CallSite[] {
  const { functions, addresses } = symbols;
  const base = kernelBase(image, symbols);
  const wanted = new Map<number, string>();
  for (const target of targets) {
    const address = addresses.get(target);
    if (address !== undefined) wanted.set(Number(address - base), target);
  }
  const offsetOf = (name: string, absent: number) => {
    const address = addresses.get(name);
    return address === undefined ? absent : Math.min(Number(address - base), image.length);
  };
  const initStart = offsetOf("_sinittext", 0);
  const initEnd = offsetOf("_einittext", 0);
  const found: CallSite[] = [];
  const scan = (start: number, end: number) => {
    for (let at = start; at + INSTRUCTION_BYTES <= end; at += INSTRUCTION_BYTES) {
      const instruction = image.readUInt32LE(at);
      const target = wanted.get(at + (branchOffset(instruction) ?? Number.NaN));
      if (target === undefined) continue;
      const address = base + BigInt(at);
      const index = functionAt(functions, address);
      if (index < 0) continue;
      const holder = functions[index];
      const first = Number(holder.address - base);
      const next = functions.find((one, i) => i > index && one.address > holder.address);
      const last = next === undefined ? end : Math.min(end, Number(next.address - base));
      found.push({
        target,
        symbol: holder.name,
        offset: at - first,
        module: null,
        address,
        tail: !isCall(instruction),
        init: at >= initStart && at < initEnd,
        constant: constantArgument(image, Math.max(0, first), last, at),
      });
    }
  };
  scan(0, offsetOf("_etext", image.length));
  scan(initStart, initEnd);
  return found;
}

/** Every direct branch to one of `targets`, functions outside it, in a module. Throws LabError for a corrupt file. */
export function moduleCallSites(module: ModuleFile, targets: readonly string[]): CallSite[] {
  const elf = new ElfObject(module.content, `${module.name}.ko`);
  const found: CallSite[] = [];
  elf.sections.forEach((section, index) => {
    const relocations = elf
      .relocationsOf(index)
      .filter(({ type }) => type === R_AARCH64_CALL26 || type === R_AARCH64_JUMP26)
      .filter(({ symbol }) => symbol.section === 0 && targets.includes(symbol.name));
    if (relocations.length === 0) return;
    const code = elf.contentOf(section);
    const functions = elf.symbols.filter((one) => one.type === STT_FUNC && one.section === index);
    for (const { offset, type, symbol } of relocations) {
      const holder = functions.find(({ value, size }) => offset >= value && offset < value + size);
      if (holder === undefined) continue;
      found.push({
        target: symbol.name,
        symbol: holder.name,
        offset: offset - holder.value,
        module: module.name.replaceAll("-", "_"),
        address: null,
        tail: type === R_AARCH64_JUMP26,
        init: section.name.startsWith(".init") || section.name.startsWith(".exit"),
        constant: constantOf(code, holder, offset),
      });
    }
  });
  return found.sort((a, b) => (a.symbol === b.symbol ? a.offset - b.offset : a.symbol < b.symbol ? -1 : 1));
}

function constantOf(code: Buffer, holder: ElfSymbol, call: number): number | null {
  const end = Math.min(code.length, holder.value + holder.size);
  return call < end ? constantArgument(code, holder.value, end, call) : null;
}

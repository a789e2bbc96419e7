import { LabError } from "../host/lab-error.ts";
import { CALL_SITES_MAX } from "../limits.ts";
import { branchOffset, constantArgument, isCall } from "./arm64-code.ts";
import { ElfObject, type ElfSymbol } from "./elf-object.ts";
import { kernelBase } from "./kernel-base.ts";
import { functionAt, type KernelSymbols } from "./kernel-symbols.ts";

/** Functions through which Linux on Arm enters Xen for what a capture records. */
export const hypercallFunctions = [
  "HYPERVISOR_memory_op",
  "HYPERVISOR_grant_table_op",
  "privcmd_call",
] as const;

/** A branch to a function that someone asked for. */
export interface CallSite {
  /** The function that is called: "HYPERVISOR_memory_op". */
  readonly target: string;
  /** The function that holds it, and the branch's place in it, in bytes. */
  readonly symbol: string;
  /** Bytes from the start of that function. */
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
  /** The module's name, with "_" for every "-". */
  readonly name: string;
  /** ELF, not compressed. */
  readonly content: Buffer;
}

const INSTRUCTION_BYTES = 4;
const R_AARCH64_JUMP26 = 282;
const R_AARCH64_CALL26 = 283;

/** Every direct branch to one of `targets` in a kernel (its Image as it lies in memory), by address. Throws LabError. */
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
    return address === undefined ? absent : inImage(image, address - base, name);
  };
  const textEnd = offsetOf("_etext", image.length);
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
      const first = inImage(image, holder.address - base, holder.name);
      // The holder is the last of those that begin where it does.
      const next = functions.at(index + 1);
      const last = next === undefined ? end : Math.min(end, Number(next.address - base));
      if (found.length === CALL_SITES_MAX) throw tooManyCalls("the kernel");
      found.push({
        target,
        symbol: holder.name,
        offset: at - first,
        module: null,
        address,
        tail: !isCall(instruction),
        init: at >= initStart && at < initEnd,
        constant: constantArgument(image, first, last, at),
      });
    }
  };
  scan(0, textEnd);
  scan(Math.max(textEnd, initStart), initEnd);
  return found;
}

/** A symbol's place in the Image, in bytes. Throws LabError where it has none. */
function inImage(image: Buffer, offset: bigint, name: string): number {
  if (offset >= 0n && offset <= BigInt(image.length)) return Number(offset);
  throw new LabError(
    `the Image and the symbol table are not of one build: ${name} would lie at byte ${offset} of an Image of ${image.length} bytes`,
  );
}

function tooManyCalls(what: string): LabError {
  return new LabError(`${what} holds more than ${CALL_SITES_MAX} calls of one kind: this is not Linux`);
}

/** Every direct branch to one of `targets`, functions outside it, in a module. Throws LabError for a corrupt file. */
export function moduleCallSites(module: ModuleFile, targets: readonly string[]): CallSite[] {
  const elf = new ElfObject(module.content, `${module.name}.ko`);
  const wanted = new Set(targets);
  const found: CallSite[] = [];
  let looked = 0;
  elf.sections.forEach((section, index) => {
    const relocations = elf
      .relocationsOf(index)
      .filter(({ type }) => type === R_AARCH64_CALL26 || type === R_AARCH64_JUMP26)
      .filter(({ symbol }) => symbol.section === 0 && wanted.has(symbol.name));
    looked += relocations.length;
    if (looked > CALL_SITES_MAX) throw tooManyCalls(`${module.name}.ko`);
    if (relocations.length === 0) return;
    const code = elf.contentOf(section);
    const functions = elf.functionsOf(index);
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

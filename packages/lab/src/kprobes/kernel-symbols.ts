import { LabError } from "../host/lab-error.ts";
import { KERNEL_SYMBOLS_MAX } from "../limits.ts";

/** A function of the kernel itself. */
interface KernelFunction {
  readonly address: bigint;
  readonly name: string;
}

/** A kernel's own symbols, without those of modules. */
export interface KernelSymbols {
  /** Text symbols, by address. */
  readonly functions: readonly KernelFunction[];
  /** Address of every name; of names that several symbols have, the first. */
  readonly addresses: ReadonlyMap<string, bigint>;
  /** Names that several text symbols have: a probe cannot tell which is meant. */
  readonly ambiguous: ReadonlySet<string>;
}

const LINE = /^([0-9a-f]{8,16}) ([A-Za-z]) (\S+)(\s+\[.*)?$/;
/** Longer lines are no symbol's: Linux's names have 512 characters at most (include/linux/kallsyms.h@L6.12). */
const LINE_BYTES_MAX = 1024;
const NEWLINE = 10;

/**
 * Reads /proc/kallsyms (as root: others see zeros) or a System.map. `name` is the file's, for errors. Throws LabError
 * where it holds no addresses: Debian's System.map is a note that the real one is in another package.
 */
export function readKernelSymbols(table: Buffer, name: string): KernelSymbols {
  const functions: KernelFunction[] = [];
  const addresses = new Map<string, bigint>();
  const ambiguous = new Set<string>();
  const seen = new Set<string>();
  for (const line of linesOf(table)) {
    const match = LINE.exec(line);
    if (match === null || match[4] !== undefined) continue;
    if (addresses.size === KERNEL_SYMBOLS_MAX || functions.length === KERNEL_SYMBOLS_MAX)
      throw new LabError(`${name}: more than ${KERNEL_SYMBOLS_MAX} symbols: this is not a kernel's`);
    const address = BigInt(`0x${match[1]}`);
    if (!addresses.has(match[3])) addresses.set(match[3], address);
    if (!/[tTwW]/.test(match[2])) continue;
    if (seen.has(match[3])) ambiguous.add(match[3]);
    seen.add(match[3]);
    functions.push({ address, name: match[3] });
  }
  if (functions.every(({ address }) => address === 0n)) {
    const advice = "copy /proc/kallsyms of the running kernel, read as root";
    throw new LabError(`${name}: no symbol table of a kernel (no address of a function): ${advice}`);
  }
  functions.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { functions, addresses, ambiguous };
}

/** Lines that may be a symbol's, one at a time: a table as one text, cut into all its lines, is many times its size. */
function* linesOf(table: Buffer): Generator<string> {
  for (let start = 0; start < table.length; ) {
    const newline = table.indexOf(NEWLINE, start);
    const end = newline < 0 ? table.length : newline;
    if (end - start <= LINE_BYTES_MAX) yield table.toString("latin1", start, end);
    start = end + 1;
  }
}

/** Index of the function that holds an address: the last one that begins at or before it; -1 where there is none. */
export function functionAt(functions: readonly KernelFunction[], address: bigint): number {
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (functions[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

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
  /** The addresses are those of a running kernel; otherwise they count from a place that only the Image itself knows. */
  readonly arePlaced: boolean;
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
  const symbols = kernelSymbols(symbolLines(table), name);
  if (symbols.functions.every(({ address }) => address === 0n)) {
    const advice = "copy /proc/kallsyms of the running kernel, read as root";
    throw new LabError(`${name}: no symbol table of a kernel (no address of a function): ${advice}`);
  }
  return symbols;
}

/** A symbol of the kernel itself. */
export interface SymbolLine {
  readonly address: bigint;
  /** A letter as nm prints it: t and T are code. */
  readonly type: string;
  readonly name: string;
}

/** Puts a kernel's symbols in order. `name` is the file's, for errors. Throws LabError where they are too many. */
export function kernelSymbols(lines: Iterable<SymbolLine>, name: string): KernelSymbols {
  const functions: KernelFunction[] = [];
  const addresses = new Map<string, bigint>();
  const ambiguous = new Set<string>();
  const seen = new Set<string>();
  for (const { address, type, name: symbol } of lines) {
    if (addresses.size === KERNEL_SYMBOLS_MAX || functions.length === KERNEL_SYMBOLS_MAX)
      throw new LabError(`${name}: more than ${KERNEL_SYMBOLS_MAX} symbols: this is not a kernel's`);
    if (!addresses.has(symbol)) addresses.set(symbol, address);
    if (!/[tTwW]/.test(type)) continue;
    if (seen.has(symbol)) ambiguous.add(symbol);
    seen.add(symbol);
    functions.push({ address, name: symbol });
  }
  functions.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { functions, addresses, ambiguous, arePlaced: true };
}

function* symbolLines(table: Buffer): Generator<SymbolLine> {
  for (const line of linesOf(table)) {
    const match = LINE.exec(line);
    if (match === null || match[4] !== undefined) continue;
    yield { address: BigInt(`0x${match[1]}`), type: match[2], name: match[3] };
  }
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

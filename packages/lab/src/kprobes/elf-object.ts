import { LabError } from "../host/lab-error.ts";
import { SYMBOL_NAME_MAX } from "../limits.ts";

/** A section of a relocatable ELF file. */
interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the symbol table (relocations) or of the names (symbol tables). */
  readonly link: number;
  /** Index of the section that relocations apply to. */
  readonly info: number;
}

/** A symbol. */
export interface ElfSymbol {
  /** Empty for a section's own symbol. */
  readonly name: string;
  /** STT_FUNC and its like. */
  readonly type: number;
  /** Index of the section that it lies in. */
  readonly section: number;
  /** Bytes from that section's start. */
  readonly value: number;
  /** Bytes; 0: not said. */
  readonly size: number;
}

/** A relocation of a section: the symbol that the place at `offset` refers to. */
interface ElfRelocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
}

const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const SHT_NOBITS = 8;
const STT_FUNC = 2;
const EM_AARCH64 = 183;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELA_BYTES = 24;

/** A kernel module's file: 64-bit little-endian ELF for arm64 (System V ABI, chapters 4 and 5). */
export class ElfObject {
  /** By index, which other parts of the file name them by. */
  readonly sections: readonly ElfSection[];
  /** By index, which relocations name them by. */
  readonly symbols: readonly ElfSymbol[];
  /** Sections of relocations and functions, by the index of the section that they belong to. */
  private readonly relocations: ReadonlyMap<number, readonly ElfSection[]>;
  private readonly functions: ReadonlyMap<number, readonly ElfSymbol[]>;
  private readonly file: Buffer;
  private readonly name: string;

  /** Reads the tables. Throws LabError where the file is no such object or cut. */
  constructor(file: Buffer, name: string) {
    this.file = file;
    this.name = name;
    const isElf = file.length >= HEADER_BYTES && file.readUInt32BE(0) === 0x7f454c46;
    if (!isElf || file[4] !== 2 || file[5] !== 1 || file.readUInt16LE(18) !== EM_AARCH64)
      throw new LabError(`${name}: no arm64 ELF file`);
    this.sections = this.readSections();
    const table = this.sections.find(({ type }) => type === SHT_SYMTAB);
    this.symbols = table === undefined ? [] : this.readSymbols(table);
    const relocations = this.sections.filter(({ type }) => type === SHT_RELA);
    if (relocations.reduce((sum, { size }) => sum + size, 0) > file.length)
      throw this.corrupt(relocations[0].offset, "its relocations overlap");
    this.relocations = groupBy(relocations, ({ info }) => info);
    const functions = this.symbols.filter(({ type }) => type === STT_FUNC);
    this.functions = groupBy(functions, ({ section }) => section);
  }

  /** The bytes of a section; none for one without content. */
  contentOf(section: ElfSection): Buffer {
    return section.type === SHT_NOBITS ? Buffer.alloc(0) : this.slice(section.offset, section.size);
  }

  /** Relocations of a section, by its index. */
  relocationsOf(index: number): ElfRelocation[] {
    const found: ElfRelocation[] = [];
    for (const section of this.relocations.get(index) ?? []) {
      const table = this.contentOf(section);
      for (let at = 0; at + RELA_BYTES <= table.length; at += RELA_BYTES) {
        const symbol = this.symbols[table.readUInt32LE(at + 12)];
        if (symbol === undefined)
          throw this.corrupt(section.offset + at, "a relocation names a symbol that is none");
        found.push({
          offset: this.number(table, at, section.offset),
          type: table.readUInt32LE(at + 8),
          symbol,
        });
      }
    }
    return found;
  }

  /** Functions of a section, by its index. */
  functionsOf(index: number): readonly ElfSymbol[] {
    return this.functions.get(index) ?? [];
  }

  private readSections(): ElfSection[] {
    const at = this.number(this.file, 0x28, 0);
    const count = this.file.readUInt16LE(0x3c);
    const names = this.file.readUInt16LE(0x3e);
    const table = this.slice(at, count * SECTION_BYTES);
    const raw = Array.from({ length: count }, (_, index) => {
      const start = index * SECTION_BYTES;
      return {
        nameAt: table.readUInt32LE(start),
        type: table.readUInt32LE(start + 4),
        offset: this.number(table, start + 24, at),
        size: this.number(table, start + 32, at),
        link: table.readUInt32LE(start + 40),
        info: table.readUInt32LE(start + 44),
      };
    });
    const texts = raw[names];
    if (texts === undefined) throw this.corrupt(0x3e, "its section names are missing");
    const text = this.slice(texts.offset, texts.size);
    return raw.map(({ nameAt, ...section }) => ({ ...section, name: textAt(text, nameAt) }));
  }

  private readSymbols(section: ElfSection): ElfSymbol[] {
    const table = this.contentOf(section);
    const names = this.sections[section.link];
    if (names === undefined) throw this.corrupt(section.offset, "its symbol names are missing");
    const text = this.contentOf(names);
    return Array.from({ length: Math.floor(table.length / SYMBOL_BYTES) }, (_, index) => {
      const at = index * SYMBOL_BYTES;
      return {
        name: textAt(text, table.readUInt32LE(at)),
        type: table[at + 4] & 0xf,
        section: table.readUInt16LE(at + 6),
        value: this.number(table, at + 8, section.offset),
        size: this.number(table, at + 16, section.offset),
      };
    });
  }

  private slice(offset: number, size: number): Buffer {
    if (offset + size > this.file.length)
      throw this.corrupt(offset, `it ends at byte ${this.file.length}, ${size} bytes are said to follow`);
    return this.file.subarray(offset, offset + size);
  }

  /** A 64-bit offset or size. */
  private number(from: Buffer, at: number, base: number): number {
    const value = from.readBigUInt64LE(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.corrupt(base + at, "an offset beyond any file");
    return Number(value);
  }

  private corrupt(at: number, what: string): LabError {
    return new LabError(`${this.name}: corrupt ELF file at byte ${at}: ${what}`);
  }
}

/** A name, or as much of it as names may have: many may point into one long text. */
function textAt(text: Buffer, at: number): string {
  const name = text.subarray(at, at + SYMBOL_NAME_MAX);
  const end = name.indexOf(0);
  return name.toString("latin1", 0, end < 0 ? name.length : end);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

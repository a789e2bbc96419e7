/** Small kernels and modules, made by hand for tests. */

const RELOCATION_CALL = 283;

/** arm64 instructions. */
export const code = {
  nop: 0xd503201f,
  ret: 0xd65f03c0,
  /** MOVZ w0, #value */
  movToW0: (value: number) => (0x52800000 | (value << 5)) >>> 0,
  /** MOV x0, x19 */
  copyToX0: 0xaa1303e0,
  call: (bytes: number) => (0x94000000 | ((bytes >> 2) & 0x3ffffff)) >>> 0,
  jump: (bytes: number) => (0x14000000 | ((bytes >> 2) & 0x3ffffff)) >>> 0,
  /** CBZ x1 */
  jumpIfZero: (bytes: number) => (0xb4000001 | (((bytes >> 2) & 0x7ffff) << 5)) >>> 0,
} as const;

/** A function: its instructions; a name in their place is a call of that function, `b NAME` a jump to it. */
export interface TestFunction {
  readonly name: string;
  readonly body: readonly (number | string)[];
  readonly init?: boolean;
}

const TEXT_AT = 0x1000;
export const TEST_BASE = 0xffff800008000000n;

/** An Image with these functions, one after another, and its symbol table. */
export function testKernel(functions: readonly TestFunction[]): { image: Buffer; symbols: string } {
  const places = new Map<string, number>();
  let at = TEXT_AT;
  const ordered = [...functions].sort((a, b) => Number(a.init ?? false) - Number(b.init ?? false));
  const firstInit = ordered.findIndex(({ init }) => init);
  let initAt = 0;
  for (const [index, { name, body }] of ordered.entries()) {
    if (index === firstInit) initAt = at;
    places.set(name, at);
    at += 4 * body.length;
  }
  if (firstInit < 0) initAt = at;
  const image = Buffer.alloc(at + 64);
  image.write("ARMd", 56, "latin1");
  // The first code is a branch to the entry, behind two bytes that make the file an EFI program.
  image.writeUInt32LE(code.nop, 0);
  image.writeUInt32LE(code.jump(TEXT_AT - 4), 4);
  for (const { name, body } of ordered) {
    body.forEach((word, i) => {
      const from = (places.get(name) ?? 0) + 4 * i;
      image.writeUInt32LE(typeof word === "number" ? word : branchTo(word, from, places), from);
    });
  }
  const line = (offset: number, kind: string, name: string) =>
    `${(TEST_BASE + BigInt(offset)).toString(16)} ${kind} ${name}\n`;
  const symbols = [
    line(TEXT_AT, "T", "primary_entry"),
    line(initAt, "T", "_etext"),
    line(initAt, "T", "_sinittext"),
    line(at, "T", "_einittext"),
    ...[...places].map(([name, offset]) => line(offset, "T", name)),
  ];
  return { image, symbols: symbols.join("") };
}

function branchTo(word: string, from: number, places: ReadonlyMap<string, number>): number {
  const isJump = word.startsWith("b ");
  const offset = (places.get(isJump ? word.slice(2) : word) ?? 0) - from;
  return isJump ? code.jump(offset) : code.call(offset);
}

/** A module's ELF file with one function in .text that calls `callee` at instruction `at`, by so many relocations. */
export function testModule(
  name: string,
  body: readonly number[],
  callee: string,
  at: number,
  calls = 1,
): Buffer {
  const text = Buffer.alloc(4 * body.length);
  body.forEach((word, i) => {
    text.writeUInt32LE(word, 4 * i);
  });
  const names = `\0${name}\0${callee}\0`;
  const strings = Buffer.from(names, "latin1");
  const symbols = Buffer.alloc(3 * 24);
  symbol(symbols, 24, 1, 2, 1, text.length);
  symbol(symbols, 48, 2 + name.length, 0, 0, 0);
  const relocations = Buffer.alloc(24);
  relocations.writeBigUInt64LE(BigInt(4 * at), 0);
  relocations.writeUInt32LE(RELOCATION_CALL, 8);
  relocations.writeUInt32LE(2, 12);
  const sectionNames = Buffer.from("\0.text\0.rela.text\0.symtab\0.strtab\0", "latin1");
  return elf(sectionNames, [
    { name: 1, type: 1, content: text, link: 0, info: 0 },
    {
      name: 7,
      type: 4,
      content: Buffer.concat(Array.from({ length: calls }, () => relocations)),
      link: 3,
      info: 1,
    },
    { name: 18, type: 2, content: symbols, link: 4, info: 0 },
    { name: 26, type: 3, content: Buffer.concat([strings, sectionNames]), link: 0, info: 0 },
  ]);
}

function symbol(table: Buffer, at: number, name: number, type: number, section: number, size: number): void {
  table.writeUInt32LE(name, at);
  table.writeUInt8(type, at + 4);
  table.writeUInt16LE(section, at + 6);
  table.writeBigUInt64LE(BigInt(size), at + 16);
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly content: Buffer;
  readonly link: number;
  readonly info: number;
}

/** The file itself; the sections' names are the last section. */
function elf(names: Buffer, sections: readonly Section[]): Buffer {
  const all = [...sections, { name: 0, type: 3, content: names, link: 0, info: 0 }];
  const head = Buffer.alloc(64);
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeUInt16LE(1, 16);
  head.writeUInt16LE(183, 18);
  const table = Buffer.alloc(64 * (all.length + 1));
  let at = 64;
  all.forEach(({ name, type, content, link, info }, i) => {
    const to = 64 * (i + 1);
    table.writeUInt32LE(name, to);
    table.writeUInt32LE(type, to + 4);
    table.writeBigUInt64LE(BigInt(at), to + 24);
    table.writeBigUInt64LE(BigInt(content.length), to + 32);
    table.writeUInt32LE(link, to + 40);
    table.writeUInt32LE(info, to + 44);
    at += content.length;
  });
  head.writeBigUInt64LE(BigInt(at), 0x28);
  head.writeUInt16LE(all.length + 1, 0x3c);
  head.writeUInt16LE(all.length, 0x3e);
  return Buffer.concat([head, ...all.map(({ content }) => content), table]);
}

import { PROPERTY_BYTES_MAX } from "../limits.ts";
import { readExpression, readLiteral } from "./dts-expression.ts";
import type { DtsScanner } from "./dts-scanner.ts";

/** A place in a value that a node's phandle or path fills once all nodes are known. */
export interface PendingReference {
  /** Label, or "/path". */
  readonly target: string;
  /** Byte offset of the cell; for a path: where its string begins. */
  readonly offset: number;
  readonly kind: "phandle" | "path";
  readonly line: ReturnType<DtsScanner["here"]>;
}

/** The bytes of a value, with what is still open in it. */
export interface DtsValue {
  readonly parts: Buffer[];
  readonly references: PendingReference[];
  length: number;
}

/** Reads what follows "=" up to, but without, the ";". */
export function readValue(scanner: DtsScanner): DtsValue {
  const value: DtsValue = { parts: [], references: [], length: 0 };
  do {
    skipLabels(scanner);
    readPart(scanner, value);
    skipLabels(scanner);
  } while (scanner.take(","));
  return value;
}

function skipLabels(scanner: DtsScanner): void {
  while (scanner.takeLabel() !== null);
}

function append(scanner: DtsScanner, value: DtsValue, data: Buffer): void {
  value.parts.push(data);
  value.length += data.length;
  if (value.length > PROPERTY_BYTES_MAX) scanner.fail(`a value of more than ${PROPERTY_BYTES_MAX} bytes`);
}

function readPart(scanner: DtsScanner, value: DtsValue): void {
  if (scanner.take('"')) {
    append(scanner, value, Buffer.concat([scanner.quoted('"'), Buffer.from([0])]));
  } else if (scanner.take("/bits/")) {
    const bits = Number(readLiteral(scanner));
    if (![8, 16, 32, 64].includes(bits)) scanner.fail(`/bits/ ${bits}: only 8, 16, 32 and 64 exist`);
    scanner.expect("<", "/bits/");
    readCells(scanner, value, bits);
  } else if (scanner.take("<")) {
    readCells(scanner, value, 32);
  } else if (scanner.take("[")) {
    readBytes(scanner, value);
  } else if (scanner.take("&")) {
    const line = scanner.here();
    value.references.push({ target: scanner.reference(), offset: value.length, kind: "path", line });
  } else if (scanner.take("/incbin/")) {
    scanner.fail("/incbin/ cannot be read", "compile the file with dtc and give the .dtb");
  } else {
    scanner.fail("a value is missing");
  }
}

function readCells(scanner: DtsScanner, value: DtsValue, bits: number): void {
  for (;;) {
    skipLabels(scanner);
    if (scanner.take(">")) return;
    if (scanner.peek() === "") scanner.fail("a < without its >");
    if (scanner.take("&")) {
      if (bits !== 32) scanner.fail("a reference in cells that are not 32 bits wide");
      const line = scanner.here();
      value.references.push({ target: scanner.reference(), offset: value.length, kind: "phandle", line });
      append(scanner, value, Buffer.alloc(4, 0xff));
      continue;
    }
    const number = scanner.take("(") ? readExpression(scanner) : readLiteral(scanner);
    // A negative 32-bit number is 64 bits of ones above; dtc lets it pass.
    if (bits < 64 && number >> BigInt(bits) !== 0n && BigInt.asIntN(64, number) < -(1n << BigInt(bits - 1))) {
      scanner.fail(`0x${number.toString(16)} does not fit ${bits} bits`);
    }
    if (bits < 64 && BigInt.asIntN(64, number) > 0n && number >> BigInt(bits) !== 0n) {
      scanner.fail(`0x${number.toString(16)} does not fit ${bits} bits`);
    }
    const hex = BigInt.asUintN(bits, number)
      .toString(16)
      .padStart(bits / 4, "0");
    append(scanner, value, Buffer.from(hex, "hex"));
  }
}

function readBytes(scanner: DtsScanner, value: DtsValue): void {
  for (;;) {
    skipLabels(scanner);
    if (scanner.take("]")) return;
    const word = scanner.word();
    if (word === "" || word.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(word)) {
      scanner.fail("bytes in [ ] are pairs of hex digits");
    }
    append(scanner, value, Buffer.from(word, "hex"));
  }
}

import { describe, JsonInteger } from "./json-integer.ts";

/** A member of a JSON document that is not as it should be. */
export class MemberError extends Error {
  override readonly name: string = "MemberError";
  /** Where: `domains[0].ram[1].count`; empty for the document itself. */
  readonly path: string;

  constructor(path: string, what: string) {
    super(path === "" ? what : `${path}: ${what}`);
    this.path = path;
  }
}

/** A JSON object with its place in the document: every complaint names the member. */
export class MemberReader {
  readonly path: string;
  private readonly members: Readonly<Record<string, unknown>>;

  /** Throws MemberError where the value is no object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new MemberError(path, `expected an object, not ${describe(value)}`);
    }
    this.members = value as Readonly<Record<string, unknown>>;
    this.path = path;
  }

  /** The member's path in the document. */
  pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    const value = this.members[name];
    return value !== undefined && value !== null;
  }

  raw(name: string): unknown {
    return this.members[name];
  }

  /** Throws with the member's path. */
  fail(name: string, what: string): never {
    throw new MemberError(this.pathOf(name), what);
  }

  /** An unsigned integer up to `max` that must be there. */
  integer(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    if (!this.has(name)) this.fail(name, "is missing");
    return integerOf(this.members[name], this.pathOf(name), max);
  }

  optionalInteger(name: string, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.has(name) ? this.integer(name, max) : undefined;
  }

  /** A signed integer: also "-0x40000000", or 64 bits in two's complement. */
  optionalSigned(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    const isMinus = typeof value === "string" && /^-0x/i.test(value);
    const integer = new JsonInteger();
    const wrong = integer.read(isMinus ? value.slice(1) : value, true);
    if (wrong !== null) this.fail(name, wrong);
    const number = isMinus ? -integer.number : integer.signedNumber;
    if (!Number.isSafeInteger(number)) this.fail(name, `${describe(value)} is beyond 2^53`);
    return number;
  }

  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== "string") this.fail(name, `expected a text, not ${describe(value)}`);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  optionalBoolean(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.members[name];
    if (typeof value !== "boolean") this.fail(name, `expected true or false, not ${describe(value)}`);
    return value;
  }

  /** A list of objects, each read by `read`. */
  objects<T>(name: string, read: (member: MemberReader) => T): readonly T[] {
    return this.list(name, (value, path) => read(new MemberReader(value, path)));
  }

  integers(name: string, max: number = Number.MAX_SAFE_INTEGER): readonly number[] {
    return this.list(name, (value, path) => integerOf(value, path, max));
  }

  list<T>(name: string, read: (value: unknown, path: string) => T): readonly T[] {
    const value = this.members[name];
    if (!Array.isArray(value)) this.fail(name, `expected a list, not ${describe(value)}`);
    return value.map((element, i) => read(element, `${this.pathOf(name)}[${i}]`));
  }
}

function integerOf(value: unknown, path: string, max: number): number {
  const integer = new JsonInteger();
  const wrong = integer.read(value, false);
  if (wrong !== null) throw new MemberError(path, wrong);
  if (integer.number > max) throw new MemberError(path, `${describe(value)} is above ${max}`);
  return integer.number;
}

import { describe, JsonInteger } from "../../json/json-integer.ts";

/** What is wrong with a line; the reader of the log adds the line's number. */
export class LineError extends Error {}

export type JsonObject = Readonly<Record<string, unknown>>;

export const INT32_MAX = 0x7fffffff;

/** Reads the members of a line that is at hand as an object; throws LineError with the member's name. */
export class LineMembers {
  /** The integer read last, as two words. */
  readonly integer = new JsonInteger();

  /** True where the member is there and not null; `integer` then holds it. */
  readInteger(object: JsonObject, name: string, signed = false): boolean {
    const value = object[name];
    if (value === undefined || value === null) return false;
    const wrong = this.integer.read(value, signed);
    if (wrong !== null) throw new LineError(`${name}: ${wrong}`);
    return true;
  }

  /** An unsigned integer up to `max`, or `absent` where it is not there. */
  small(object: JsonObject, name: string, max: number, absent: number): number {
    if (!this.readInteger(object, name)) return absent;
    const value = this.integer.number;
    if (value > max) throw new LineError(`${name}: ${describe(object[name])} is above ${max}`);
    return value;
  }

  /** As `small`; -1 stands for what was not recorded. */
  smallOrMinusOne(object: JsonObject, name: string): number {
    return object[name] === -1 ? -1 : this.small(object, name, INT32_MAX, -1);
  }

  /** Like `small`, for a member that must be there. */
  required(object: JsonObject, name: string, max: number): number {
    this.readRequired(object, name);
    return this.small(object, name, max, 0);
  }

  /** Reads a member that must be there into `integer`. */
  readRequired(object: JsonObject, name: string): void {
    if (!this.readInteger(object, name)) throw new LineError(`${name} is missing`);
  }

  /** A text, or null where it is not there. */
  text(object: JsonObject, name: string): string | null {
    const value = object[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== "string") throw new LineError(`${name}: expected a text, not ${describe(value)}`);
    return value;
  }

  /** One of some texts by name, or `absent`. */
  choice<T>(object: JsonObject, name: string, choices: ReadonlyMap<string, T>, absent: T | null): T {
    const text = this.text(object, name);
    const found = text === null ? absent : choices.get(text);
    if (found !== undefined && found !== null) return found;
    const expected = [...choices.keys()].filter((key) => key !== "").join(", ");
    if (text === null) throw new LineError(`${name} is missing: expected one of ${expected}`);
    throw new LineError(`${name}: ${describe(text)}: expected one of ${expected}`);
  }
}

/** The value as a JSON object; throws LineError where it is something else. */
export function asObject(value: unknown, name: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new LineError(`${name}: expected an object, not ${describe(value)}`);
}

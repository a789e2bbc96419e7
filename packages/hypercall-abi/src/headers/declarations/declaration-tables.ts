import type { AggregateType, EnumType, TypeUse } from "../expressions/c-types.ts";
import type { Value } from "../expressions/constant-value.ts";
import type { Token } from "../tokens/token.ts";

/** A name that `typedef` declares. */
interface TypedefEntry {
  readonly use: TypeUse;
  readonly at: Token;
  /** Declared by a header, not by the C library. */
  readonly own: boolean;
}

interface Enumerator {
  readonly value: Value;
  readonly at: Token;
}

/** A declaration that is not part of the model. */
interface SetAside {
  readonly name: string;
  readonly at: Token;
  readonly reason: string;
}

/** All that declarations have said so far. Changes can be taken back, so that a header can be tried and read later. */
export class DeclarationTables {
  readonly typedefs = new Map<string, TypedefEntry>();
  readonly tags = new Map<string, AggregateType | EnumType>();
  readonly enumerators = new Map<string, Enumerator>();
  /** Aggregates whose body was read, in that order. */
  readonly aggregates: AggregateType[] = [];
  readonly enums: EnumType[] = [];
  readonly setAside: SetAside[] = [];
  /** Given types that headers have used: one of them is not to be declared otherwise later. */
  private readonly usedGiven = new Set<string>();
  private readonly undo: (() => void)[] = [];

  constructor(library: ReadonlyMap<string, TypeUse>, at: Token) {
    for (const [name, use] of library) this.typedefs.set(name, { use, at, own: false });
  }

  /** Remembers that a header used a given type. */
  note(name: string): void {
    if (this.usedGiven.has(name)) return;
    this.usedGiven.add(name);
    this.undo.push(() => {
      this.usedGiven.delete(name);
    });
  }

  /** Whether a header used a type that is given under this name. */
  isNoted(name: string): boolean {
    return this.usedGiven.has(name);
  }

  set<V>(map: Map<string, V>, key: string, value: V): void {
    const before = map.get(key);
    this.undo.push(() => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    });
    map.set(key, value);
  }

  push<V>(list: V[], value: V): void {
    list.push(value);
    this.undo.push(() => {
      list.pop();
    });
  }

  /** Marks a body as read; taken back with the rest. */
  complete(type: AggregateType | EnumType): void {
    type.complete = true;
    this.undo.push(() => {
      type.complete = false;
    });
  }

  /** Where {@link restore} goes back to; earlier checkpoints are given up. */
  checkpoint(): number {
    this.undo.length = 0;
    return this.undo.length;
  }

  restore(to: number): void {
    for (const undo of this.undo.splice(to).reverse()) undo();
  }
}

import type { BasicTypes, FloatType, IntegerType, VoidType } from "../expressions/c-types.ts";

/** Words that a basic type is written with. */
export const typeKeywords: ReadonlySet<string> = new Set([
  "void",
  "char",
  "short",
  "int",
  "long",
  "signed",
  "__signed__",
  "unsigned",
  "float",
  "double",
  "_Bool",
]);

/** The type that a set of keywords means, in any order; undefined for a set that C does not know. */
export function combineKeywords(
  words: readonly string[],
  basic: BasicTypes,
): IntegerType | FloatType | VoidType | undefined {
  const count = (word: string): number => words.filter((w) => w === word).length;
  const signs = count("signed") + count("__signed__");
  const unsigned = count("unsigned");
  const longs = count("long");
  const rest = words.filter((w) => !/^(?:signed|__signed__|unsigned|long|int)$/.test(w));
  if (signs + unsigned > 1 || longs > 2 || rest.length > 1 || count("int") > 1) return undefined;
  const base = rest[0] ?? "int";
  const plain = signs + unsigned + longs + count("int") === 0;
  if (base === "void") return plain ? { kind: "void" } : undefined;
  if (base === "_Bool") return plain ? basic.byName.get("_Bool") : undefined;
  if (base === "float") return plain ? basic.float : undefined;
  if (base === "double")
    return signs + unsigned + count("int") > 0 || longs > 1
      ? undefined
      : longs === 1
        ? basic.longDouble
        : basic.double;
  if (base === "char") {
    if (longs > 0 || count("int") > 0) return undefined;
    return basic.byName.get(unsigned ? "unsigned char" : signs ? "signed char" : "char");
  }
  if (base === "short" && longs > 0) return undefined;
  const name = base === "short" ? "short" : longs === 2 ? "long long" : longs === 1 ? "long" : "int";
  return basic.byName.get(unsigned ? `unsigned ${name}` : name);
}

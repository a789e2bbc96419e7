/** A type of Rust as C declares a member of it. */
export interface CDeclaration {
  /** What stands before the name. */
  readonly type: string;
  /** What stands behind it: dimensions. */
  readonly suffix: string;
  /** Rust names of structs that must be complete before it. */
  readonly needs: readonly string[];
}

const PLAIN: ReadonlyMap<string, string> = new Map([
  ...[8, 16, 32, 64].flatMap((bits): [string, string][] => [
    [`u${bits}`, `uint${bits}_t`],
    [`i${bits}`, `int${bits}_t`],
    [`AtomicU${bits}`, `uint${bits}_t`],
    [`AtomicI${bits}`, `int${bits}_t`],
  ]),
  ["usize", "uintptr_t"],
  ["isize", "intptr_t"],
  ["bool", "_Bool"],
  ["c_char", "char"],
  ["c_schar", "signed char"],
  ["c_uchar", "unsigned char"],
  ["c_short", "short"],
  ["c_ushort", "unsigned short"],
  ["c_int", "int"],
  ["c_uint", "unsigned int"],
  ["c_long", "long"],
  ["c_ulong", "unsigned long"],
  ["c_longlong", "long long"],
  ["c_ulonglong", "unsigned long long"],
]);

/** Types that lie in memory as what they are made for does. */
const WRAPPERS = new Set([
  "MaybeUninit",
  "ManuallyDrop",
  "UnsafeCell",
  "Cell",
  "Wrapping",
  "Volatile",
  "ReadWrite",
]);
/** Types that are an address. */
const ADDRESSES = new Set(["Option", "NonNull", "Box", "AtomicPtr"]);
/** What bindgen and people write for an array without a length. */
const OPEN_ARRAYS = new Set(["__IncompleteArrayField"]);

/** The prefix of a Rust type's name in the C text: names of Xen's stay free for tags. */
export const RUST_PREFIX = "rs_";

/** Translates the type of a member; undefined for what takes no bytes. */
export function declarationOf(text: string): CDeclaration | undefined {
  const type = text.trim();
  if (type.startsWith("[")) return arrayOf(type);
  if (/^(?:\*|&|(?:unsafe\s+)?(?:extern\b|fn\b))/.test(type))
    return { type: "void *", suffix: "", needs: [] };
  const [, path, inner] = /^([\w:\s]+?)\s*(?:<([\s\S]*)>)?$/.exec(type) ?? [];
  if (path === undefined) return { type: `${RUST_PREFIX}unreadable`, suffix: "", needs: [] };
  const name = path.trim().split("::").at(-1)?.trim() ?? "";
  const plain = PLAIN.get(name);
  if (plain !== undefined) return { type: plain, suffix: "", needs: [] };
  if (name === "PhantomData" || name === "PhantomPinned") return undefined;
  if (inner !== undefined) {
    if (WRAPPERS.has(name)) return declarationOf(inner);
    if (ADDRESSES.has(name)) return { type: "void *", suffix: "", needs: [] };
    if (name === "__BindgenBitfieldUnit") return declarationOf(inner.split(/,(?![^[]*\])/)[0]);
    const of = OPEN_ARRAYS.has(name) ? declarationOf(inner) : undefined;
    if (of !== undefined) return { ...of, suffix: `[]${of.suffix}` };
  }
  return { type: `${RUST_PREFIX}${name}`, suffix: "", needs: [name] };
}

function arrayOf(type: string): CDeclaration | undefined {
  const inside = type.slice(1, -1);
  const at = inside.lastIndexOf(";");
  const of = declarationOf(inside.slice(0, at));
  return of && { ...of, suffix: `[${expressionOf(inside.slice(at + 1))}]${of.suffix}` };
}

/** A constant expression as C writes it: suffixes and casts of Rust taken off, as far as values of interfaces need it. */
export function expressionOf(text: string): string {
  return text
    .replace(
      /\b(0[xob][0-9a-fA-F_]+?|[0-9][0-9_]*)_*(?:[ui](?:8|16|32|64|size))?\b/g,
      (_, digits: string) => {
        const plain = digits.replaceAll("_", "");
        const value = plain.startsWith("0o") ? BigInt(plain) : undefined;
        return value === undefined ? plain : value.toString();
      },
    )
    .replace(/\bas\s+[\w:]+/g, "")
    .replace(/\b(?:core|std)?(?:::)?(?:mem::)?size_of::<([^>]*)>\(\)/g, (_, type: string) => {
      const of = declarationOf(type);
      return of === undefined ? "0" : `sizeof(${of.type}${of.suffix})`;
    })
    .replace(/\b[ui](8|16|32|64)::BITS\b/g, "$1")
    .replace(/\b[ui](8|16|32|64)::MAX\b/g, (all, bits: string) => {
      const width = BigInt(bits) - (all.startsWith("i") ? 1n : 0n);
      return `0x${((1n << width) - 1n).toString(16)}ULL`;
    })
    .replace(/!(?!=)/g, "~")
    .replace(/\s+/g, " ")
    .trim();
}

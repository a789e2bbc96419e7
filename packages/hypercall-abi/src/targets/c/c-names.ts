/** Words that C, or C++ where the header is included there, does not take for a name. */
const keywords: ReadonlySet<string> = new Set(
  "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local".split(
    " ",
  ),
);

/** Names that the header itself uses: a macro of this name would change it. */
export const cOwnWords: readonly string[] =
  "__asm__ __attribute__ __extension__ aligned packed defined int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t size_t offsetof INT64_C UINT64_C".split(
    " ",
  );

/** Xen's name, with `_` at the end where C or C++ has another use for it. */
export function cName(name: string): string {
  return keywords.has(name) ? `${name}_` : name;
}

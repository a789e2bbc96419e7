import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Headers of a few lines, one construct each: what a compiler makes of them is what a model has to say. */
export const constructs: ReadonlyMap<string, string> = new Map([
  ...reported(),
  ["plain", "struct t { char a; short b; int c; long d; long long e; };"],
  ["pointers", "struct t { void *a; const char *b[3]; int (*call)(int); struct t *next; };"],
  ["two_dimensions", "struct t { unsigned char a; unsigned short grid[2][3]; };"],
  ["flexible", "struct t { unsigned int n; unsigned long long tail[]; };"],
  ["flexible_zero", "struct t { unsigned char n; unsigned short tail[0]; };"],
  ["flexible_of_structs", "struct e { unsigned short a; }; struct t { unsigned int n; struct e tail[]; };"],
  ["flexible_of_unnamed", "struct t { unsigned int n; struct { unsigned short a, b; } tail[]; };"],
  ["empty", "struct t { }; struct u { unsigned int a; struct t nothing; };"],
  ["nested", "struct t { struct { unsigned char a; struct { unsigned int b; } in; } out; };"],
  [
    "unnamed_in_struct",
    "struct t { unsigned char a; struct { unsigned int b; unsigned char c; }; unsigned char d; };",
  ],
  [
    "unnamed_twice",
    "struct t { union { unsigned int a; unsigned char b[4]; }; union { unsigned int c; unsigned char d[4]; }; };",
  ],
  [
    "unnamed_in_union",
    "union t { struct { unsigned int a, b; }; struct { unsigned short c, d; }; unsigned long long e; };",
  ],
  [
    "unnamed_same_start",
    "union t { struct { unsigned int a; }; struct { unsigned int b; unsigned int c; }; };",
  ],
  [
    "unnamed_in_unnamed",
    "struct t { union { struct { unsigned int a; }; struct { unsigned int b; unsigned int c; }; }; unsigned int d; };",
  ],
  [
    "unnamed_padded",
    "struct t { union { struct { unsigned char a; unsigned int b; }; unsigned char c; }; unsigned char d; };",
  ],
  ["union_of_arrays", "union t { unsigned char a[5]; unsigned int b; unsigned short c[3]; };"],
  [
    "array_of_unnamed",
    "struct t { struct { unsigned char a; unsigned short b; } list[3]; unsigned char end; };",
  ],
  ["array_of_unions", "struct t { union { unsigned char a; unsigned int b; } list[2]; };"],
  ["pack1", "#pragma pack(1)\nstruct t { char a; int b; short c; long long d; };\n#pragma pack()"],
  [
    "pack4",
    "#pragma pack(push, 4)\nstruct t { char a; long long b; };\n#pragma pack(pop)\nstruct u { char a; long long b; };",
  ],
  [
    "pack2_aligned_member",
    "#pragma pack(2)\nstruct t { char a; int b __attribute__((aligned(8))); };\n#pragma pack()",
  ],
  ["packed", "struct t { char a; int b; struct { char c; int d; } e; } __attribute__((packed));"],
  [
    "bits_across_units",
    "struct t { unsigned int a : 31; unsigned int b : 2; unsigned char c; } __attribute__((packed));",
  ],
  [
    "bits_around_unnamed",
    "struct t { unsigned char a : 1; struct { unsigned char b : 2; unsigned char c : 6; }; unsigned int d : 24; };",
  ],
  [
    "constant_narrow",
    "typedef unsigned short domid_t; struct t { domid_t a; };\n#define SELF ((domid_t)0x7ff0)\n" +
      "#define ALL ((unsigned char)~0)\n#define LESS ((signed char)-1)\n#define YES ((_Bool)7)",
  ],
  [
    "enum_packed_untagged",
    "typedef enum __attribute__((packed)) { TA = 7 } one;\ntypedef enum { TB } four;\n" +
      "typedef enum {\n TC = -300\n} __attribute__((packed)) two; typedef two again;\n" +
      "struct t { one a; four b; two c[3]; again d; unsigned char e; enum { TD } __attribute__((packed)) f; };",
  ],
  ["packed_aligned", "struct t { char a; int b; } __attribute__((packed, aligned(2)));"],
  [
    "packed_aligned_member",
    "struct t { char a; int b __attribute__((aligned(4))); char c; } __attribute__((packed));",
  ],
  [
    "packed_inside",
    "struct p { char a; int b; } __attribute__((packed)); struct t { char c; struct p d; int e; };",
  ],
  ["packed_unnamed", "struct t { char a; struct { char b; int c; } __attribute__((packed)); int d; };"],
  ["aligned", "struct t { int a; } __attribute__((aligned(16)));"],
  ["aligned_member", "struct t { char a; char b __attribute__((aligned(8))); char c; };"],
  ["aligned_member_first", "struct t { char a __attribute__((aligned(16))); int b; };"],
  ["aligned_inside", "struct w { int a; } __attribute__((aligned(32))); struct t { char b; struct w c; };"],
  [
    "aligned_typedef",
    "typedef unsigned long long wide __attribute__((aligned(8))); struct t { unsigned int a; wide b; };",
  ],
  [
    "lowered_typedef",
    "typedef unsigned long long low __attribute__((aligned(4))); struct t { unsigned int a; low b; unsigned int c; };",
  ],
  [
    "lowered_in_packed",
    "typedef unsigned long long low __attribute__((aligned(4))); struct t { char a; low b; } __attribute__((packed));",
  ],
  [
    "raised_in_packed",
    "typedef unsigned int high __attribute__((aligned(8))); struct t { char a; high b; } __attribute__((packed));",
  ],
  [
    "lowered_then_raised",
    "typedef unsigned long long low __attribute__((aligned(2))); struct t { char a; low b __attribute__((aligned(4))); };",
  ],
  [
    "lowered_struct",
    "typedef struct { int a; } low __attribute__((aligned(2))); struct t { char a; low b; };",
  ],
  [
    "aligned_struct_in_packed",
    "struct w { int a; } __attribute__((aligned(8))); struct t { char b; struct w c; } __attribute__((packed));",
  ],
  ["aligned_array", "struct t { char a; unsigned short b[3] __attribute__((aligned(8))); char c; };"],
  [
    "aligned_union",
    "union t { char a; int b; } __attribute__((aligned(8))); struct u { char a; union t b; };",
  ],
  ["bits", "struct t { unsigned int a:3, b:5, :4, c:20; };"],
  ["bits_cross", "struct t { unsigned int a:20; unsigned int b:20; unsigned int c:1; };"],
  ["bits_then_byte", "struct t { unsigned int a:20; unsigned char b; };"],
  ["bits_byte_first", "struct t { unsigned char a; unsigned int b:20; unsigned int c:4; };"],
  ["bits_small", "struct t { unsigned char a:1, b:7; unsigned short c:9; };"],
  ["bits_wide", "struct t { unsigned long long a:33, b:31; unsigned int c; };"],
  [
    "bits_packed",
    "struct t { unsigned char a; unsigned int b:20; unsigned int c:12; unsigned char d; } __attribute__((packed));",
  ],
  ["bits_union", "union t { struct { unsigned int a:1, b:31; }; unsigned int whole; };"],
  ["bits_signed", "struct t { signed int a:3; int b:5; };"],
  ["bits_enum", "enum e { A, B, C }; struct t { enum e a:2; unsigned int b:30; };"],
  ["bits_bool", "struct t { _Bool a:1; _Bool b:1; unsigned char c; };"],
  ["enum_plain", "enum e { A, B = 5, C }; struct t { enum e a; unsigned char b; };"],
  ["enum_negative", "enum e { A = -1, B }; struct t { enum e a; };"],
  ["enum_packed", "enum e { A, B = 200 } __attribute__((packed)); struct t { enum e a; unsigned char b; };"],
  [
    "enum_packed_short",
    "enum __attribute__((__packed__)) e { A = -300, B }; struct t { enum e a; unsigned char b; };",
  ],
  ["enum_top", "enum e { A = 0x80000000 }; struct t { enum e a; };"],
  ["enum_unnamed", "enum { A = 7, B }; struct t { unsigned char a[B]; };"],
  ["enum_typedef", "typedef enum { A = 7, B } kind; struct t { kind a; kind list[2]; };"],
  ["typedef_struct", "typedef struct { unsigned int a; } t; struct u { t one; t two[2]; };"],
  ["typedef_array", "typedef unsigned char id[16]; struct t { id a; id list[2]; };"],
  ["typedef_chain", "typedef unsigned short a; typedef a b; typedef b c; struct t { c x; c y[2]; };"],
  ["tag_and_typedef", "typedef struct t { unsigned int a; } t; struct u { t b; };"],
  ["struct_and_union", "struct t { unsigned int a; }; union u { struct t a; unsigned char b[2]; };"],
  ["const_volatile", "struct t { const unsigned int a; volatile unsigned short b; const char c[2]; };"],
  [
    "array_of_handles",
    "typedef struct { unsigned char *p; } __guest_handle_uchar; struct t { __guest_handle_uchar a[2]; };",
  ],
  ["macro_shift", "#define N (1 << 3)\n#define M (N * 2 - 1)\nstruct t { unsigned char a[M]; };"],
  [
    "length_by_sizeof",
    "struct u { unsigned int a, b; }; struct t { unsigned char a[sizeof(struct u) / sizeof(int)]; };",
  ],
  [
    "length_by_choice",
    "#define N 3\nstruct t { unsigned char a[N > 2 ? 5 : 1]; unsigned char b[sizeof(long) == 8 ? 2 : 4]; };",
  ],
  [
    "length_by_offsetof",
    "struct u { char a; int b; }; struct t { unsigned char a[__builtin_offsetof(struct u, b)]; };",
  ],
  ["customary_linux", "struct t { u8 a; u16 b; __u32 c; s64 d; __le32 e; bool f; uint g; };"],
  ["customary_windows", "struct t { UINT8 a; ULONG b; ULONG_PTR c; CHAR8 d[4]; LONG64 e; BOOLEAN f; };"],
  ["aligned_u64", "struct t { u32 a; aligned_u64 b; };"],
  [
    "handle_64",
    "typedef union { void *p; unsigned long long q __attribute__((aligned(8))); } __guest_handle_64_void; struct t { unsigned int n; __guest_handle_64_void h; unsigned int m; };",
  ],
  [
    "aligned_macro",
    "#define uint64_aligned_t uint64_t __attribute__((aligned(8)))\nstruct t { uint32_t a; uint64_aligned_t b; };",
  ],
  ["aligned_macro_plain", "#define uint64_aligned_t uint64_t\nstruct t { uint32_t a; uint64_aligned_t b; };"],
  ["keywords", "struct t { unsigned int type, in, match, from, self, len; };"],
  [
    "own_names",
    "struct String { unsigned int Self; }; struct Object { unsigned int value; }; struct uint32 { unsigned int a; };",
  ],
  [
    "many_attributes",
    "struct __attribute__((packed)) t { char a; int b; } __attribute__((__aligned__(4), may_alias));",
  ],
  ["alignas", "struct t { char a; _Alignas(8) char b; };"],
  [
    "constants",
    "#define A 0x80000000\n#define B (-1)\n#define C 0xffffffffffffffffULL\n#define D 'x'\n#define E (1L << 31)\nstruct t { int a; };",
  ],
  ["string", '#define S "a\\tb\\\\\\"\\177\\x41\\001\\0?" "?=tail\\n"\nstruct t { int a; };'],
  ["long_arrays", "struct t { unsigned long a[2]; long b; };"],
  [
    "deep",
    "struct a { unsigned char x; }; struct b { struct a a[2]; unsigned int y; }; struct t { struct b b[2]; struct a z; };",
  ],
]);

function reported(): [string, string][] {
  const folder = new URL("fixtures/reports/", import.meta.url);
  const text = (path: string): string => readFileSync(fileURLToPath(new URL(path, folder)), "utf8").trimEnd();
  const small = readdirSync(new URL("c-constructs/", folder)).map((name): [string, string] => [
    name,
    text(`c-constructs/${name}/t.h`),
  ]);
  const others = [
    "handle-of-typedef/h.h",
    "self-macro/guard.h",
    "skipped-hashhash/regs.h",
    "string-escape/k.h",
    "x86_32-handle64/op.h",
    "pad-named/b/d.h",
  ];
  return [...small, ...others.map((path): [string, string] => [path.split("/")[0], text(path)])];
}

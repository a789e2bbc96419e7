import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type AuditReport,
  auditHeaders,
  auditRust,
  headerTreeOf,
  readHeaderTree,
  renderAudit,
} from "../src/index.ts";

/** A trimmed copy in the manner of those that projects keep: names and numbers of Xen's, text our own. */
function copyWith(changes: {
  readonly cpsr?: string;
  readonly domctl?: string;
  readonly more?: string;
}): string {
  return `
#define __XEN_LATEST_INTERFACE_VERSION__ 0x00040e00
#ifndef __XEN_INTERFACE_VERSION__
#define __XEN_INTERFACE_VERSION__ 0
#endif
typedef uint64_t xen_pfn_t;
typedef uint64_t xen_ulong_t;
typedef uint16_t domid_t;
typedef union { xen_pfn_t *p; uint64_t q __attribute__((aligned(8))); } __guest_handle_64_xen_pfn_t;
#define __HYPERVISOR_memory_op 12
#define __HYPERVISOR_sched_op 29
#if __XEN_INTERFACE_VERSION__ < 0x00030101
#undef __HYPERVISOR_sched_op
#define __HYPERVISOR_sched_op 6
#endif
#define XENMEM_populate_physmap 6
#define DOMID_SELF 0x7FF0U
struct xen_memory_reservation {
    __guest_handle_64_xen_pfn_t extent_start;
    xen_ulong_t nr_extents;
    unsigned int extent_order, mem_flags;
    domid_t domid;
};
struct vm_event_regs_arm {
    uint64_t ttbr0, ttbr1, ttbcr, pc;
    ${changes.cpsr ?? "uint64_t cpsr;"}
};
#ifdef __XEN_TOOLS__
#define XEN_DOMCTL_INTERFACE_VERSION ${changes.domctl ?? "0x15"}
#define XEN_SYSCTL_INTERFACE_VERSION 0x15
#endif
${changes.more ?? ""}
`;
}

const audit = (text: string) => auditHeaders(headerTreeOf("copy", [["xen.h", text]]), { arch: "arm64" });

describe("auditHeaders()", () => {
  test("a copy without drift names its release, and what a file gets that asks for no version", () => {
    const report = audit(copyWith({}));
    expect(report.nearest).toBe("4.17");
    expect(report.ranking[0]).toMatchObject({ xen: "4.17", different: 0, added: 0 });
    expect(report.drift).toEqual([]);
    expect(report.acceptedBy).toEqual(["4.17"]);
    expect(report.outside).toBeNull();
    expect(report.byDefault).toMatchObject({
      interfaceVersion: 0,
      latest: 0x40e00,
      hypercalls: [{ name: "__HYPERVISOR_sched_op", byDefault: 6, latest: 29 }],
    });
  });

  test("an old layout is traced to the releases that had it", () => {
    const report = audit(copyWith({ cpsr: "uint32_t cpsr; uint32_t _pad;" }));
    expect(report.nearest).toBe("4.17");
    const drift = report.drift.find((d) => d.change.name === "struct vm_event_regs_arm");
    expect(drift?.asIn).toEqual(["4.8", "4.9", "4.10", "4.11", "4.12", "4.13", "4.14", "4.15"]);
    expect(renderAudit(report, "text")).toContain("the copy's is that of 4.8 to 4.15");
  });

  test("a wrong value, a misspelling and an own addition", () => {
    const more =
      "#define XEN_ENOENT 3\n#define XENMEM_memory_exchang 11\n#define OUR_OWN 5\n#define XENMEM_maximum_ram_pages 2";
    const report = audit(copyWith({ more }));
    const said = report.drift.map((d) => [d.change.name, d.asIn.length, d.meant]);
    expect(said).toEqual([
      ["XEN_ENOENT", 0, undefined],
      ["OUR_OWN", 0, undefined],
      ["XENMEM_maximum_ram_pages", 0, "XENMEM_maximum_ram_page"],
      ["XENMEM_memory_exchang", 0, undefined],
    ]);
    const text = renderAudit(report, "text");
    expect(text).toContain(
      "XENMEM_maximum_ram_pages is in no release from 4.3 on; XENMEM_maximum_ram_page is",
    );
    expect(text).toContain("in no release from 4.3 on, 2: OUR_OWN, XENMEM_memory_exchang");
  });

  test("control versions that no release has together", () => {
    const report = audit(copyWith({ domctl: "0x13" }));
    expect(report.acceptedBy).toEqual([]);
    expect(renderAudit(report, "text")).toContain("no release accepts all control interfaces of the copy");
    expect(audit(copyWith({ domctl: "0x8" })).outside).toBe("older");
    expect(audit(copyWith({ domctl: "0x7fffffff" })).outside).toBe("newer");
  });

  test("a copy that cannot be read in full says so", () => {
    const report = audit(copyWith({ more: "struct broken { mystery_t a; };" }));
    expect(report.diagnostics).toBe(1);
    expect(report.unmodelled).toEqual(["xen.h:32: struct broken: unknown type 'mystery_t'"]);
    expect(JSON.parse(renderAudit(report, "json"))).toMatchObject({ nearest: "4.17" });
    expect(renderAudit(report, "markdown")).toMatch(/^# copy: nearest to Xen 4\.17, arm64\n/);
  });

  test("what stands in the copy and is not read is not missing from it", () => {
    const more =
      "#define XEN_ENOENT mystery\nstruct gnttab_copy { mystery_t a; };\n#ifdef NEVER\nstruct gnttab_query_size { int a; };\n#endif";
    const tree = headerTreeOf("copy", [
      ["xen.h", copyWith({})],
      ["grant_table.h", more],
    ]);
    const report = auditHeaders(tree, { arch: "arm64" });
    expect(report.standing).toEqual(
      expect.arrayContaining(["struct gnttab_copy", "struct gnttab_query_size"]),
    );
    const missing = Object.values(report.missing).flat();
    expect(missing).toContain("struct gnttab_map_grant_ref");
    for (const name of report.standing) expect(missing).not.toContain(name);
    expect(report.partlyRead).toBe(true);
  });

  test("what stands in the copy and is not read has its reason", () => {
    const header = `
#ifdef CONFIG_OURS
struct gnttab_copy { int a; };
#define GNTTABOP_copy 5
#elif defined(CONFIG_THEIRS)
enum ops { GNTTABOP_transfer = 4, GNTTABOP_query_size };
#else
#define GNTTABOP_map_grant_ref 0
#endif
#define GNTTABOP_unmap_grant_ref OUR_BASE
#define GNTTABOP_setup_table "text"
#define GNTTABOP_dump_table
struct gnttab_swap_grant_ref { mystery_t a; };
`;
    const tree = headerTreeOf("copy", [
      ["xen.h", copyWith({})],
      ["grant_table.h", header],
      ["arch-x86/xen.h", "#define GNTTABOP_cache_flush 12\nstruct gnttab_cache_flush { int a; };"],
    ]);
    const { standingWhy, standing, missing } = auditHeaders(tree, { arch: "arm64" });
    expect(Object.keys(standingWhy)).toEqual(standing);
    expect(standingWhy).toMatchObject({
      "struct gnttab_copy": "grant_table.h:2: #ifdef CONFIG_OURS leaves it out",
      GNTTABOP_copy: "grant_table.h:2: #ifdef CONFIG_OURS leaves it out",
      GNTTABOP_transfer: "grant_table.h:5: #elif defined(CONFIG_THEIRS) of line 2 leaves it out",
      GNTTABOP_query_size: "grant_table.h:5: #elif defined(CONFIG_THEIRS) of line 2 leaves it out",
      GNTTABOP_unmap_grant_ref: "grant_table.h: needs OUR_BASE, which no header here declares",
      GNTTABOP_setup_table: "grant_table.h: a text, and a number in the release",
      GNTTABOP_dump_table: "grant_table.h:12: without a value there, or taken away again",
      "struct gnttab_swap_grant_ref": "grant_table.h: unknown type 'mystery_t'",
      GNTTABOP_cache_flush: "arch-x86/xen.h: of another architecture",
      "struct gnttab_cache_flush": "arch-x86/xen.h: of another architecture",
    });
    expect(standing).not.toContain("GNTTABOP_map_grant_ref");
    for (const name of standing) expect(Object.values(missing).flat()).not.toContain(name);
  });

  test("a copy whose structs a condition hides is read in part", () => {
    const tree = headerTreeOf("copy", [
      ["xen.h", copyWith({})],
      ["grant_table.h", "#ifdef CONFIG_XEN\nstruct gnttab_copy { int a; };\n#endif\n"],
    ]);
    const hidden = auditHeaders(tree, { arch: "arm64" });
    expect(hidden.partlyRead).toBe(true);
    expect(hidden.unmodelled).toEqual([
      "grant_table.h:1: struct gnttab_copy: #ifdef CONFIG_XEN leaves it out",
    ]);
    expect(auditHeaders(tree, { arch: "arm64", defines: { CONFIG_XEN: "1" } }).partlyRead).toBe(false);
  });

  test("a union that the copy has as one member, and one with fewer alternatives", () => {
    const end = "uint16_t len, flags; int16_t status; };";
    const flat = audit(
      copyWith({
        more: `struct gnttab_copy { struct { uint64_t frame; domid_t domid; uint16_t offset; } source, dest; ${end}`,
      }),
    );
    const drift = flat.drift.find(({ change }) => change.name === "struct gnttab_copy");
    expect(drift?.change.fields?.map(({ change, parts, to }) => [change, parts, to])).toEqual([
      ["flattened", ["source.u.gmfn", "source.u.ref"], "source.frame"],
      ["flattened", ["dest.u.gmfn", "dest.u.ref"], "dest.frame"],
    ]);
    expect(renderAudit(flat, "text")).toContain(
      "= source.u.gmfn, source.u.ref -> source.frame  one member for a union's alternatives, same bytes",
    );
    expect(renderAudit(flat, "text")).not.toContain("OTHER LAYOUT");
    const trimmed = audit(
      copyWith({
        more:
          "struct evtchn_status { domid_t dom; uint32_t port, status, vcpu;" +
          " union { struct { domid_t dom; uint32_t port; } interdomain; uint32_t timer; } u; };",
      }),
    );
    const text = renderAudit(trimmed, "text");
    expect(text).toContain("- 3 alternatives of a union: u.pirq, u.unbound.dom, u.virq");
    expect(text).toContain("+ u.timer");
    expect(text).not.toContain("-> u.timer");
  });

  test("a header over the size limit is told, and the copy is read in part", () => {
    const tree = headerTreeOf("copy", [["xen.h", copyWith({})]]);
    const leftOut = [{ file: "memory.h", reason: "over the size limit" }];
    const report = auditHeaders({ ...tree, leftOut }, { arch: "arm64" });
    expect(report.unmodelled).toEqual(["memory.h: over the size limit"]);
    expect(report.partlyRead).toBe(true);
  });

  test("code of a macro is traced to the releases that have the same", () => {
    const handle = (text: string) =>
      audit(copyWith({ more: `#define set_xen_guest_handle(hnd, val) ${text}` }));
    expect(handle("set_xen_guest_handle_raw(hnd, val)").drift).toEqual([]);
    const report = handle("do { (hnd).p = (val); } while (0)");
    expect(report.drift.map(({ change, asIn }) => [change.subject, change.name, asIn])).toEqual([
      ["macro", "set_xen_guest_handle", []],
    ]);
    const text = renderAudit(report, "text");
    expect(text).toContain("OTHER CODE OF A MACRO\n  in no release from 4.3 on, 1: set_xen_guest_handle\n");
    expect(text).not.toContain("OTHER VALUE");
  });

  test("padding with another name, or none, is the same bytes; a struct that only grows is another", () => {
    const pending = (rest: string) =>
      audit(copyWith({ more: `struct xen_hvm_pagetable_dying { domid_t domid; ${rest}` })).ranking.find(
        ({ xen }) => xen === "4.17",
      );
    expect(pending("uint64_t gpa; };")).toMatchObject({ different: 0 });
    expect(pending("uint16_t hole[3]; uint64_t gpa; };")).toMatchObject({ different: 0 });
    expect(pending("uint16_t pad[3]; uint64_t gpa; } __attribute__((aligned(32)));")).toMatchObject({
      different: 1,
    });
    expect(pending("uint16_t pad[7]; };")).toMatchObject({ different: 1 });
  });

  test("constants alone name no release", () => {
    const report = audit(
      "#define __HYPERVISOR_memory_op 12\n#define XENMEM_populate_physmap 6\n#define XENMEM_exchange 12\n",
    );
    expect(report.nearest).toBeNull();
    expect(report.isXens).toBe(true);
    expect(report.drift.map((d) => d.change.name)).toEqual(["XENMEM_exchange"]);
    expect(report.missing).toEqual({});
    expect(renderAudit(report, "text")).toContain("copy: no struct tells a release, arm64");
  });

  test("a folder without Xen's interface says so", () => {
    expect(audit("#define LIST_HEAD 1\nstruct list { struct list *next; };").isXens).toBe(false);
  });

  test("a copy for x86 alone is told", () => {
    const text = "#define XENMEM_populate_physmap 6\n";
    const tree = headerTreeOf("copy", [
      ["memory.h", text],
      ["arch-x86/xen.h", "#define TRAP_INSTR 1\n"],
    ]);
    expect(auditHeaders(tree, { arch: "arm64" }).otherArch).toBe("x86_64");
    expect(auditHeaders(tree, { arch: "x86_64" }).otherArch).toBeNull();
    expect(() => auditHeaders(tree, { arch: "x86_32" })).toThrow("no model for x86_32 is bundled");
  });

  test("names that older releases had are theirs, in the copies that users keep", () => {
    const report = reported("audit-older-name");
    const drift = report.drift.find((d) => d.change.name === "struct xen_hvm_set_mem_type");
    expect(drift?.asIn ?? [report.nearest]).toContain("4.8");
    expect(renderAudit(report, "text")).not.toContain("in no release");
  });

  test("u8 to u64 are read, and the drift is told", () => {
    const report = reported("audit-linux-types");
    expect(report.unmodelled).toEqual([]);
    const drift = report.drift.find((d) => d.change.name === "struct xen_mem_acquire_resource");
    expect(drift?.change.size?.[1]).toBe(16);
    expect(report.ranking.find(({ xen }) => xen === "4.20")?.different).toBe(1);
  });
});

describe("a copy in Rust", () => {
  const module = `
//! Kept by hand. /* a comment of any kind */
use core::ffi::c_uint;
pub const HYPERVISOR_MEMORY_OP: u32 = 12;
pub const XENMEM_POPULATE_PHYSMAP: u64 = 6;
pub const DOMID_SELF: u16 = 0x7f_f0u16;
#[repr(C)]
#[derive(Clone, Copy)]
pub struct XenMemoryReservation<'a> {
    pub extent_start: *mut u64, // where the list is
    pub nr_extents: u64,
    pub extent_order: c_uint,
    pub mem_flags: c_uint,
    pub domid: DomId,
}
#[repr(transparent)]
pub struct DomId(pub u16);
#[cfg(target_arch = "x86_64")]
#[repr(C)]
pub struct ArchDomainConfig { pub emulation_flags: u32 }
#[cfg(target_arch = "aarch64")]
#[repr(C)]
pub struct XenArchDomainconfig { pub gic_version: u8, pub pad: [u8; 3] }
#[repr(C)]
pub struct AddToPhysmap { pub domid: DomId, pub size: u16, pub space: u32, pub idx: usize, pub gpfn: u32 }
#[repr(C)]
pub struct CopyPtr { pub ref_or_gmfn: u64, pub domid: DomId, pub offset: u16 }
#[repr(C)]
pub struct GnttabCopy { pub source: CopyPtr, pub dest: CopyPtr, pub len: u16, pub flags: u16, pub status: i16 }
struct NotOfC { a: u8 }
`;
  const report = auditRust("copy", new Map([["src/sys.rs", module]]), { arch: "arm64" });

  test("is read under Xen's names, and its drift is told at its own place", () => {
    expect(report.structs).toBe(5);
    expect(report.unmodelled).toEqual([]);
    expect(report.ranking.find(({ xen }) => xen === "4.17")).toMatchObject({ structs: 5 });
    const drift = report.drift.find((d) => d.change.name === "struct xen_add_to_physmap");
    expect(drift?.change.size).toBeUndefined();
    expect(drift?.change.fields?.map((f) => [f.change, f.path])).toContainEqual(["resized", "gpfn"]);
    expect(drift?.change.after).toEqual({ file: "src/sys.rs", line: 25 });
    expect(report.drift.some((d) => d.change.name === "struct xen_memory_reservation")).toBe(false);
  });

  test("one number in place of a union is the same bytes", () => {
    const drift = report.drift.find((d) => d.change.name === "struct gnttab_copy_ptr");
    expect(drift?.change.fields?.map(({ change, to }) => [change, to])).toEqual([
      ["flattened", "ref_or_gmfn"],
    ]);
    const [, names = ""] = renderAudit(report, "text").split("OTHER NAME FOR THE SAME THING");
    expect(names).toContain("struct gnttab_copy_ptr");
  });

  test("names of its own are no misspellings, and a name without Xen's beginning needs a member of Xen's", () => {
    const own = auditRust(
      "copy",
      new Map([
        [
          "a.rs",
          "pub const XENMEM_MAXIMUM_RAM_PAGES: u32 = 2;\n#[repr(C)]\npub struct UnmapGrantRef { pub index: u64, pub pad: u32 }\n" +
            "#[repr(C)]\npub struct MapGrantRef { pub host_addr: u64 }\n",
        ],
      ]),
      { arch: "arm64" },
    );
    expect(own.drift.every(({ meant }) => meant === undefined)).toBe(true);
    const names = own.drift.map(({ change }) => change.name);
    expect(names).toContain("struct gnttab_map_grant_ref");
    expect(names).toContain("struct UnmapGrantRef");
    expect(names).not.toContain("struct gnttab_unmap_grant_ref");
  });

  test("whatever a module holds, reading ends", () => {
    for (const text of [
      "#[repr(C)] struct a { ".repeat(10_000),
      "/*".repeat(100_000),
      "#[a]\n".repeat(100_000),
    ])
      expect(auditRust("copy", new Map([["a.rs", `#[repr(C)]\n${text}`]]), { arch: "arm64" }).structs).toBe(
        0,
      );
  });
});

function reported(name: string): AuditReport {
  const folder = fileURLToPath(new URL(`fixtures/reports/${name}`, import.meta.url));
  return auditHeaders(readHeaderTree(folder), { arch: "arm64" });
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

const here = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;
const crossCompilers = { arm64: "aarch64-linux-gnu-gcc", arm32: "arm-linux-gnueabihf-gcc" } as const;
const hosts = ["gcc", "rustc"] as const;
const skipped = (name: string, tool: string): string =>
  here(tool) ? name : `${name} (skipped: no ${tool} here)`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-shim-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bindgen(...args: string[]): Promise<string> {
  const { stdout, stderr, status } = await runCommand(["bindgen", ...args]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout;
}

function tool(command: string, ...args: string[]): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  return { stdout, stderr };
}

/** The program of the record: balloon out and in, a map, an unmap, a copy that fails, a batch, a question, an error. */
const domains = '[{"domid":0,"mode":"direct-mapped","ram":[{"gfn":"0x80000","count":"0x4000"}]}]';

const inC = `#include <stdio.h>
#include <string.h>
#define XGT_SHIM_IMPLEMENTATION
#define XGT_SHIM_HVC fake_hvc
#include "xen.h"

long fake_hvc(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    if (nr == __HYPERVISOR_memory_op) {
        struct xen_add_to_physmap_batch *batch = (void *)a1;
        switch (a0 & 63) {
        case XENMEM_decrease_reservation: return 3;
        case XENMEM_populate_physmap: return 2;
        case XENMEM_maximum_ram_page: return 0x140000;
        case XENMEM_add_to_physmap_batch:
            ((int *)(uintptr_t)batch->errs)[1] = -22;
            return 0;
        default: return -38;
        }
    }
    if (a0 == GNTTABOP_map_grant_ref) {
        struct gnttab_map_grant_ref *op = (void *)a1;
        op[0].status = 0; op[0].handle = 3; op[0].dev_bus_addr = 0xc8000000;
        if (a2 > 1) op[1].status = GNTST_bad_gntref;
    } else if (a0 == GNTTABOP_unmap_grant_ref) {
        ((struct gnttab_unmap_grant_ref *)a1)->status = 0;
    } else if (a0 == GNTTABOP_copy) {
        ((struct gnttab_copy *)a1)->status = GNTST_bad_gntref;
    }
    return 0;
}

static void put(void *context, const char *bytes, size_t length) { fwrite(bytes, 1, length, context); }
static void now(void *context, uint32_t *s, uint32_t *ns) { static uint32_t t = 1000; (void)context; *s = 12; *ns = t += 500; }

int main(void)
{
    struct xgt_shim shim = { .write = put, .clock = now, .context = stdout };
    uint64_t out[3] = { 0x80010, 0x80011, 0x80012 }, in[2] = { 0x80010, 0x80011 };
    uint64_t idxs[2] = { 0x40000, 0x40001 }, gpfns[2] = { 0x100000, 0x100001 };
    int errs[2] = { 0, 0 };
    struct xen_memory_reservation r = { (uintptr_t)out, 3, 0, 0, DOMID_SELF };
    struct gnttab_map_grant_ref map[2] = { { .host_addr = 0x100000000, .flags = GNTMAP_host_map, .ref = 8, .dom = 1 },
                                           { .host_addr = 0x100001000, .flags = GNTMAP_host_map, .ref = 9, .dom = 1 } };
    struct gnttab_unmap_grant_ref unmap = { .host_addr = 0x100000000, .handle = 3 };
    struct gnttab_copy copy;
    struct xen_add_to_physmap_batch batch = { .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 2,
        .u = { .foreign_domid = 1 }, .idxs = (uintptr_t)idxs, .gpfns = (uintptr_t)gpfns, .errs = (uintptr_t)errs };

    memset(&copy, 0, sizeof(copy));
    copy.source.u.ref = 5; copy.source.domid = 1; copy.dest.u.gmfn = 0x80020; copy.dest.domid = DOMID_SELF;
    copy.len = 64; copy.flags = GNTCOPY_source_gref;
    xgt_shim_begin(&shim, DOMAINS);
    xgt_shim_memory_op(&shim, XENMEM_decrease_reservation, &r);
    r.extent_start = (uintptr_t)in; r.nr_extents = 2;
    xgt_shim_memory_op(&shim, XENMEM_populate_physmap, &r);
    xgt_shim_grant_table_op(&shim, GNTTABOP_map_grant_ref, map, 2);
    xgt_shim_grant_table_op(&shim, GNTTABOP_unmap_grant_ref, &unmap, 1);
    xgt_shim_grant_table_op(&shim, GNTTABOP_copy, &copy, 1);
    xgt_shim_memory_op(&shim, XENMEM_add_to_physmap_batch, &batch);
    xgt_shim_memory_op(&shim, XENMEM_maximum_ram_page, 0);
    xgt_shim_memory_op(&shim, 63, 0);
    shim.has_domid = 1;
    xgt_shim_guest_p2m(&shim, 0x100000, 0xc8000, 1);
    xgt_shim_dma_map(&shim, "mmc0 \\"a\\"", XGT_SHIM_TO_DEVICE, 0x80010000, 0x80010000, 4096);
    xgt_shim_dma_unmap(&shim, "mmc0 \\"a\\"", XGT_SHIM_TO_DEVICE, 0x80010000, 4096);
    xgt_shim_guest_p2m(&shim, 0x100000, XGT_SHIM_NO_FRAME, 1);
    xgt_shim_grant(&shim, 8, 1, 0x80030, 1);
    xgt_shim_ungrant(&shim, 8);
    xgt_shim_share(&shim, 0x80031, 2, "optee");
    xgt_shim_unshare(&shim, 0x80031, 2, "optee");
    xgt_shim_lost(&shim, 3);
    xgt_shim_mark(&shim, "over\\n");
    xgt_shim_domain_event(&shim, 1, "destroy");
    return 0;
}
`;

const inRust = `#![allow(non_upper_case_globals)]
mod xen;
use xen::*;

unsafe fn fake_hvc(nr: u32, a0: usize, a1: usize, a2: usize) -> isize {
    if nr == __HYPERVISOR_memory_op as u32 {
        return match (a0 & 63) as u32 {
            XENMEM_decrease_reservation => 3,
            XENMEM_populate_physmap => 2,
            XENMEM_maximum_ram_page => 0x140000,
            XENMEM_add_to_physmap_batch => {
                let batch = &*(a1 as *const XenAddToPhysmapBatch);
                *(batch.errs.address() as *mut i32).add(1) = -22;
                0
            }
            _ => -38,
        };
    }
    match a0 as u32 {
        GNTTABOP_map_grant_ref => {
            let ops = a1 as *mut GnttabMapGrantRef;
            (*ops).status = GrantStatus::GNTST_okay;
            (*ops).handle = 3;
            (*ops).dev_bus_addr = 0xc8000000;
            if a2 > 1 {
                (*ops.add(1)).status = GrantStatus::GNTST_bad_gntref;
            }
        }
        GNTTABOP_unmap_grant_ref => (*(a1 as *mut GnttabUnmapGrantRef)).status = GrantStatus::GNTST_okay,
        GNTTABOP_copy => (*(a1 as *mut GnttabCopy)).status = GrantStatus::GNTST_bad_gntref,
        _ => {}
    }
    0
}

struct Sink(Vec<u8>, u32);
impl ShimSink for Sink {
    fn write(&mut self, bytes: &[u8]) { self.0.extend_from_slice(bytes); }
    fn clock(&mut self) -> Option<(u32, u32)> { self.1 += 500; Some((12, self.1)) }
}

fn main() {
    let mut shim = Shim::with_call(Sink(Vec::new(), 1000), fake_hvc);
    let mut out = [0x80010u64, 0x80011, 0x80012];
    let mut idxs = [0x40000u64, 0x40001];
    let mut gpfns = [0x100000u64, 0x100001];
    let mut errs = [0i32; 2];
    let mut r = XenMemoryReservation::zeroed();
    r.extent_start = Handle64::from_ptr(out.as_mut_ptr());
    r.nr_extents = 3;
    r.domid = DOMID_SELF as u16;
    let mut maps = [GnttabMapGrantRef::zeroed(); 2];
    for (i, map) in maps.iter_mut().enumerate() {
        map.host_addr = 0x100000000 + 0x1000 * i as u64;
        map.flags = GNTMAP_host_map as u32;
        map.r#ref = 8 + i as u32;
        map.dom = 1;
    }
    let mut unmap = GnttabUnmapGrantRef::zeroed();
    unmap.host_addr = 0x100000000;
    unmap.handle = 3;
    let mut copy = GnttabCopy::zeroed();
    copy.source.u.r#ref = 5;
    copy.source.domid = 1;
    copy.dest.u.gmfn = 0x80020;
    copy.dest.domid = DOMID_SELF as u16;
    copy.len = 64;
    copy.flags = GNTCOPY_source_gref as u16;
    let mut batch = XenAddToPhysmapBatch::zeroed();
    batch.domid = DOMID_SELF as u16;
    batch.space = XENMAPSPACE_gmfn_foreign as u16;
    batch.size = 2;
    batch.u.foreign_domid = 1;
    batch.idxs = Handle64::from_ptr(idxs.as_mut_ptr());
    batch.gpfns = Handle64::from_ptr(gpfns.as_mut_ptr());
    batch.errs = Handle64::from_ptr(errs.as_mut_ptr());
    shim.begin(Some(r#"${domains}"#));
    unsafe {
        shim.memory_op(XENMEM_decrease_reservation as u32, &mut r);
        r.nr_extents = 2;
        shim.memory_op(XENMEM_populate_physmap as u32, &mut r);
        shim.grant_table_op(GNTTABOP_map_grant_ref as u32, maps.as_mut_ptr(), 2);
        shim.grant_table_op(GNTTABOP_unmap_grant_ref as u32, &mut unmap, 1);
        shim.grant_table_op(GNTTABOP_copy as u32, &mut copy, 1);
        shim.memory_op(XENMEM_add_to_physmap_batch as u32, &mut batch);
        shim.memory_op(XENMEM_maximum_ram_page as u32, core::ptr::null_mut::<u8>());
        shim.memory_op(63, core::ptr::null_mut::<u8>());
    }
    let segment = [ShimSegment { phys: 0x80010000, bus: 0x80010000, size: 4096 }];
    shim.tell_domid(0);
    shim.guest_p2m(0x100000, 0xc8000, 1);
    shim.dma_map("mmc0 \\"a\\"", ShimDirection::ToDevice, &segment);
    shim.dma_unmap("mmc0 \\"a\\"", ShimDirection::ToDevice, &segment);
    shim.guest_p2m(0x100000, SHIM_NO_FRAME, 1);
    shim.grant(8, 1, 0x80030, true);
    shim.ungrant(8);
    shim.share(0x80031, 2, "optee");
    shim.unshare(0x80031, 2, "optee");
    shim.lost(3);
    shim.mark("over\\n");
    shim.domain_event(1, "destroy");
    print!("{}", String::from_utf8_lossy(&shim.sink().0));
}
`;

/** What both languages have to write, byte for byte. */
const expected = [
  `{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","recorder":"xgt shim","n":0,"domains":${domains}}`,
  '{"n":1,"t":12.000001500,"ev":"enter","id":0,"nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":"0x0","nr_extents":3,"extents":["0x80010","0x80011","0x80012"]}}',
  '{"n":2,"t":12.000002000,"ev":"exit","id":0,"ret":3}',
  '{"n":3,"t":12.000002500,"ev":"enter","id":1,"nr":12,"cmd":6,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":"0x0","nr_extents":2,"extents":["0x80010","0x80011"]}}',
  '{"n":4,"t":12.000003000,"ev":"exit","id":1,"ret":2}',
  '{"n":5,"t":12.000003500,"ev":"enter","id":2,"nr":20,"cmd":0,"args":{"count":2,"ops":[{"host_addr":"0x100000000","flags":"0x2","ref":8,"dom":"0x1"},{"host_addr":"0x100001000","flags":"0x2","ref":9,"dom":"0x1"}]}}',
  '{"n":6,"t":12.000004000,"ev":"exit","id":2,"ret":0,"ops":[{"status":0,"handle":3,"dev_bus_addr":"0xc8000000"},{"status":-3}]}',
  '{"n":7,"t":12.000004500,"ev":"enter","id":3,"nr":20,"cmd":1,"args":{"count":1,"ops":[{"host_addr":"0x100000000","dev_bus_addr":"0x0","handle":3}]}}',
  '{"n":8,"t":12.000005000,"ev":"exit","id":3,"ret":0,"ops":[{"status":0}]}',
  '{"n":9,"t":12.000005500,"ev":"enter","id":4,"nr":20,"cmd":5,"args":{"count":1,"ops":[{"source":{"ref":5,"domid":"0x1","offset":0},"dest":{"gmfn":"0x80020","domid":"0x7ff0","offset":0},"len":64,"flags":"0x1"}]}}',
  '{"n":10,"t":12.000006000,"ev":"exit","id":4,"ret":0,"ops":[{"status":-3}]}',
  '{"n":11,"t":12.000006500,"ev":"enter","id":5,"nr":12,"cmd":23,"args":{"domid":"0x7ff0","space":4,"size":2,"foreign_domid":"0x1","idxs":["0x40000","0x40001"],"gpfns":["0x100000","0x100001"]}}',
  '{"n":12,"t":12.000007000,"ev":"exit","id":5,"ret":0,"errs":[0,-22]}',
  '{"n":13,"t":12.000007500,"ev":"enter","id":6,"nr":12,"cmd":2}',
  '{"n":14,"t":12.000008000,"ev":"exit","id":6,"ret":1310720}',
  '{"n":15,"t":12.000008500,"ev":"enter","id":7,"nr":12,"cmd":63}',
  '{"n":16,"t":12.000009000,"ev":"exit","id":7,"ret":-38}',
  '{"n":17,"t":12.000009500,"domid":0,"ev":"guest_p2m","pfn":"0x100000","mfn":"0xc8000","nr":1}',
  '{"n":18,"t":12.000010000,"domid":0,"ev":"dma","op":"map","dir":"TO_DEVICE","dev":"mmc0 \\"a\\"","segments":[{"phys":"0x80010000","bus":"0x80010000","size":4096}]}',
  '{"n":19,"t":12.000010500,"domid":0,"ev":"dma","op":"unmap","dir":"TO_DEVICE","dev":"mmc0 \\"a\\"","segments":[{"bus":"0x80010000","size":4096}]}',
  '{"n":20,"t":12.000011000,"domid":0,"ev":"guest_p2m","pfn":"0x100000","mfn":"0xffffffffffffffff","nr":1}',
  '{"n":21,"t":12.000011500,"domid":0,"ev":"grant","ref":8,"dom":1,"gfn":"0x80030","ro":true}',
  '{"n":22,"t":12.000012000,"domid":0,"ev":"ungrant","ref":8}',
  '{"n":23,"t":12.000012500,"domid":0,"ev":"share","gfn":"0x80031","nr":2,"with":"optee"}',
  '{"n":24,"t":12.000013000,"domid":0,"ev":"unshare","gfn":"0x80031","nr":2,"with":"optee"}',
  '{"n":25,"t":12.000013500,"domid":0,"ev":"lost","count":3}',
  '{"n":26,"t":12.000014000,"domid":0,"ev":"mark","text":"over "}',
  '{"n":27,"t":12.000014500,"domid":1,"ev":"domain","what":"destroy"}',
];

const programs = {
  gcc: async (): Promise<string> => {
    writeFileSync(join(folder, "xen.h"), await bindgen("c", "--xen", "4.17", "--shim"));
    writeFileSync(join(folder, "guest.c"), inC);
    const text = JSON.stringify(domains);
    const built = tool("gcc", "-Wall", "-Wextra", "-Werror", `-DDOMAINS=${text}`, "guest.c", "-o", "guest-c");
    expect(built.stderr).toBe("");
    return tool(join(folder, "guest-c")).stdout;
  },
  rustc: async (): Promise<string> => {
    writeFileSync(join(folder, "xen.rs"), await bindgen("rust", "--xen", "4.17", "--shim"));
    writeFileSync(join(folder, "guest.rs"), inRust);
    expect(tool("rustc", "--edition", "2021", "guest.rs", "-o", "guest-rust").stderr).toBe("");
    return tool(join(folder, "guest-rust")).stdout;
  },
};

for (const host of hosts) {
  test.skipIf(!here(host))(
    skipped(`a record of the shim replays, written by ${host}'s program`, host),
    async () => {
      const record = await programs[host]();
      expect(record.split("\n")).toEqual([...expected, ""]);
      const log = join(folder, `${host}.jsonl`);
      // The calls alone first: what is lost later makes the map unknown.
      writeFileSync(log, `${record.split("\n").slice(0, 17).join("\n")}\n`);
      const { stdout, stderr } = await runCommand(["replay", log, "-f", "json", "--map", "--strict"]);
      expect(stderr).toBe("");
      const report = JSON.parse(stdout);
      expect(report.inputs).toMatchObject([
        { format: "ndjson", events: 16, lost: 0, skipped: {}, truncated: false },
      ]);
      const { frames, map, handles_live } = report.domains[0];
      expect({ hole: frames.hole, foreign: frames.foreign, handles_live }).toEqual({
        hole: 1,
        foreign: 1,
        handles_live: 0,
      });
      expect(map.find((run: { kind: string }) => run.kind === "hole")).toMatchObject({
        gfn: "0x80012",
        count: 1,
      });
      writeFileSync(log, record);
      const whole = JSON.parse((await runCommand(["replay", log, "-f", "json", "-q"])).stdout);
      expect(whole.inputs).toMatchObject([{ events: 26, lost: 3, skipped: {}, truncated: false }]);
      console.log(`shim, ${host}: 8 calls, ${record.length - expected[0].length - 1} bytes`);
    },
    300_000,
  );
}

for (const [arch, compiler] of Object.entries(crossCompilers)) {
  test.skipIf(!here(compiler))(
    skipped(`the shim's C compiles for ${arch} and needs no library`, compiler),
    async () => {
      writeFileSync(
        join(folder, `${arch}.h`),
        await bindgen("c", "--xen", "4.20", "--arch", arch, "--guest", "--shim"),
      );
      writeFileSync(join(folder, `${arch}.c`), `#define XGT_SHIM_IMPLEMENTATION\n#include "${arch}.h"\n`);
      const options = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-ffreestanding", "-c"];
      expect(tool(compiler, ...options, `${arch}.c`, "-o", `${arch}.o`).stderr).toBe("");
      const prefix = compiler.replace(/gcc$/, "");
      const code = tool(`${prefix}objdump`, "-d", `${arch}.o`).stdout;
      // Xen's tag for hypercalls, and the number in x16 or r12 (xen/include/public/arch-arm.h).
      expect(code).toMatch(/\bhvc\s+#(0xea1|3745)/);
      expect(code).toMatch(arch === "arm64" ? /mov\s+x16, #0xc\b/ : /mov(\.w|w)?\s+(ip|r12), #12\b/);
      expect(tool(`${prefix}nm`, "-u", `${arch}.o`).stdout.trim()).toBe("");
    },
    300_000,
  );
}

test.skipIf(!here("g++"))(
  skipped("the shim's C is C++, too", "g++"),
  async () => {
    writeFileSync(join(folder, "xen.h"), await bindgen("c", "--xen", "4.20", "--guest", "--shim"));
    const source = `#define XGT_SHIM_IMPLEMENTATION
#define XGT_SHIM_HVC fake_hvc
#include "xen.h"
extern "C" long fake_hvc(unsigned int, uintptr_t, uintptr_t, uintptr_t) { return 0; }
int main() { struct xgt_shim shim = {}; return (int)xgt_shim_memory_op(&shim, 63, 0) * 0; }
`;
    writeFileSync(join(folder, "guest.cpp"), source);
    const built = tool("g++", "-Wall", "-Wextra", "-Werror", "-c", "guest.cpp", "-o", "guest-cpp.o");
    expect(built.stderr).toBe("");
  },
  300_000,
);

test("languages without a shim say so", async () => {
  const { stderr, status } = await runCommand(["bindgen", "go", "--shim"]);
  expect({ stderr, status }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--shim is there for c and rust"),
  });
});

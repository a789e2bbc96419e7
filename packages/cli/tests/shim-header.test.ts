import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

const here = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-header-"));
  mkdirSync(join(folder, "tree"));
  writeFileSync(join(folder, "tree/memory.h"), headers);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A guest's own headers: of which release they are, nothing says. */
const headers = `typedef unsigned short domid_t;
#define DOMID_SELF 0x7FF0U
#define __HYPERVISOR_memory_op 12
#define __HYPERVISOR_grant_table_op 20
#define XENMEM_decrease_reservation 1
struct xen_memory_reservation {
    unsigned long long extent_start;
    unsigned long long nr_extents;
    unsigned int extent_order;
    unsigned int mem_flags;
    domid_t domid;
};
`;

const domains =
  '[{"domid":0,"mode":"direct-mapped","ram":[{"gfn":"0x80000","count":"0x4000"}],"regions":[]}]';

const inC = `#include <stdio.h>
#define XGT_SHIM_IMPLEMENTATION
#define XGT_SHIM_HVC fake_hvc
#include "xen.h"

long fake_hvc(unsigned int nr, uintptr_t a0, uintptr_t a1, uintptr_t a2)
{
    (void)nr; (void)a0; (void)a1; (void)a2;
    return 1;
}

static void put(void *context, const char *bytes, size_t length) { fwrite(bytes, 1, length, context); }

int main(void)
{
    struct xgt_shim shim = { .write = put, .context = stdout };
    uint64_t out[1] = { 0x80000 };
    struct xen_memory_reservation r = { 0 };

    r.extent_start = (uintptr_t)out;
    r.nr_extents = 1;
    r.domid = DOMID_SELF;
    xgt_shim_begin(&shim, ${JSON.stringify(domains)});
    xgt_shim_memory_op(&shim, XENMEM_decrease_reservation, &r);
    return 0;
}
`;

const inRust = `#![allow(non_upper_case_globals)]
mod xen;
use xen::*;

unsafe fn fake_hvc(_nr: u32, _a0: usize, _a1: usize, _a2: usize) -> isize { 1 }

struct Sink;
impl ShimSink for Sink {
    fn write(&mut self, bytes: &[u8]) { print!("{}", String::from_utf8_lossy(bytes)); }
}

fn main() {
    let mut shim = Shim::with_call(Sink, fake_hvc);
    let mut out = [0x80000u64];
    let mut r = XenMemoryReservation::zeroed();
    r.extent_start = unsafe { core::mem::transmute_copy(&(out.as_mut_ptr() as usize as u64)) };
    r.nr_extents = 1;
    r.domid = DOMID_SELF as u16;
    shim.begin(Some(r#"${domains}"#));
    unsafe { shim.memory_op(XENMEM_decrease_reservation as u32, &mut r) };
}
`;

const builds = {
  gcc: (): string => {
    writeFileSync(join(folder, "guest.c"), inC);
    return spawnSync("gcc", ["guest.c", "-o", "guest"], { cwd: folder, encoding: "utf8" }).stderr;
  },
  rustc: (): string => {
    writeFileSync(join(folder, "guest.rs"), inRust);
    const options = ["--edition", "2021", "guest.rs", "-o", "guest"];
    return spawnSync("rustc", options, { cwd: folder, encoding: "utf8" }).stderr;
  },
};

const tree = ["--headers", "TREE", "--guest"];
const notNamed = "is not known, so the shim's log names none; --xen names it";

/** What the interface is taken from, what its log's header says of Xen, and what bindgen says on stderr. */
const interfaces: readonly [string, string[], string | undefined, string][] = [
  ["a header tree without a name", tree, undefined, notNamed],
  ["a header tree with a name that no release has", [...tree, "--xen", "4.10"], undefined, notNamed],
  ["a header tree with a full version", [...tree, "--xen", "xen-4.17.3"], "4.17", ""],
  ["the development branch", ["--xen", "master"], "4.23", ""],
  ["a full version", ["--xen", "4.20.3+127"], "4.20", ""],
];

describe.each([
  ["gcc", "c", "xen.h"],
  ["rustc", "rust", "xen.rs"],
] as const)("a log by %s's program", (compiler, language, file) => {
  const note = here(compiler) ? "" : ` (skipped: no ${compiler} here)`;
  test.skipIf(!here(compiler)).each(interfaces)(
    `is read with its header, made with %s${note}`,
    async (_, from, xen, said) => {
      const options = from.map((word) => (word === "TREE" ? join(folder, "tree") : word));
      const made = await runCommand(["bindgen", language, ...options, "--shim"]);
      expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining(said) });
      writeFileSync(join(folder, file), made.stdout);
      expect(builds[compiler]()).toBe("");
      const record = spawnSync(join(folder, "guest"), { encoding: "utf8" }).stdout;
      expect(JSON.parse(record.split("\n")[0])).toMatchObject({
        xgt_log: 1,
        arch: "arm64",
        domains: [{ domid: 0 }],
      });
      expect(JSON.parse(record.split("\n")[0]).xen).toBe(xen);
      const log = join(folder, `${compiler}.ndjson`);
      writeFileSync(log, record);
      const { status, stdout, stderr } = await runCommand(["replay", log, "-f", "json", "--map"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const [domain] = JSON.parse(stdout).domains;
      expect(domain).toMatchObject({
        mode: "direct-mapped",
        frames: { hole: 1 },
        map: [{ gfn: "0x80000", count: 1, kind: "hole" }],
      });
    },
    300_000,
  );
});

import { execFileSync, spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openLog } from "@xgt/hypercall-log";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { plainImage } from "../src/kernel/arm64-image.ts";
import { constantArgument } from "../src/kprobes/arm64-code.ts";
import { moduleCallSites } from "../src/kprobes/call-sites.ts";
import { kernelBase } from "../src/kprobes/kernel-base.ts";
import { type KernelCode, probePlacesOf } from "../src/kprobes/kernel-probes.ts";
import { readKernelSymbols } from "../src/kprobes/kernel-symbols.ts";
import { type ProbeChoice, probeEvents } from "../src/kprobes/probe-events.ts";
import { definingScript, startScript, stopScript } from "../src/kprobes/probe-scripts.ts";
import { perfStart, perfStop, traceCmdStart, traceCmdStop } from "../src/kprobes/tool-scripts.ts";
import { lostEvents } from "../src/kprobes/trace-statistics.ts";
import { CALL_SITES_MAX, SYMBOL_NAME_MAX } from "../src/limits.ts";
import { code, TEST_BASE, type TestFunction, testKernel, testModule } from "./kernel-files.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-kprobes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { nop, ret } = code;
const probesOf = (kernel: KernelCode): ProbeChoice => probeEvents(probePlacesOf(kernel));
const symbolsOf = (text: string, name: string) => readKernelSymbols(Buffer.from(text, "latin1"), name);
const stubs: TestFunction[] = [
  { name: "start", body: [ret] },
  { name: "HYPERVISOR_memory_op", body: [ret] },
  { name: "HYPERVISOR_grant_table_op", body: [ret] },
  { name: "privcmd_call", body: [ret] },
  { name: "__set_phys_to_machine_multi", body: [ret] },
];
const calling = (name: string, ...body: (number | string)[]): TestFunction => ({
  name,
  body: [...body, ret],
});
const decrease = calling("xenmem_reservation_decrease", nop, code.movToW0(1), nop, "HYPERVISOR_memory_op");

function choiceOf(functions: readonly TestFunction[], modules: Map<string, Buffer> = new Map()): ProbeChoice {
  const { image, symbols } = testKernel([...stubs, ...functions]);
  return probesOf({
    image,
    symbols: symbolsOf(symbols, "symbols"),
    modules: [...modules].map(([name, content]) => ({ name, content })),
  });
}

const names = ({ events }: ProbeChoice) => events.map(({ name }) => name);

describe("a kernel's file", () => {
  const { image } = testKernel(stubs);
  const zboot = (compression: string, payload: Buffer) => {
    const head = Buffer.alloc(64);
    head.write("MZ\0\0zimg", 0, "latin1");
    head.writeUInt32LE(64, 8);
    head.writeUInt32LE(payload.length, 12);
    head.write(`${compression}\0`, 24, "latin1");
    return Buffer.concat([head, payload]);
  };

  const bzImage = Buffer.alloc(4096);
  bzImage.write("HdrS", 0x202);

  it.each([
    ["plain", image],
    ["gzipped", gzipSync(image)],
    ["an EFI zboot", zboot("gzip", gzipSync(image))],
    ["a gzipped EFI zboot", gzipSync(zboot("gzip", gzipSync(image)))],
  ])("is read %s", (_, file) => {
    expect(plainImage(file, "Image").equals(image)).toBe(true);
  });

  it.each([
    ["zstd zboot", zboot("zstd", Buffer.from("x")), /packed with zstd: give arch\/arm64\/boot\/Image/],
    ["a cut gzip", gzipSync(image).subarray(0, 40), /cannot be unpacked/],
    ["a zboot without an end of its packer's name", zboot("z".repeat(100), image), /packed with z{32}:/],
    ["packed twice", gzipSync(gzipSync(image)), /no arm64 kernel Image/],
    ["a zboot in a zboot", zboot("gzip", gzipSync(zboot("gzip", gzipSync(image)))), /no arm64 kernel Image/],
    ["an x86 kernel", bzImage, /an x86 kernel \(bzImage\): probes are placed in the code of arm64/],
    ["a vmlinux", Buffer.from("\x7fELF".padEnd(64, "x")), /an ELF file; give arch\/arm64\/boot\/Image/],
    ["zeros", Buffer.alloc(4096), /no arm64 kernel Image/],
    ["nothing", Buffer.alloc(0), /no arm64 kernel Image/],
  ])("that is %s is an error that says what to do", (_, file, message) => {
    expect(() => plainImage(file, "vmlinuz")).toThrow(message);
  });
});

describe("a kernel's symbols", () => {
  it("place the Image by its first branch where _text is not listed", () => {
    const { image, symbols } = testKernel(stubs);
    expect(kernelBase(image, symbolsOf(symbols, "symbols"))).toBe(TEST_BASE);
    const listed = symbolsOf(`ffff000000000000 T _text\n${symbols}`, "symbols");
    expect(kernelBase(image, listed)).toBe(0xffff000000000000n);
  });

  it.each([
    ["zeros, as other users than root see", "0000000000000000 T _text\n0000000000000000 t one\n"],
    ["a note", "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"],
    ["nothing", ""],
  ])("of %s are refused with advice", (_, text) => {
    expect(() => symbolsOf(text, "System.map")).toThrow(/System.map: no symbol table .*kallsyms/);
  });

  it("are found among lines that are none, however long", () => {
    const noise = ["a".repeat(1 << 20), `ffff800000000010 t ${" ".repeat(1 << 20)}`, " ".repeat(1 << 20)];
    const symbols = symbolsOf(
      `${noise.join("\n")}\n${"\n".repeat(1 << 20)}ffff800000000020 t one`,
      "kallsyms",
    );
    expect(symbols.functions).toEqual([{ address: 0xffff800000000020n, name: "one" }]);
  });

  it("leave modules' out and mark names that several functions have", () => {
    const text = "ffff800000000010 t one\nffff800000000020 t one\nffff800000000030 t two [nvme]\n";
    const symbols = symbolsOf(text, "kallsyms");
    expect(symbols.functions.map(({ name }) => name)).toEqual(["one", "one"]);
    expect([...symbols.ambiguous]).toEqual(["one"]);
  });
});

describe("symbols of another build", () => {
  const { image } = testKernel(stubs);
  const at = (offset: number, name: string) => `${(TEST_BASE + BigInt(offset)).toString(16)} T ${name}\n`;
  const probes = (text: string) => probesOf({ image, symbols: symbolsOf(text, "kallsyms"), modules: [] });
  const target = at(0x1004, "HYPERVISOR_memory_op");

  it.each([
    ["_sinittext", -0x10000, /_sinittext would lie at byte -65536 of/],
    ["_einittext", 1 << 30, /_einittext would lie at byte 1073741824 of/],
    ["_etext", -4, /_etext would lie at byte -4 of/],
  ])("that place %s outside the Image are refused", (name, offset, message) => {
    const text = `${at(0, "_text")}${at(offset, name)}${target}`;
    expect(() => probes(text)).toThrow(LabError);
    expect(() => probes(text)).toThrow(message);
    expect(() => probes(text)).toThrow(/Image and the symbol table are not of one build/);
  });

  it("whose function would hold a call from before the Image are refused", () => {
    const calls = testKernel([...stubs, calling("one", "HYPERVISOR_memory_op")]);
    const data = `${at(0, "_text")}${target}`.replaceAll(" T ", " D ");
    const symbols = symbolsOf(`${data}${at(-64, "early")}`, "kallsyms");
    expect(() => probesOf({ image: calls.image, symbols, modules: [] })).toThrow(
      /not of one build: early would lie at byte -64 of/,
    );
  });
});

describe("the constant passed to a call", () => {
  const constant = (...words: number[]) => {
    const body = Buffer.alloc(4 * words.length);
    words.forEach((word, i) => {
      body.writeUInt32LE(word, 4 * i);
    });
    return constantArgument(body, 0, body.length, body.length - 4);
  };

  it("is found before it", () => {
    expect(constant(code.movToW0(6), nop, code.call(4096))).toBe(6);
    expect(constant(code.movToW0(6), code.movToW0(23), nop, code.call(4096))).toBe(23);
  });

  it("is not known behind another branch, another value of x0, or where a branch leads in between", () => {
    expect(constant(code.movToW0(6), code.jump(8), nop, code.call(4096))).toBeNull();
    expect(constant(code.movToW0(6), code.copyToX0, nop, code.call(4096))).toBeNull();
    expect(constant(nop, code.jumpIfZero(4), code.movToW0(6), nop, code.call(4096))).toBe(6);
    expect(constant(nop, code.jumpIfZero(12), code.movToW0(6), nop, code.call(4096))).toBeNull();
    expect(constant(nop, nop, code.call(4096))).toBeNull();
  });
});

describe("probes", () => {
  it("stand on each call and on the instruction behind it", () => {
    const choice = choiceOf([calling("gnttab_map_refs", nop, "HYPERVISOR_grant_table_op")]);
    expect(choice.events).toEqual([
      {
        name: "gt_e_gnttab_map_refs_4",
        place: "gnttab_map_refs+0x4",
        fetch: "cmd=%x0:u32 uop=%x1:x64 count=%x2:u32 w=+0(%x1):x64[3]",
        filter: null,
      },
      {
        name: "gt_r_gnttab_map_refs_4",
        place: "gnttab_map_refs+0x8",
        fetch: "ret=%x0:s64 uop=%x1:x64 count=%x2:u32 w=+0(%x1):x64[3]",
        filter: null,
      },
      {
        name: "p2m",
        place: "__set_phys_to_machine_multi",
        fetch: "pfn=%x0:x64 mfn=%x1:x64 n=%x2:u64",
        filter: null,
      },
    ]);
  });

  it("read the balloon's page whole, and of other callers' lists one frame", () => {
    const balloon = calling("balloon_process", "xenmem_reservation_decrease");
    const whole = choiceOf([decrease, balloon]);
    const at = "xenmem_reservation_decrease_c";
    expect(names(whole)).toEqual([`mo_s_${at}`, `mo_l_${at}`, `mo_x_${at}`, `mo_r_${at}`, "p2m"]);
    expect(whole.events.slice(0, 3).map(({ filter }) => filter)).toEqual(["nr<=1", "nr>1", "nr>320"]);
    const other = choiceOf([decrease, balloon, calling("my_driver", "xenmem_reservation_decrease")]);
    expect(names(other)).toEqual([`mo_s_${at}`, `mo_r_${at}`, "p2m"]);
    expect(other.events[0].filter).toBeNull();
    expect(other.events[0].fetch).toContain("f=+0(+0(%x1)):x64[1]");
    const module = testModule("driver", [nop, code.call(0)], "xenmem_reservation_decrease", 1);
    expect(names(choiceOf([decrease, balloon], new Map([["driver", module]])))).not.toContain(`mo_l_${at}`);
  });

  it("of an unknown sub-op choose by it when the call is made", () => {
    const choice = choiceOf([calling("any", "HYPERVISOR_memory_op")]);
    expect(choice.events.map(({ name, filter }) => [name, filter])).toEqual([
      ["mo_s_any_0", "cmd!=23"],
      ["mo_b_any_0", "cmd==23"],
      ["mo_r_any_0", null],
      ["p2m", null],
    ]);
  });

  it("are in modules where these call, by their relocations", () => {
    const body = [nop, nop, code.call(0), ret];
    const module = testModule("privcmd_ioctl", body, "privcmd_call", 2);
    const choice = choiceOf([decrease], new Map([["xen-privcmd", module]]));
    const places = choice.events.filter(({ name }) => name.startsWith("pc_")).map(({ place }) => place);
    const at = "xen_privcmd:privcmd_ioctl+0x";
    expect(places).toEqual([`${at}8`, `${at}8`, `${at}8`, `${at}8`, `${at}c`]);
  });

  it("leave out, and name, what runs at boot only and jumps that do not come back", () => {
    const choice = choiceOf([
      { ...calling("xen_guest_init", "HYPERVISOR_memory_op"), init: true },
      calling("last", "b HYPERVISOR_memory_op"),
      decrease,
    ]);
    expect(choice.leftOut.map(({ site, why }) => [site.symbol, why])).toEqual([
      ["last", "a jump: its return cannot be told from its caller's"],
      ["xen_guest_init", "runs at boot or load only"],
    ]);
  });

  it.each([
    ["ends the shell's word", "x';touch$IFS'PWNED';'"],
    ["is put in by the shell", "$(touch$IFS'PWNED')"],
    ["begins a line of the script", "x\ntouch$IFS'PWNED'\n"],
    ["drives the terminal", "x\x9b31m"],
    ["is none", ""],
  ])("leave out functions of modules whose name %s", (_, symbol) => {
    const module = testModule(symbol, [nop, code.call(0), ret], "privcmd_call", 1);
    const choice = choiceOf([decrease], new Map([["xen-privcmd", module]]));
    expect(choice.leftOut.map(({ why }) => why)).toEqual([
      expect.stringContaining("no function has such a name"),
    ]);
    expect(names(choice).filter((name) => name.startsWith("pc_"))).toEqual([]);
    const place = mkdtempSync(join(folder, "hostile-"));
    spawnSync("sh", ["-s"], { cwd: place, input: startScript(choice), env: { ...process.env, T: place } });
    spawnSync("sh", ["-s"], {
      cwd: place,
      input: `${definingScript(choice)}${traceCmdStart(choice, "o'ut")}${perfStart(choice, "o'ut")}`,
      env: { T: place, PATH: "" },
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it("leave out functions of a symbol table whose name is none, and take those of compilers", () => {
    const choice = choiceOf([
      calling("x';touch$IFS'PWNED';'", "HYPERVISOR_memory_op"),
      calling("gnttab_map.constprop.0", "HYPERVISOR_memory_op"),
      calling("$x", "HYPERVISOR_memory_op"),
    ]);
    expect(choice.leftOut.map(({ site }) => site.symbol)).toEqual(["x';touch$IFS'PWNED';'"]);
    expect(choice.events.map(({ place }) => place)).toEqual(
      expect.arrayContaining(["gnttab_map.constprop.0+0x0", "$x+0x0"]),
    );
  });

  it("go by address where a name is not one function's", () => {
    const { image, symbols } = testKernel([...stubs, calling("twice", "HYPERVISOR_grant_table_op")]);
    const table = symbolsOf(`${symbols}ffff800008f00000 t twice\n`, "symbols");
    const at = table.addresses.get("twice") ?? 0n;
    const { events } = probesOf({ image, symbols: table, modules: [] });
    expect(events.slice(0, 2).map(({ place }) => place)).toEqual([
      `0x${at.toString(16)}`,
      `0x${(at + 4n).toString(16)}`,
    ]);
  });

  it("have names that tracefs takes and no two the same, however long the functions' are", () => {
    const long = "a_function_whose_name_goes_on_and_on_and_on_and_does_not_end";
    const choice = choiceOf(
      ["1", "2"].map((n) => calling(`${long}${n}.isra.0`, "HYPERVISOR_grant_table_op")),
    );
    expect(new Set(names(choice)).size).toBe(choice.events.length);
    for (const name of names(choice)) expect(name).toMatch(/^[a-z]\w{0,62}$/);
  });

  it("of a kernel that is not the symbols' own are refused", () => {
    expect(() => choiceOf([calling("other", nop)])).toThrow(/must be of one build/);
  });
});

/** Words that a fetch argument's arrays read behind a pointer. */
function wordsRead(fetch: string): number[] {
  return [...fetch.matchAll(/:x64\[(\d+)\]/g)].map((match) => Number(match[1]));
}

describe("what all probes read", () => {
  const module = testModule("privcmd_ioctl", [nop, code.call(0), ret], "privcmd_call", 1);
  const choice = choiceOf(
    [
      decrease,
      calling("balloon_process", "xenmem_reservation_decrease"),
      calling("map", code.movToW0(0), "HYPERVISOR_grant_table_op"),
      calling("copy", code.movToW0(5), "HYPERVISOR_grant_table_op"),
      calling("any_op", "HYPERVISOR_grant_table_op"),
      calling("batch", code.movToW0(23), "HYPERVISOR_memory_op"),
      calling("any", "HYPERVISOR_memory_op"),
    ],
    new Map([["xen-privcmd", module]]),
  );

  it("is never more than a call surely has, the balloon's page apart", () => {
    for (const { name, fetch } of choice.events) {
      const isPage = /^mo_[lx]_xenmem_reservation/.test(name);
      for (const words of wordsRead(fetch)) expect(words, name).toBeLessThanOrEqual(isPage ? 64 : 5);
      // Of ops the first one: its own size where it is known, else the smallest of which there are arrays.
      if (/^gt_._map_/.test(name)) expect(wordsRead(fetch), name).toEqual([4]);
      else if (/^gt_._copy_/.test(name)) expect(wordsRead(fetch), name).toEqual([5]);
      else if (/^(gt|pc_gt|pc_r)_/.test(name)) expect(wordsRead(fetch), name).toEqual([3]);
    }
    const page = choice.events
      .filter(({ name }) => /^mo_[lx]_/.test(name))
      .flatMap(({ fetch }) => wordsRead(fetch));
    expect(8 * (page.reduce((sum, words) => sum + words, 0) - 4)).toBe(4096);
  });

  it("fits into an event of tracefs", () => {
    for (const { name, fetch } of choice.events) {
      const scalars = fetch.split(" ").filter((argument) => !argument.endsWith("]")).length;
      const bytes = 8 * (scalars + wordsRead(fetch).reduce((sum, words) => sum + words, 0));
      expect(bytes, name).toBeLessThanOrEqual(3072 - 8);
    }
  });

  it("is what the tracefs reader takes", async () => {
    const value = (argument: string) => {
      const [key, type] = argument.split("=");
      const words = wordsRead(type);
      return words.length > 0 ? `${key}={${"0x1,".repeat(words[0]).slice(0, -1)}}` : `${key}=1`;
    };
    const lines = choice.events.map(
      ({ name, fetch }, i) =>
        `     xen-balloon-39      [001] d....    19.${100000 + i}: ${name}: (here+0x0/0x8) ${fetch.split(" ").map(value).join(" ")}\n`,
    );
    const path = join(folder, "all.ftrace.txt");
    writeFileSync(path, `# tracer: nop\n#\n${lines.join("")}`);
    const log = await openLog(path);
    let events = 0;
    for await (const batch of log.batches()) events += batch.length;
    expect(log.format).toBe("ftrace");
    expect(log.stats.problems).toEqual([]);
    expect([...log.stats.skipped.keys()].filter((reason) => reason.startsWith("event "))).toEqual([]);
    expect(events).toBeGreaterThan(choice.events.length / 2);
  });
});

describe("the scripts", () => {
  const choice = choiceOf([decrease, calling("balloon_process", "xenmem_reservation_decrease")]);
  const sh = (script: string, tracefs: string, ...args: string[]) =>
    execFileSync("sh", ["-s", ...args], {
      input: script,
      env: { ...process.env, T: tracefs, TMPDIR: folder },
    });

  /** A folder that looks like tracefs, in which everything can be written. */
  function tracefs(): string {
    const root = mkdtempSync(join(folder, "tracefs-"));
    for (const name of [...names(choice).map((event) => `events/xen/${event}`), "events/dma", "per_cpu/cpu0"])
      mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, "kprobe_events"), "");
    writeFileSync(join(root, "events/dma/enable"), "0\n");
    writeFileSync(join(root, "per_cpu/cpu0/stats"), "entries: 3\noverrun: 2\nbytes: 9\ndropped events: 1\n");
    return root;
  }

  it("define every event with its filter and start to record on the module's clock", () => {
    const root = tracefs();
    sh(startScript(choice), root);
    const read = (name: string) => readFileSync(join(root, name), "utf8");
    const lines = choice.events.map(({ name, place, fetch }) => `p:xen/${name} ${place} ${fetch}\n`);
    expect(read("kprobe_events")).toBe(lines.join(""));
    for (const { name, filter } of choice.events) {
      if (filter !== null) expect(read(`events/xen/${name}/filter`)).toBe(`${filter}\n`);
    }
    expect([
      read("trace_clock"),
      read("events/xen/enable"),
      read("events/dma/enable"),
      read("tracing_on"),
    ]).toEqual(["mono\n", "1\n", "1\n", "1\n"]);
  });

  it("end with the trace and what was lost, and take the events out again", () => {
    const root = tracefs();
    sh(startScript(choice), root);
    writeFileSync(join(root, "trace"), "# tracer: nop\n");
    const before = readFileSync(join(root, "kprobe_events"), "utf8");
    sh(stopScript(), root, join(folder, "run"));
    expect(readFileSync(join(folder, "run.ftrace.txt"), "utf8")).toBe("# tracer: nop\n");
    const statistics = readFileSync(join(folder, "run.stats.txt"), "utf8");
    expect(statistics).toBe("cpu0\nentries: 3\noverrun: 2\ndropped events: 1\n");
    expect(lostEvents(statistics)).toBe(3);
    const removed = names(choice).map((name) => `-:xen/${name}\n`);
    expect(readFileSync(join(root, "kprobe_events"), "utf8")).toBe(before + removed.join(""));
    expect(readFileSync(join(root, "tracing_on"), "utf8")).toBe("0\n");
  });

  it("follow no file that others may have put where temporary files go", () => {
    const root = tracefs();
    const victim = join(folder, "victim");
    writeFileSync(victim, "kept\n");
    for (const name of ["xgt-events", "xgt-events.tmp"]) symlinkSync(victim, join(folder, name));
    sh(startScript(choice), root);
    sh(stopScript(), root, join(folder, "run"));
    expect(readFileSync(victim, "utf8")).toBe("kept\n");
    expect(lstatSync(join(folder, "xgt-events")).isSymbolicLink()).toBe(true);
  });

  it("fail, naming the events, where tracefs refuses one", () => {
    const root = tracefs();
    rmSync(join(root, "events/xen/mo_l_xenmem_reservation_decrease_c"), { recursive: true });
    expect(() => sh(startScript(choice), root)).toThrow(
      /tracefs refused these events: mo_l_xenmem_reservation/,
    );
  });

  it("fail where there is no tracefs", () => {
    expect(() => sh(startScript(choice), join(folder, "nowhere"))).toThrow(/cannot write .*mount -t tracefs/);
  });

  it("record into an instance's buffer where that is said, and leave the other alone", () => {
    const root = tracefs();
    const instance = join(root, "instances/own");
    for (const name of names(choice)) mkdirSync(join(instance, "events/xen", name), { recursive: true });
    sh(`B="$T/instances/own"\n${startScript(choice)}`, root);
    const on = (at: string) => readFileSync(join(at, "events/xen/enable"), "utf8");
    expect([on(instance), on(root)]).toEqual(["1\n", "0\n"]);
    expect(readFileSync(join(instance, "tracing_on"), "utf8")).toBe("1\n");
  });

  it.each([
    ["trace-cmd", traceCmdStart(choice, "/tmp/trace.dat"), traceCmdStop, "-f"],
    ["perf", perfStart(choice, "/tmp/perf.data"), perfStop, "--filter"],
  ])("of %s give it every event with its filter", (_, start, stop, option) => {
    for (const { name, filter } of choice.events) {
      expect(start).toContain(` -e 'xen:${name}'${filter === null ? "" : ` ${option} '${filter}'`}`);
    }
    for (const text of [start, stop]) execFileSync("sh", ["-n"], { input: text });
  });
});

describe("a module's file that is corrupt", () => {
  it("with calls without end is refused", () => {
    const content = testModule("f", [code.call(0), ret], "privcmd_call", 0, CALL_SITES_MAX + 1);
    const file = { name: "m", content };
    expect(() => moduleCallSites(file, ["privcmd_call"])).toThrow(/m\.ko holds more than 4096 calls/);
    expect(moduleCallSites(file, ["other"])).toEqual([]);
  });

  it("with several tables of relocations at one place is refused", () => {
    const content = testModule("f", [code.call(0), ret], "privcmd_call", 0, 100);
    const table = Number(content.readBigUInt64LE(0x28));
    const section = (index: number) => content.subarray(table + 64 * index, table + 64 * (index + 1));
    section(2).copy(section(1));
    section(2).copy(section(5));
    expect(() => moduleCallSites({ name: "m", content }, ["privcmd_call"])).toThrow(
      /m\.ko: corrupt ELF file at byte \d+: its relocations overlap/,
    );
  });

  it("whose symbols share one long name is read with the name's beginning", () => {
    const long = "n".repeat(1 << 16);
    const content = testModule(long, [code.call(0), ret], "privcmd_call", 0);
    const [site] = moduleCallSites({ name: "m", content }, ["privcmd_call"]);
    expect(site.symbol).toBe(long.slice(0, SYMBOL_NAME_MAX));
  });

  const module = testModule("privcmd_ioctl", [nop, code.movToW0(1), code.call(0), ret], "privcmd_call", 2);

  it("is read or refused, never a failure of ours", () => {
    expect(moduleCallSites({ name: "m", content: module }, ["privcmd_call"])).toHaveLength(1);
    const edits = fc.array(fc.tuple(fc.nat(module.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.nat(module.length), edits, (size, changes) => {
        const content = Buffer.from(module);
        for (const [at, value] of changes) content[at] = value;
        try {
          moduleCallSites({ name: "m", content: content.subarray(0, size) }, ["privcmd_call"]);
        } catch (error) {
          expect(error).toBeInstanceOf(LabError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

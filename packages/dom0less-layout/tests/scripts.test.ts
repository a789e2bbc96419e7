import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyFdtScript,
  applyOverlay,
  checkLayout,
  imagebuilderScript,
  isFdtScript,
  isImagebuilderConfig,
  layoutModel,
  type Plan,
  planLayout,
  readDeviceTree,
  scriptText,
  stringsOf,
} from "../src/index.ts";
import { nodeAt } from "../src/tree/device-tree.ts";
import { readDts } from "../src/tree/read-dts.ts";
import { writeDtb } from "../src/tree/write-dtb.ts";
import { request, wanted } from "./board.ts";
import { caseTree } from "./cases.ts";

const linux = wanted("linux", 256n << 20n, ["/pl031@9010000"], { kernelFile: "Image", bootargs: 'a "b" $c' });
const rtos = wanted("rtos", 64n << 20n, []);

function planned(): Plan {
  const plan = planLayout({
    ...request(caseTree("virt2.dts"), [linux, rtos], { dom0: true }),
    dom0Kernel: { name: "dom0/Image", size: 0x200_0000n },
    shared: [{ id: "ring", size: 1n << 20n, domains: ["linux", "rtos"] }],
  });
  if (!plan.possible) throw new Error(plan.conflict.join("; "));
  return plan;
}

/** What Xen makes of the domains of a tree, for comparison. */
function domainsOf(host: ReturnType<typeof caseTree>) {
  return layoutModel({ host, modules: new Map(), release: 4022 }).domains.map(({ config, domid }) => ({
    name: config.name,
    domid,
    banks: config.banks,
    modules: config.modules
      .map(({ kind, memory }) => ({ kind, memory }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    shared: config.sharedMemory.map(({ id, host: at, guest, size }) => ({ id, at, guest, size })),
  }));
}

describe("a whole U-Boot script of a plan", () => {
  const plan = planned();

  test("makes the tree that the overlay makes, with the same domain ids", () => {
    const byScript = caseTree("virt2.dts");
    expect(applyFdtScript(byScript, plan.uboot, "boot.source")).toEqual([]);
    const byOverlay = caseTree("virt2.dts");
    applyOverlay(byOverlay, readDts(plan.overlay, "plan.dtso").tree);
    expect(domainsOf(byScript)).toEqual(domainsOf(byOverlay));
    expect(domainsOf(byScript).map(({ name, domid }) => `${name} ${domid}`)).toEqual(["linux 1", "rtos 2"]);
    const kernel = nodeAt(byScript, "/chosen/linux")?.children.find((node) =>
      node.properties.has("bootargs"),
    );
    expect(kernel === undefined ? [] : stringsOf(kernel, "bootargs")).toEqual(['a "b" $c']);
  });

  test("loads every file, tells Xen and Dom0 their command lines, and starts Xen", () => {
    expect(plan.uboot).toMatch(/^load \$devtype \$devnum:\$distro_bootpart \$kernel_addr_r xen$/m);
    expect(plan.uboot).toMatch(/^load .* 0x[0-9a-f]+ dom0\/Image$/m);
    expect(plan.uboot).toMatch(/^load .* 0x[0-9a-f]+ linux-passthrough.dtb$/m);
    expect(plan.uboot).toContain('fdt set /chosen xen,xen-bootargs "console=dtuart dom0_mem=512M"');
    expect(plan.uboot).toMatch(/xen,dom0-bootargs ".*clk_ignore_unused/);
    expect(plan.uboot.trimEnd().split("\n").at(-1)).toBe("booti $kernel_addr_r - $fdt_addr_r");
  });
});

describe("an ImageBuilder configuration of a plan", () => {
  const plan = planned();
  const made = imagebuilderScript(plan.imagebuilder, () => 0x100_0000n);

  test("gives the banks, the shared memory and the ids of the plan", () => {
    const host = caseTree("virt2.dts");
    expect(applyFdtScript(host, made.script, "config")).toEqual([]);
    const ids = domainsOf(host).map(({ banks, domid }) => ({ banks, domid }));
    expect(ids).toEqual(plan.domains.map(({ banks }, i) => ({ banks, domid: i + 1 })));
    const { findings } = checkLayout({ host, modules: new Map(), release: 4022 });
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("names its files, and marks the devices by an overlay", () => {
    expect([...made.files.values()].sort()).toEqual(
      ["Image", "dom0/Image", "linux-passthrough.dtb", "rtos-kernel"].sort(),
    );
    const host = caseTree("virt2.dts");
    expect(applyOverlay(host, readDts(plan.marks, "plan-host.dtso").tree)).toEqual([]);
    expect(nodeAt(host, "/pl031@9010000")?.properties.has("xen,passthrough")).toBe(true);
  });
});

test("shared memory of a plan is 1:1 in every domain, with an event channel that names the other's end", () => {
  const plan = planned();
  const [window] = plan.windows;
  const host = caseTree("virt2.dts");
  applyOverlay(host, readDts(plan.overlay, "plan.dtso").tree);
  for (const { shared } of domainsOf(host)) {
    expect(shared).toEqual([
      { id: "ring", at: window.memory.start, guest: window.memory.start, size: 1n << 20n },
    ]);
  }
  expect(plan.check.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  const asked = {
    ...request(caseTree("virt2.dts"), [rtos]),
    shared: [{ id: "x", size: 4096n, domains: ["rtos", "no"] }],
  };
  const refused = planLayout(asked);
  expect(refused.possible ? [] : refused.conflict).toEqual([
    "shared memory x names no, which no --domu begins",
  ]);
});

describe("a hostile script", () => {
  const host = () => readDts("/dts-v1/; / { chosen { }; };", "t.dts").tree;

  test.each(["a\\0", "\u00e9", "x".repeat(600), "a%b", "a~", "''"])("has no name %j in a tree", (name) => {
    const tree = host();
    const word = name === "a\\0" ? "'a\0'" : name;
    const problems = applyFdtScript(tree, `fdt set /chosen ${word} "v"\nfdt mknod /chosen ${word}\n`, "s");
    expect(problems.map(({ location }) => location.place)).toEqual(name === "''" ? [1] : [1, 2]);
    expect(problems[0].message).toMatch("is no name of a node or property");
    expect(readDeviceTree(writeDtb(tree), "again").problems).toEqual([]);
  });

  test("that doubles its variables keeps them as they stand once they are too long", () => {
    const lines = ["setenv a 0x10000000", ...new Array(60).fill(`setenv a \${a}\${a}\${a}\${a}`)];
    const tree = host();
    const problems = applyFdtScript(tree, [...lines, `fdt set /chosen v \${a}`].join("\n"), "s");
    expect(problems).toEqual([]);
    expect(nodeAt(tree, "/chosen")?.properties.get("v")?.data.length).toBeLessThan(1 << 16);
    const long = `fdt set /chosen w ${`\${b}`.repeat(100_000)}`;
    applyFdtScript(tree, `setenv b ${"x".repeat(10_000)}\n${long}`, "s");
    expect(nodeAt(tree, "/chosen")?.properties.get("w")?.data.length).toBeLessThan(1 << 20);
    const config = ["XEN=x", ...new Array(60).fill("XEN=$XEN$XEN$XEN$XEN"), 'DOM0_KERNEL="$XEN"'].join("\n");
    expect(imagebuilderScript(config, () => null).script.length).toBeLessThan(1 << 20);
  });
});

test("zero bytes in a configuration are passed over, as the shell does that reads it", () => {
  const asked: string[] = [];
  imagebuilderScript('XEN="x\0en"\nDOM0_KERNEL=Im\0age\n', (file) => {
    asked.push(file);
    return null;
  });
  expect(asked).toEqual(["xen", "Image"]);
});

describe("a script of somebody else's", () => {
  test("is followed: variables, comments, several commands a line, removal", () => {
    const host = readDts("/dts-v1/; / { chosen { old { }; }; };", "t.dts").tree;
    const script = [
      "# comment",
      "setenv base 0x50000000; fdt addr 0x44000000 && echo ok",
      'fdt mknod /chosen domU1 ; fdt set /chosen/domU1 compatible "xen,domain"',
      `fdt set /chosen/domU1 xen,static-mem <0x0 \${base} 0x0 0x1000>`,
      "fdt set /chosen/domU1 direct-map; fdt set /chosen/domU1 mac [00 0a 35]",
      "fdt set /chosen/domU1 \\#address-cells <2>",
      "fdt rm /chosen/old",
    ].join("\n");
    expect(isFdtScript(script)).toBe(true);
    expect(applyFdtScript(host, script, "boot.source")).toEqual([]);
    const node = nodeAt(host, "/chosen/domU1");
    const bytes = (name: string) => Buffer.from(node?.properties.get(name)?.data ?? []).toString("hex");
    expect(bytes("xen,static-mem")).toBe("00000000500000000000000000001000");
    expect(bytes("mac")).toBe("000a35");
    expect(bytes("#address-cells")).toBe("00000002");
    expect(nodeAt(host, "/chosen/old")).toBeNull();
  });

  test("is told where it cannot be followed", () => {
    const host = readDts("/dts-v1/; / { chosen { }; };", "t.dts").tree;
    const problems = applyFdtScript(
      host,
      "fdt set /chosen reg <0x0 $filesize>\n\nfdt set /nowhere a <1>\n",
      "s",
    );
    expect(problems.map(({ message, location }) => `${location.place}: ${message}`)).toEqual([
      "1: property reg: <0x0 $filesize> is known only when the script runs",
      "3: no node of the tree is /nowhere",
    ]);
  });

  test("comes out of boot.scr too", () => {
    const head = Buffer.alloc(72);
    head.writeUInt32BE(0x27051956, 0);
    head[30] = 6;
    expect(scriptText(Buffer.concat([head, Buffer.from("fdt addr 1\n")]))).toBe("fdt addr 1\n");
  });

  test("may hold anything without harm", () => {
    const pieces = [
      "fdt set /chosen ",
      "fdt mknod / ",
      "<",
      ">",
      '"',
      "'",
      "\\",
      "$x",
      "${",
      ";",
      "\n",
      "a",
      "[",
      "]",
      "#",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        const host = readDeviceTree(Buffer.from("/dts-v1/; / { chosen { }; };"), "t.dts").tree;
        const text = parts.join("");
        applyFdtScript(host, text, "s");
        isImagebuilderConfig(text);
        imagebuilderScript(text, () => null);
      }),
    );
  });
});

test("devices of an ImageBuilder configuration are marked on the host, and only where they name nodes", () => {
  const made = imagebuilderScript(
    `NUM_DOMUS=1
DOMU_KERNEL[0]="Image"
DOMU_PASSTHROUGH_PATHS[0]="/pl031@9010000 /x;reset $(rm)"
PASSTHROUGH_DTS_REPO="parts.git dts"
`,
    () => 0x1000n,
  );
  expect(made.script.match(/^fdt set .* xen,passthrough$/gm)).toEqual([
    "fdt set /pl031@9010000 xen,passthrough",
  ]);
  expect([...made.files.values()]).toContain("domU0.dtb");
});

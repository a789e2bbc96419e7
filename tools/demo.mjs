// Replays a real log with known faults and shows what the tool finds; exits 0 when the expected findings came.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGuest } from "./run-bare-metal.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = "corpus/traces/dma-4.20";
const logs = [`${folder}/faulty/hvclog.jsonl`, `${folder}/faulty/trace.txt.gz`];
const spec = ["--domains", `${folder}/spec.json`];
const page = "dist/demo.html";
const command = (...args) =>
  spawnSync(process.execPath, [join(root, "packages/cli/dist/xgt.mjs"), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
const xgt = (...more) => command("replay", ...logs, ...spec, ...more);

/** Steps of corpus/traces/dma-4.20/faulty/workload.txt: rule, gfn, frame touched, frame expected. */
const expected = [
  ["A", "G44", "0xc5b79", "0xc5b79", null],
  ["B", "G17", "0xc1f96", "0xc1f96", "0xc78e6"],
  ["B", "G17", "0xc1f96", "0xc1f96", "0xc78e6"],
  ["C", "G44", "0x107fd0", "0xc78ea", null],
  ["D", "G18", "0x107fd1", "0xc78e5", "0xc78e8"],
];

console.log(
  [
    "A real Xen 4.20, Linux 6.12 as direct-mapped Dom0, a disk without an IOMMU in front of it.",
    "Four steps (A to D) make Linux's belief about a frame wrong, each is followed by a real DMA.",
    "Neither Xen nor Linux reported any of them when it happened.",
    "",
    `$ xgt replay ${logs.join(" ")} ${spec.join(" ")}`,
    "",
  ].join("\n"),
);
const shown = xgt("--color", process.stdout.isTTY ? "always" : "auto");
process.stdout.write(shown.stdout);
process.stderr.write(shown.stderr);

const result = JSON.parse(xgt("-f", "json", "--quiet").stdout);
const dma = result.findings.filter((finding) => finding.severity === "error" && finding.bus_mfn !== null);
const found = dma.map((finding) => [finding.rule, finding.gfn, finding.bus_mfn, finding.expected_mfn]);
const wanted = expected.map(([, ...rest]) => rest);
if (shown.status === 1 && JSON.stringify(found) === JSON.stringify(wanted)) {
  console.log(`\nThe ${wanted.length} wrong DMAs of the steps A to D were found, and no other.`);
} else {
  console.error(
    `\nxgt: the demo expected ${JSON.stringify(wanted)}\n     but found       ${JSON.stringify(found)}`,
  );
  process.exitCode = 1;
}

mkdirSync(join(root, "dist"), { recursive: true });
const report = command("report", ...logs, ...spec, "-o", page);
process.stderr.write(report.stderr);
if (report.status === 0) {
  console.log(
    `\n$ xgt report ${logs.join(" ")} ${spec.join(" ")} -o ${page}\n\nThe same as a page: open ${join(root, page)} in a browser.`,
  );
} else process.exitCode = 1;

const work = mkdtempSync(join(tmpdir(), "xgt-demo-"));
try {
  showBareMetal(bootedConsole(work));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The console of the bare-metal guest, booted just now on a real Xen; null where this machine cannot. */
function bootedConsole(work) {
  const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  if (!["qemu-system-aarch64", "aarch64-linux-gnu-gcc", "make"].every(has)) return null;
  console.log("\nBuilding examples/bare-metal-c and booting it on Debian's Xen in QEMU ...");
  const build = join(work, "guest");
  if (buildGuest(build) !== "") return null;
  const output = join(work, "output");
  const boot = command(
    ...["lab", "run", "--guest", join(build, "Image"), "--bootargs", "forget-bus-addr", "-o", output],
  );
  return boot.status === 1 ? join(output, "guest.console") : null;
}

/** Replays its console, or the one that is kept here. */
function showBareMetal(booted) {
  const kept = "corpus/bare-metal/faulty.console";
  const how =
    booted === null ? "captured before: this machine lacks QEMU or the lab's packages" : "booted just now";
  const head = `The same fault in a guest without an operating system (examples/bare-metal-c, ${how}), from its console alone:`;
  console.log(`\n${head}\n\n$ xgt replay ${booted === null ? kept : "guest.console"}\n`);
  const bare = command("replay", booted ?? kept);
  process.stdout.write(bare.stdout);
  process.stderr.write(bare.stderr);
  if (bare.status !== 1 || !bare.stdout.includes("[G17 ")) {
    console.error("\nxgt: the demo expected G17 in the bare-metal guest's console");
    process.exitCode = 1;
  } else console.log("\n`npm run bare-metal` boots that guest, healthy and faulty, on two releases of Xen.");
}

// What a replay costs by what is known of the domain, in one run: npm run bench:modes [-- OPERATIONS [ROUNDS [BUNDLE]]]
// Each kind of domain beside the tracker in C, and beside another build of the command where BUNDLE names one; and how many
// rows took the short way of healthy events, with the reason that most others had for not taking it.
import { rmSync, writeFileSync } from "node:fs";
import { file, folder, makeLog, makeMeasures, measureAll, numbers, ran, tool, XGT } from "./measuring.mjs";

const operations = process.argv[2] ?? "1000000";
const rounds = Number(process.argv[3] ?? 5);
const other = process.argv[4];

/** Of so many batches of grants one goes wrong in the log that is not healthy. */
const FAULTS = "500";
/** Dom0 of tools/make-log.ts, whose text names no domain. */
const dom0 = {
  domid: 0,
  mode: "direct-mapped",
  ram: [{ gfn: "0x80000", count: "0x80000" }],
  regions: [{ name: "extended", gfn: "0x200000", count: "0x40000" }],
  iommu: false,
  max_order: 18,
};
/** Each kind: its name, what makes its log, and its domain; null: nothing is known of it. */
const kinds = [
  ["direct-mapped", [], dom0],
  ["direct-mapped, no regions", [], { ...dom0, regions: undefined }],
  ["translated", [], { ...dom0, mode: "translated" }],
  ["IOMMU", ["--iommu"], { ...dom0, iommu: true }],
  ["nothing known", [], null],
  ["one batch in 500 wrong", ["--faults", FAULTS], dom0],
];

/** Logs and domains of all kinds; kinds of the same log share it. */
function made() {
  const logs = new Map();
  return kinds.map(([name, options, domain], i) => {
    const key = options.join(" ");
    if (!logs.has(key)) {
      logs.set(key, file(`${logs.size}.ftrace`));
      const all = ["--format", "ftrace", "--operations", operations, "--seed", "77", ...options];
      makeLog(`${logs.size - 1}.ftrace`, ...all);
    }
    const domains = file(`${i}.json`);
    if (domain !== null)
      writeFileSync(domains, JSON.stringify({ version: 1, xen: "4.17", arch: "arm64", domains: [domain] }));
    return { name, log: logs.get(key), domains: domain === null ? [] : [domains] };
  });
}

function replay(xgt, { log, domains }) {
  return [process.execPath, xgt, "replay", log, "--quiet", ...domains.flatMap((path) => ["--domains", path])];
}

/** How many rows took the short way, in words. */
function shortWay({ log, domains }) {
  const { rows, passed, refusals } = JSON.parse(
    ran(process.execPath, tool("bench/print-short-way.ts", log, ...domains)),
  );
  const [most] = refusals.toSorted((a, b) => b.byPath - a.byPath);
  const why = most === undefined || most.byPath === 0 ? "" : `; ${most.byPath}: ${most.reason}`;
  return `${((100 * passed) / rows).toFixed(2)} %${why}`;
}

try {
  makeMeasures();
  const rows = made();
  const builds = other === undefined ? [XGT] : [XGT, other];
  const commands = [
    [file("tracker"), rows[0].log],
    ...rows.flatMap((row) => builds.map((build) => replay(build, row))),
  ];
  const [tracker, ...figures] = measureAll(commands, rounds);
  console.log(`${operations} operations, medians of ${rounds} whole processes, Node ${process.version}\n`);
  const more = other === undefined ? "" : "  of BUNDLE";
  console.log(`${"".padEnd(28)}  cpu s   wall s  peak MiB    of C${more}  short way`);
  console.log(`${"C tracker".padEnd(28)}${numbers(tracker)}`);
  for (const [i, row] of rows.entries()) {
    const [figure, before] = figures.slice(i * builds.length, (i + 1) * builds.length);
    const ofOther = before === undefined ? "" : `${(figure.cpu / before.cpu).toFixed(2)}x`.padStart(11);
    const ofC = `${(figure.cpu / tracker.cpu).toFixed(1)}x`.padStart(8);
    console.log(`${row.name.padEnd(28)}${numbers(figure)}  ${ofC}${ofOther}  ${shortWay(row)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

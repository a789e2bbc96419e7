// Runs the lab: every scenario on each Debian Xen must show what its head says and nothing else, and the model must agree
// with the answers to random hypercalls. Installs what the lab needs where it may. `--short`: the part that CI runs, within
// twenty-five minutes (seven on two quiet cores); what cannot be run there is skipped in plain words, never passed over.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runBareMetal } from "./run-bare-metal.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const short = process.argv.includes("--short");
const SHORT_SECONDS = 1_500;
/** Debian's Xens; the kernel beside 4.17 has no DMA events. */
const releases = ["4.17", "4.20"];
const shortScenarios = ["balloon", "grant-loopback", "faulty-over-ram", "faulty-dma"];
const OUT_OF_TIME = "the time is over";
/** One process makes 10,000 a second on a quiet machine, and 2,000 on a busy one. */
const calls = 1_000_000;

/** Program of the lab -> Debian package that brings it. */
const needed = [
  ["qemu-system-aarch64", "qemu-system-arm"],
  ["aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"],
  ["make", "make"],
  ["xz", "xz-utils"],
];
const alwaysNeeded = ["libc6-dev-arm64-cross", "debian-archive-keyring"];

const end = short ? Date.now() + SHORT_SECONDS * 1000 : Number.POSITIVE_INFINITY;
const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs a program; null: not done within the time left. */
function run(program, args, options = {}) {
  const left = end - Date.now();
  if (left <= 0) return null;
  const child = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
    ...(Number.isFinite(left) && { timeout: left }),
    ...options,
  });
  return child.error?.code === "ETIMEDOUT" ? null : child;
}

const xgt = (...args) => run(process.execPath, [join(root, "tools/run-xgt.mjs"), ...args]);
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const installed = (name) => spawnSync("dpkg", ["-s", name], { stdio: "ignore" }).status === 0;

/** Words that say why the lab cannot be run here; undefined: it can. */
function whyNot() {
  const missing = [
    ...needed.filter(([program]) => !has(program)).map(([, name]) => name),
    ...alwaysNeeded.filter((name) => !installed(name)),
  ];
  if (missing.length === 0) return undefined;
  const advice = `apt-get install ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || !has("apt-get")) return `it needs ${missing.join(", ")}: sudo ${advice}`;
  console.log(`lab: ${advice}`);
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  run("apt-get", ["-q", "update"], quiet);
  const options = ["-q", "-y", "--no-install-recommends", "install"];
  const done = run("apt-get", [...options, ...missing], {
    ...quiet,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return done?.status === 0 ? undefined : `${advice} failed`;
}

/** `wrong`: "", what is wrong, or null where nothing was found out, because of `why`. */
function report(name, wrong, why = OUT_OF_TIME) {
  const verdict = wrong === null ? "skipped" : wrong === "" ? "passed" : "failed";
  counts[verdict]++;
  const words = { skipped: `SKIPPED: ${why}`, passed: "ok", failed: `FAILED: ${wrong}` };
  console.log(`lab: ${name}: ${words[verdict]}`);
}

/** The scenarios with the rules that each must show, from `xgt lab list --format json`. */
function scenarios() {
  const list = xgt("lab", "list", "--format", "json");
  if (list?.status !== 0) throw new Error("the scenarios cannot be listed");
  return JSON.parse(list.stdout).scenarios.filter(({ name }) => !short || shortScenarios.includes(name));
}

/** The packages: a step of its own, for a mirror that cannot be reached says nothing of this project. */
function fetchPackages(release) {
  const lab = xgt("lab", "fetch", "--xen-release", release);
  if (lab === null) return null;
  return lab.status === 0 ? "" : "its packages cannot be fetched (see above)";
}

/** Boots scenarios and reports what each one's log shows against what its head says. */
function runScenarios(all, release, folder) {
  if (all.length === 0) return;
  const names = all.map(({ name }) => name).join(",");
  const lab = xgt("lab", "run", "--xen-release", release, "--scenario", names, "-o", folder);
  let errors = 0;
  for (const { name, expected } of all) {
    const log = join(folder, "kernel", `${name}.ndjson`);
    const title = `Xen ${release}, ${name}`;
    if (!existsSync(log)) {
      report(title, lab === null ? null : "it did not run (see above)");
      continue;
    }
    const replay = xgt("replay", log, "-f", "json", "--quiet");
    const found = replay === null ? [] : alarming(JSON.parse(replay.stdout).findings);
    errors += found.filter(({ severity }) => severity === "error").length;
    const rules = [...new Set(found.map(({ rule }) => rule))].sort().join(" ");
    const wanted = [...expected].sort().join(" ");
    const wrong = rules === wanted ? "" : `expected ${wanted || "no finding"}, found ${rules || "none"}`;
    report(title, replay === null ? null : wrong);
  }
  // The verdict knows more than the findings: scripts that failed, logs that are not whole.
  const status = errors > 0 ? 1 : 0;
  const told = lab === null || lab.status === 2 ? errors : countOf(lab.stdout, /^result: (\d+) errors?/m);
  if (lab !== null && (lab.status !== status || told !== errors)) {
    process.stdout.write(lab.stdout);
    report(
      `Xen ${release}, the verdict`,
      `status ${lab.status} with ${told} errors, not ${status} with ${errors}`,
    );
  }
}

function countOf(text, pattern) {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

function alarming(findings) {
  return findings.filter(({ severity }) => severity !== "info");
}

/** "": as it must be; null: no time left; else what is wrong. */
function runDifferential(release) {
  const lab = xgt("lab", "differential", "--xen-release", release, "--calls", String(calls));
  if (lab === null) return null;
  process.stdout.write(lab.stdout);
  return lab.status === 0 ? "" : `exit status ${lab.status}`;
}

const reason = whyNot();
if (reason !== undefined) {
  console.error(`lab: SKIPPED as a whole: ${reason}`);
  counts.skipped++;
  process.exitCode = short ? 0 : 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), "xgt-run-lab-"));
  try {
    const all = scenarios();
    for (const release of releases) {
      const wrong = fetchPackages(release);
      if (wrong !== "") {
        report(`Xen ${release}`, short ? null : wrong, wrong ?? OUT_OF_TIME);
        continue;
      }
      const runnable = all.filter(({ needs }) => release !== "4.17" || !needs.includes("dma"));
      const [clean, faulty] = [true, false].map((is) =>
        runnable.filter((each) => (each.expected.length === 0) === is),
      );
      runScenarios(clean, release, join(folder, release, "clean"));
      runScenarios(faulty, release, join(folder, release, "faulty"));
      report(`Xen ${release}, ${calls} random calls`, runDifferential(release));
      if (Date.now() < end) runBareMetal([release], (name, wrong) => report(name, wrong));
      else report(`Xen ${release}, bare-metal guest`, null);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (counts.failed > 0) process.exitCode = 1;
}
console.log(`lab: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);

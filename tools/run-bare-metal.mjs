// Builds the guest of examples/bare-metal-c from generated bindings, boots it on Debian's Xens and judges its console:
// the healthy one must be clean, the one that forgets dev_bus_addr must be found, and its disk must have held wrong bytes.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const xgt = join(root, "packages/cli/dist/xgt.mjs");

/** The two ways to boot the guest: bootargs, what the guest's last mark must say, and what the replay must find. */
const runs = [
  { name: "healthy", bootargs: "quiet", end: "END: all bytes are where they belong", rules: [] },
  { name: "faulty", bootargs: "forget-bus-addr", end: "END: wrong bytes", rules: ["G17"] },
];

/** Builds the Image in `folder`. Returns what is wrong, or "". */
export function buildGuest(folder) {
  cpSync(join(root, "examples/bare-metal-c"), folder, { recursive: true });
  const make = spawnSync("make", ["-C", folder, `XGT='${process.execPath}' '${xgt}'`], { encoding: "utf8" });
  if (make.error) return `make: ${make.error.message}`;
  return make.status === 0 && make.stderr === "" ? "" : `the build failed:\n${make.stderr}`;
}

/** Boots the Image once: `{ wrong, seconds, output, status }`. `wrong`: "" where all is as it must be. */
export function bootGuest(folder, release, run) {
  const output = join(folder, `${release}-${run.name}`);
  const started = Date.now();
  const args = ["lab", "run", "--guest", join(folder, "Image"), "--bootargs", run.bootargs];
  const lab = spawnSync(process.execPath, [xgt, ...args, "--xen-release", release, "-o", output], {
    encoding: "utf8",
  });
  const seconds = (Date.now() - started) / 1000;
  const said = `${lab.stdout}${lab.stderr}`;
  if (lab.status === 2 || lab.status === null) return { wrong: said, seconds, output, status: 2 };
  const console_ = join(output, "guest.console");
  const replay = spawnSync(process.execPath, [xgt, "replay", console_, "-f", "json", "-q"], {
    encoding: "utf8",
  });
  const findings = JSON.parse(replay.stdout).findings.filter(({ severity }) => severity !== "info");
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const problems = [
    rules.join() === run.rules.join() ? "" : `found ${rules.join(" ") || "nothing"}`,
    lab.status === Math.min(run.rules.length, 1) ? "" : `exit status ${lab.status}`,
    readFileSync(console_, "latin1").includes(run.end) ? "" : `the guest did not say "${run.end}"`,
  ].filter((problem) => problem !== "");
  return { wrong: problems.join("; "), seconds, output: console_, status: lab.status };
}

/** Runs all on each release; calls `report(name, wrong, seconds)` for each. */
export function runBareMetal(releases, report) {
  const folder = mkdtempSync(join(tmpdir(), "xgt-bare-metal-"));
  try {
    const wrong = buildGuest(folder);
    for (const release of releases) {
      for (const run of runs) {
        const result = wrong === "" ? bootGuest(folder, release, run) : { wrong, seconds: 0 };
        report(`Xen ${release}, bare-metal guest, ${run.name}`, result.wrong, result.seconds);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  runBareMetal(["4.17", "4.20"], (name, wrong, seconds) => {
    console.log(`${name}: ${wrong === "" ? `as it must be (${seconds.toFixed(1)} s)` : wrong}`);
    if (wrong !== "") process.exitCode = 1;
  });
}

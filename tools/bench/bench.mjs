// Replays synthetic logs and compares with a native yardstick in the same run: node tools/bench/bench.mjs [OPERATIONS]
// Figures of one machine say little; the ratio to the yardstick travels.
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const operations = Number(process.argv[2] ?? 2_000_000);
const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), "xgt-bench-"));

/** Runs a command; throws where it fails with another status. */
function ran(command, args, statuses = [0]) {
  const run = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (run.error || !statuses.includes(run.status))
    throw new Error(`${command} ${args.join(" ")}: ${run.error?.message ?? run.stderr}`);
  return run;
}

/** Processor seconds of a child, as the shell's `times` builtin tells them. */
function timed(command, args, statuses) {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const run = ran("bash", ["-c", `${quoted} > /dev/null 2>&1; status=$?; times; exit $status`], statuses);
  const children = run.stdout.trim().split("\n")[1];
  return children
    .split(" ")
    .map((text) => /(\d+)m([\d.]+)s/.exec(text))
    .reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0);
}

try {
  const yardstick = join(folder, "yardstick");
  ran("cc", ["-O3", "-o", yardstick, join(here, "yardstick.c")]);
  console.log(`${operations} operations; best of ${ROUNDS} rounds; seconds of processor time\n`);
  console.log("format   MB      yardstick  xgt replay  operations/s  MB/s   xgt / yardstick");
  for (const format of ["ndjson", "ftrace"]) {
    const log = join(folder, `log.${format}`);
    const made = spawnSync(
      process.execPath,
      ["tools/run-ts.mjs", "tools/make-log.ts", "--format", format, "--operations", `${operations}`],
      { cwd: root, stdio: ["ignore", openSync(log, "w"), "ignore"] },
    );
    if (made.status !== 0) throw new Error(`make-log failed for ${format}`);
    const megabytes = statSync(log).size / 1e6;
    let native = Number.POSITIVE_INFINITY;
    let ours = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      native = Math.min(native, timed(yardstick, [log]));
      ours = Math.min(
        ours,
        timed(process.execPath, [join(root, "packages/cli/dist/xgt.mjs"), "replay", log, "--quiet"]),
      );
    }
    const columns = [
      format.padEnd(8),
      megabytes.toFixed(0).padEnd(7),
      native.toFixed(2).padEnd(10),
      ours.toFixed(2).padEnd(11),
      `${(operations / ours / 1e6).toFixed(2)} M`.padEnd(13),
      (megabytes / ours).toFixed(0).padEnd(6),
      `${(ours / native).toFixed(1)}x`,
    ];
    console.log(columns.join(" "));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

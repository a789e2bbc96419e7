// Installs Debian's redis-server, which the tests of queued fleets start, where it is missing and may be: node tools/get-redis.mjs
// Without one those tests are skipped, and say so.
import { spawnSync } from "node:child_process";

const isThere = () => spawnSync("redis-server", ["--version"]).status === 0;

function install() {
  const asRoot = process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
  if (!asRoot) return;
  console.log("redis: apt-get install redis-server");
  spawnSync("apt-get", ["update", "-q"], { stdio: "ignore" });
  // Nothing is started: the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const stdio = ["ignore", "ignore", "inherit"];
  spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "redis-server"], { stdio, env });
}

if (!isThere()) install();
console.log(
  isThere()
    ? "redis: redis-server is installed"
    : "redis: apt-get install redis-server; queued fleets' tests are skipped",
);

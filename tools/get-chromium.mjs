// Says where the browser is that the tests of the report's page drive, and installs Debian's where it may: node tools/get-chromium.mjs
// Without one those tests are skipped, and say so.
import { spawnSync } from "node:child_process";
import { findChromium } from "../packages/report/tests/find-chromium.mjs";

function install() {
  const asRoot = process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;
  if (!asRoot)
    return "no Chromium here: sudo apt-get install chromium, or CHROMIUM=PATH; the page's tests are skipped";
  console.log("browser: apt-get install chromium");
  spawnSync("apt-get", ["update", "-q"], { stdio: "ignore" });
  const options = ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
  spawnSync("apt-get", options, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return findChromium() ?? "Chromium could not be installed: the page's tests are skipped";
}

console.log(`browser: ${findChromium() ?? install()}`);

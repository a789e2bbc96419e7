#!/usr/bin/env node
// Fetches device trees of real boards: node tools/fetch-boards.mjs DIR
//
// Debian's arm64 kernel package ships the trees that Linux's own sources make; QEMU dumps its virt machine's. Needs apt,
// dpkg-deb and tar; with qemu-system-aarch64 also the virt trees. apt's lists are kept in DIR, the machine's stay as they
// are. Nothing of it belongs into the repository.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const target = process.argv[2];
if (target === undefined) {
  process.stderr.write("usage: node tools/fetch-boards.mjs DIR\n");
  process.exit(2);
}
const folder = resolve(target);
const apt = join(folder, "apt");
const options = [
  "APT::Architecture=arm64",
  "APT::Architectures::=arm64",
  `Dir::State=${join(apt, "state")}`,
  `Dir::State::status=${join(apt, "status")}`,
  `Dir::State::Lists=${join(apt, "lists")}`,
  `Dir::Cache=${join(apt, "cache")}`,
  "Acquire::Languages=none",
].flatMap((option) => ["-o", option]);

function run(command, args, cwd = folder) {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) {
    process.stderr.write(`${command} ${args.at(-1)}: ${result.stderr ?? result.error}\n`);
    process.exit(1);
  }
  return result.stdout;
}

for (const part of ["state", "lists/partial", "cache/archives/partial"])
  mkdirSync(join(apt, part), { recursive: true });
writeFileSync(join(apt, "status"), "");
run("apt-get", [...options, "update"]);
const kernel = /Depends: (linux-image-\S+)/.exec(
  run("apt-cache", [...options, "depends", "linux-image-arm64"]),
);
if (kernel === null) throw new Error("apt knows no linux-image-arm64");
run("apt-get", [...options, "download", kernel[1]]);
const file = readdirSync(folder).find((name) => name.startsWith(kernel[1]) && name.endsWith(".deb"));
run("sh", ["-c", `dpkg-deb --fsys-tarfile '${file}' | tar -x --wildcards './usr/lib/linux-image*'`]);
rmSync(join(folder, file));
for (const gic of [2, 3]) {
  const machine = `virt,virtualization=on,gic-version=${gic},dumpdtb=virt-gicv${gic}.dtb`;
  const args = ["-M", machine, "-cpu", "cortex-a57", "-smp", "4", "-m", "4096", "-nic", "none", "-nographic"];
  if (spawnSync("qemu-system-aarch64", args, { cwd: folder }).error) break;
}
const count = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".dtb")).length;
process.stdout.write(`${count} device trees in ${folder}\n`);

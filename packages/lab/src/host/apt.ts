import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "./lab-error.ts";
import type { DebianSuite } from "./releases.ts";
import { runTool } from "./run-tool.ts";

/** What a user is told where apt or dpkg is missing. */
const APT_ADVICE = "the lab fetches Debian's arm64 packages with apt; it needs a Debian or Ubuntu host";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** apt on lists of its own for one suite: the host's are neither read nor changed. */
interface Apt {
  /** The host's own architecture, whose packages it knows beside arm64's. */
  readonly host: string;
  /** Fetches these very packages. Throws LabError. */
  download(names: readonly string[]): Promise<void>;
  /** Fetches packages and all that they depend on, but for `without` and what only those need. Throws LabError. */
  downloadWhole(names: readonly string[], without: readonly string[]): Promise<void>;
  /** The one package that `name` depends on and that matches. Throws LabError. */
  dependency(name: string, pattern: RegExp): Promise<string>;
  /** Every package that `name` depends on and that matches. Throws LabError. */
  dependencies(name: string, pattern: RegExp): Promise<string[]>;
  /** Unpacks what was fetched, each into the folder that `to` names, and returns names and versions. Throws LabError. */
  unpack(to: (file: string) => string): Promise<string[]>;
  /** Takes lists and packages away. */
  close(): Promise<void>;
}

/** An apt whose files lie in `folder`, with the suite's lists. Throws LabError. */
export async function openApt(suite: DebianSuite, folder: string): Promise<Apt> {
  if (!existsSync(KEYRING)) {
    throw new LabError(`${KEYRING} is missing: install debian-archive-keyring, which signs what is fetched`);
  }
  const host = `${await runTool("dpkg", ["--print-architecture"], { advice: APT_ADVICE })}`.trim();
  const apt = join(folder, "apt");
  const debs = join(folder, "debs");
  const env = await writeConfiguration(suite, apt, debs, host);
  const run = async (tool: string, ...args: string[]) =>
    `${await runTool(tool, args, { env, cwd: debs, advice: APT_ADVICE })}`;
  await run("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any");
  const dependencies = async (name: string, pattern: RegExp) => {
    const text = await run("apt-cache", "depends", name);
    return [...text.matchAll(/^\s*Depends: <?([^\s:>]+)/gm)]
      .map((match) => match[1])
      .filter((needed) => pattern.test(needed));
  };
  return {
    host,
    async download(names) {
      await run("apt-get", "download", "-q", ...names);
    },
    async downloadWhole(names, without) {
      const stanzas = await Promise.all(
        without.map(async (name) => installed(await run("apt-cache", "show", name))),
      );
      await writeFile(join(apt, "status"), stanzas.join("\n"));
      const options = ["-q", "-y", "--download-only", "--no-install-recommends"];
      await run("apt-get", "install", ...options, ...names);
    },
    dependencies,
    async dependency(name, pattern) {
      const [found] = await dependencies(name, pattern);
      if (found !== undefined) return found;
      throw new LabError(`Debian's package ${name} depends on nothing like ${pattern.source}`);
    },
    async unpack(to) {
      const names = (await readdir(debs)).filter((name) => name.endsWith(".deb")).sort();
      for (const file of names) {
        const target = join(folder, to(file));
        await mkdir(target, { recursive: true });
        await runTool("dpkg-deb", ["-x", join(debs, file), target], { advice: APT_ADVICE });
      }
      return names.map((file) => decodeURIComponent(file.slice(0, -".deb".length)));
    },
    async close() {
      await rm(debs, { recursive: true });
      await rm(apt, { recursive: true });
    },
  };
}

/** What makes apt take a package for installed: what it says of itself, without its own dependencies. */
function installed(stanzas: string): string {
  const newest = stanzas.split("\n\n")[0].split("\n");
  const kept = newest.filter((line) => /^(?:Package|Version|Architecture|Multi-Arch):/.test(line));
  return `${kept.join("\n")}\nStatus: install ok installed\n`;
}

/** Where Debian's packages come from: XGT_LAB_MIRROR, else the mirror that the host's own apt is set up with. */
async function debianMirror(): Promise<{ archive: string; security: string }> {
  const given = process.env.XGT_LAB_MIRROR;
  if (given !== undefined) return { archive: `${given}/debian`, security: `${given}/debian-security` };
  const format = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
  const sites = (await runTool("apt-get", format, { advice: APT_ADVICE })).toString("utf8").split("\n");
  const archive = sites.find((site) => /\/debian\/?$/.test(site))?.replace(/\/$/, "");
  if (archive === undefined) {
    throw new LabError(
      "the host's apt knows no Debian mirror: name one in XGT_LAB_MIRROR (the part before /debian)",
    );
  }
  const security = sites.find((site) => /\/debian-security\/?$/.test(site))?.replace(/\/$/, "");
  return { archive, security: security ?? `${archive}-security` };
}

async function writeConfiguration(
  suite: DebianSuite,
  apt: string,
  debs: string,
  host: string,
): Promise<Record<string, string>> {
  for (const name of ["state/lists/partial", "cache", "etc"])
    await mkdir(join(apt, name), { recursive: true });
  await mkdir(join(debs, "partial"), { recursive: true });
  const source = `deb [arch=arm64,${host} signed-by=${KEYRING}]`;
  const { archive, security } = await debianMirror();
  const lines = [`${source} ${archive} ${suite.suite} main`];
  if (suite.security) lines.push(`${source} ${security} ${suite.suite}-security main`);
  await writeFile(join(apt, "etc/sources.list"), `${lines.join("\n")}\n`);
  await writeFile(join(apt, "status"), "");
  const settings = {
    "APT::Architecture": "arm64",
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    "Dir::Cache::archives": debs,
    "Dir::Etc::sourcelist": join(apt, "etc/sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "",
  };
  const text = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  const file = join(apt, "apt.conf");
  await writeFile(file, `${text.join("")}APT::Architectures { "arm64"; "${host}"; };\n`);
  return { APT_CONFIG: file };
}

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LabError } from "./lab-error.ts";
import { type Place, prepareHeaders } from "./prepare-headers.ts";
import type { LabRelease } from "./releases.ts";
import { runTool } from "./run-tool.ts";

const APT_ADVICE = "the lab fetches Debian's arm64 packages with apt; it needs a Debian or Ubuntu host";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A suite's packages, unpacked. */
export interface UnpackedRelease {
  readonly release: LabRelease;
  /** Folder that looks like the root of an arm64 system. */
  readonly root: string;
  /** "6.1.0-56-arm64". */
  readonly kernelVersion: string;
  /** Package name and version, one each. */
  readonly packages: readonly string[];
}

/** Where packages are kept: XGT_LAB_CACHE, else the user's cache folder. */
export function labCacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return process.env.XGT_LAB_CACHE ?? join(base, "xgt-lab");
}

/**
 * The release's packages, fetched and unpacked where the cache does not hold them yet. apt runs on lists of its own:
 * the host's are neither read nor changed. Throws LabError.
 */
export async function unpackRelease(
  release: LabRelease,
  cache: string,
  say: (text: string) => void,
): Promise<UnpackedRelease> {
  const folder = join(cache, release.suite);
  const facts = join(folder, "facts.json");
  if (!existsSync(facts)) {
    const fresh = `${folder}.${process.pid}.tmp`;
    await rm(fresh, { recursive: true, force: true });
    try {
      await fetchRelease(release, { at: fresh, becomes: folder }, say);
      // Another lab may have been faster, and be using what it fetched.
      if (!existsSync(facts)) {
        await rm(folder, { recursive: true, force: true });
        await rename(fresh, folder);
      }
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }
  const { kernelVersion, packages } = JSON.parse(await readFile(facts, "utf8"));
  return { release, root: join(folder, "root"), kernelVersion, packages };
}

async function fetchRelease(release: LabRelease, place: Place, say: (text: string) => void): Promise<void> {
  const folder = place.at;
  if (!existsSync(KEYRING)) {
    throw new LabError(`${KEYRING} is missing: install debian-archive-keyring, which signs what is fetched`);
  }
  say(`fetching Debian ${release.suite}'s arm64 packages`);
  const host = `${await runTool("dpkg", ["--print-architecture"], { advice: APT_ADVICE })}`.trim();
  const env = await aptConfiguration(release, folder, host);
  const apt = async (tool: string, ...args: string[]) =>
    `${await runTool(tool, args, { env, cwd: join(folder, "debs"), advice: APT_ADVICE })}`;
  await apt("apt-get", "-q", "update");
  const image = await dependency(apt, "linux-image-arm64", /^linux-image-/);
  const kernelVersion = image.slice("linux-image-".length);
  const headers = `linux-headers-${kernelVersion}`;
  const wanted = [
    image,
    headers,
    await dependency(apt, headers, /^linux-headers-.*common/),
    // Its programs run here, those of the headers' own architecture would not.
    `${await dependency(apt, headers, /^linux-kbuild-/)}:${host}`,
    `libc6:${host}`,
    "busybox-static",
    `xen-hypervisor-${release.xen}-arm64`,
  ];
  await apt("apt-get", "-q", "download", ...wanted);
  const packages: string[] = [];
  for (const file of (await readdir(join(folder, "debs"))).sort()) {
    if (!file.endsWith(".deb")) continue;
    packages.push(decodeURIComponent(file.slice(0, -".deb".length)));
    // libc of the build tools stays apart from the guest's.
    const to = join(folder, file.startsWith("libc6_") ? "host" : "root");
    await mkdir(to, { recursive: true });
    await runTool("dpkg-deb", ["-x", join(folder, "debs", file), to], { advice: APT_ADVICE });
  }
  await prepareHeaders(place, kernelVersion);
  await rm(join(folder, "debs"), { recursive: true });
  await rm(join(folder, "apt"), { recursive: true });
  await writeFile(join(folder, "facts.json"), JSON.stringify({ kernelVersion, packages }));
}

/** The one package that `name` depends on and that matches. */
async function dependency(
  apt: (tool: string, ...args: string[]) => Promise<string>,
  name: string,
  pattern: RegExp,
): Promise<string> {
  const text = await apt("apt-cache", "depends", name);
  const found = [...text.matchAll(/^\s*Depends: <?([^\s:>]+)/gm)]
    .map((match) => match[1])
    .find((p) => pattern.test(p));
  if (found === undefined)
    throw new LabError(`Debian's package ${name} depends on nothing like ${pattern.source}`);
  return found;
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

async function aptConfiguration(
  release: LabRelease,
  folder: string,
  host: string,
): Promise<Record<string, string>> {
  const apt = join(folder, "apt");
  for (const name of ["state/lists/partial", "cache/archives/partial", "etc"]) {
    await mkdir(join(apt, name), { recursive: true });
  }
  await mkdir(join(folder, "debs"), { recursive: true });
  const source = `deb [arch=arm64,${host} signed-by=${KEYRING}]`;
  const { archive, security } = await debianMirror();
  const lines = [`${source} ${archive} ${release.suite} main`];
  if (release.security) lines.push(`${source} ${security} ${release.suite}-security main`);
  await writeFile(join(apt, "etc/sources.list"), `${lines.join("\n")}\n`);
  await writeFile(join(apt, "status"), "");
  const settings = {
    "APT::Architecture": "arm64",
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
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

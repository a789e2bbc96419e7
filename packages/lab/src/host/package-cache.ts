import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { openApt } from "./apt.ts";
import { checkBuildPath } from "./build-path.ts";
import type { PackageGroup } from "./package-groups.ts";
import { type Place, prepareHeaders } from "./prepare-headers.ts";
import { type DebianSuite, kernelSuites, type LabRelease } from "./releases.ts";
import { makeFolder, removeFolder } from "./temporary-folder.ts";

/** What a cached folder holds, written last. */
const FACTS = "facts.json";

/** A suite's kernel, with its Xen where it is a release of the lab's, unpacked. */
export interface UnpackedSuite {
  /** Debian's code name: "bookworm". */
  readonly suite: string;
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
  return resolve(process.env.XGT_LAB_CACHE ?? join(base, "xgt-lab"));
}

/** The suite's packages, fetched and unpacked where the cache does not hold them yet. Throws LabError. */
export async function unpackSuite(
  suite: DebianSuite | LabRelease,
  cache: string,
  say: (text: string) => void,
): Promise<UnpackedSuite> {
  const folder = join(cache, suite.suite);
  const facts = await cached(folder, async (place) => {
    say(`fetching Debian ${suite.suite}'s arm64 packages`);
    return fetchSuite(suite, place);
  });
  return unpackedIn(folder, suite, facts);
}

/** Every suite with a kernel that the cache holds already. */
export async function cachedSuites(cache: string): Promise<UnpackedSuite[]> {
  const found: UnpackedSuite[] = [];
  for (const suite of kernelSuites) {
    const folder = join(cache, suite.suite);
    const facts = await factsOf(folder);
    if (facts !== null) found.push(unpackedIn(folder, suite, facts));
  }
  return found;
}

function unpackedIn(folder: string, { suite }: DebianSuite, facts: string): UnpackedSuite {
  const { kernelVersion, packages } = JSON.parse(facts);
  return { suite, root: join(folder, "root"), kernelVersion, packages };
}

/**
 * The root folder of a group's packages, fetched where the cache lacks them. They lie beside the suite's own, so that
 * a cache that was filled before somebody needed the group stays good. Throws LabError.
 */
export async function unpackGroup(
  group: PackageGroup,
  release: LabRelease,
  cache: string,
  say: (text: string) => void,
): Promise<string> {
  const folder = join(cache, `${release.suite}-${group.name}`);
  await cached(folder, async ({ at }) => {
    say(`fetching Debian ${release.suite}'s packages for ${group.name}`);
    const apt = await openApt(release, at);
    await apt.downloadWhole(group.packages(release), group.without);
    const packages = await apt.unpack(() => "root");
    await apt.close();
    return { packages };
  });
  return join(folder, "root");
}

/** The text of a folder's facts.json. A folder that lacks it is made under another name, and whole before it has its own. */
async function cached(folder: string, fetch: (place: Place) => Promise<object>): Promise<string> {
  const known = await factsOf(folder);
  if (known !== null) return known;
  checkBuildPath(folder, "name another cache in XGT_LAB_CACHE");
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await makeFolder(`${folder}.tmp-`);
  try {
    const found = await fetch({ at: fresh, becomes: folder });
    await writeFile(join(fresh, FACTS), JSON.stringify({ ...found, folder }));
    // Another lab may have been faster, and be using what it fetched.
    const now = await factsOf(folder);
    if (now !== null) return now;
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await removeFolder(fresh);
  }
  return readFile(join(folder, FACTS), "utf8");
}

/** The text of a folder's facts.json; null where it has none, or was moved: kernel headers name paths of their own. */
async function factsOf(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, FACTS), "utf8").catch(() => null);
  return text !== null && JSON.parse(text).folder === folder ? text : null;
}

async function fetchSuite(suite: DebianSuite | LabRelease, place: Place): Promise<object> {
  const apt = await openApt(suite, place.at);
  const image = await apt.dependency("linux-image-arm64", /^linux-image-/);
  const kernelVersion = image.slice("linux-image-".length);
  const headers = `linux-headers-${kernelVersion}`;
  await apt.download([
    image,
    // Since Linux 7 the image's package holds nothing itself.
    ...(await apt.dependencies(image, /^linux-(?:binary|modules)-/)),
    headers,
    await apt.dependency(headers, /^linux-headers-.*common/),
    // Its programs run here, those of the headers' own architecture would not.
    `${await apt.dependency(headers, /^linux-kbuild-/)}:${apt.host}`,
    `libc6:${apt.host}`,
    "busybox-static",
    ...("xen" in suite ? [`xen-hypervisor-${suite.xen}-arm64`] : []),
  ]);
  // libc of the build tools stays apart from the guest's.
  const packages = await apt.unpack((file) => (file.startsWith("libc6_") ? "host" : "root"));
  await prepareHeaders(place, kernelVersion);
  await apt.close();
  return { kernelVersion, packages };
}

import type { LabRelease } from "./releases.ts";

/** Packages that only some runs need: fetched when one does, and in its initramfs only. */
export interface PackageGroup {
  /** The word that a scenario's "# needs:" says. */
  readonly name: string;
  /** Packages to fetch, with all that they depend on. */
  packages(release: LabRelease): readonly string[];
  /** Dependencies that are not fetched: nothing that runs in the lab uses them. */
  readonly without: readonly string[];
  /** Programs that go to /bin, paths in the packages; their libraries go to /lib. */
  programs(release: LabRelease): readonly string[];
  /** Libraries that no program names as its own: it loads them while it runs. */
  readonly loaded: readonly string[];
  /** Modules that the kernel loads for them. */
  readonly modules: readonly string[];
  /** They start DomUs: guest/domu goes to /domu, with a kernel and an initramfs. */
  readonly startsDomus: boolean;
  /** MiB that Dom0 needs more than without them: its root is in memory. */
  readonly memoryMib: number;
}

const TOOLSTACK_PROGRAMS = ["xl", "xenstored", "xen-init-dom0", "xenconsoled"];
const XENSTORE_PROGRAMS = ["xenstore-exists", "xenstore-ls", "xenstore-read", "xenstore-write"];

/** Every group that a run can ask for. */
export const packageGroups: readonly PackageGroup[] = [
  {
    name: "toolstack",
    packages: ({ xen }) => [`xen-utils-${xen}`],
    // Debian's own start scripts and pygrub need them.
    without: ["python3", "ucf", "udev"],
    programs: ({ xen }) => [
      ...TOOLSTACK_PROGRAMS.map((name) => `usr/lib/xen-${xen}/bin/${name}`),
      ...XENSTORE_PROGRAMS.map((name) => `usr/bin/${name}`),
    ],
    // glibc's pthread_cancel, which xl calls.
    loaded: ["libgcc_s.so.1"],
    modules: ["xenfs", "brd", "xen-blkback"],
    startsDomus: true,
    memoryMib: 0,
  },
  {
    name: "trace-cmd",
    packages: () => ["trace-cmd"],
    without: [],
    programs: () => ["usr/bin/trace-cmd"],
    loaded: ["libgcc_s.so.1"],
    modules: [],
    startsDomus: false,
    memoryMib: 0,
  },
  {
    name: "perf",
    packages: () => ["linux-perf"],
    // Its scripts and their examples: `perf record` and `perf script` need none of them.
    without: ["python3"],
    programs: () => ["usr/bin/perf"],
    loaded: ["libgcc_s.so.1"],
    modules: [],
    startsDomus: false,
    memoryMib: 256,
  },
  {
    name: "bpftrace",
    packages: () => ["bpftrace"],
    without: [],
    programs: () => ["usr/bin/bpftrace"],
    loaded: ["libgcc_s.so.1"],
    modules: [],
    startsDomus: false,
    // libLLVM and libclang have 200 MiB.
    memoryMib: 1024,
  },
];

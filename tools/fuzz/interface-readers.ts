import { rustAsHeader } from "../../packages/hypercall-abi/src/headers/rust/rust-header.ts";
import {
  CodecError,
  codecOf,
  encodeStruct,
  HeaderReader,
  headerTreeOf,
  loadModel,
  ModelFileError,
  parseRelease,
  type ReadResult,
  readHeaderTree,
  readModelFile,
  readRelease,
  UnknownReleaseError,
  writeModelFile,
} from "../../packages/hypercall-abi/src/index.ts";
import { checkReader } from "../../packages/hypercall-abi/tests/check-reader.ts";
import { mutateHeader, SeededRandom } from "../../packages/hypercall-abi/tests/mutate-headers.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import { withIncludes } from "./header-seeds.ts";
import { smallModels } from "./model-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { readerTarget } from "./reader-target.ts";

/** Readers of Xen's interface: headers in C, copies in Rust, model files, releases, and structs' bytes. */
export function interfaceReaders(root: string): FuzzTarget[] {
  const models = smallModels();
  return [
    headers(root),
    readerTarget("read-model", models, (bytes) => {
      try {
        const abi = readModelFile(Buffer.from(bytes).toString("utf8"));
        const text = writeModelFile(abi);
        if (writeModelFile(readModelFile(text)) !== text)
          throw new Error("a model changes when it is written");
        return true;
      } catch (error) {
        if (!(error instanceof ModelFileError)) throw error;
        return false;
      }
    }),
    readerTarget("read-rust", rustSources, (bytes) => {
      const header = rustAsHeader(Buffer.from(bytes).toString("utf8"), "aarch64", (name) => name);
      return header.text !== "";
    }),
    readerTarget("read-release", releaseTexts, (bytes) => {
      const text = Buffer.from(bytes).toString("utf8");
      readRelease(text);
      try {
        parseRelease(text);
        return true;
      } catch (error) {
        if (!(error instanceof UnknownReleaseError)) throw error;
        return false;
      }
    }),
    structs(),
  ];
}

/** One changed header among those that it needs. */
function headers(root: string): FuzzTarget {
  const tree = readHeaderTree(`${root}/packages/hypercall-abi/tests/fixtures/public`);
  const paths = [...tree.files.keys()];
  const texts = [...tree.files.values()];
  const options = { xen: "fuzz", arch: "arm64", mode: "tools" } as const;
  // What a reader has of the files that stay the same is kept.
  const bases = new Map<string, { reader: HeaderReader; known: ReadResult }>();
  const baseOf = (path: string) => {
    const reader = new HeaderReader(headerTreeOf(tree.root, withIncludes(tree.files, path)));
    const base = bases.get(path) ?? { reader, known: reader.read(options) };
    bases.set(path, base);
    return base;
  };
  return {
    name: "read-header",
    make: (random) => {
      const path = random.pick(paths);
      const changed = mutateHeader(
        tree.files.get(path) ?? "",
        texts,
        new SeededRandom(1 + random.below(1 << 30)),
      );
      const bytes = Buffer.from(changed);
      return {
        args: [path],
        files: new Map([["header", random.below(4) === 0 ? mutateBytes(bytes, [], random) : bytes]]),
      };
    },
    read: ({ args: [path], files }) => {
      const { reader, known } = baseOf(path);
      const text = Buffer.from(files.get("header") ?? "").toString("utf8");
      const { diagnosticCount } = checkReader(reader.withTexts([[path, text]]), options, known);
      return diagnosticCount === 0;
    },
  };
}

/** Bytes of a struct, at any length: read, written and read again. */
function structs(): FuzzTarget {
  const abi = loadModel("4.20", "arm64", "tools");
  const names = Object.keys(abi.structs).filter((name) => abi.structs[name].size <= 4096);
  return {
    name: "read-struct",
    make: (random) => {
      const name = random.pick(names);
      const { size } = abi.structs[name];
      const length =
        random.below(4) === 0 ? random.below(size + 64) : size + random.below(2) * 8 * random.below(8);
      const bytes = Buffer.from(
        Array.from({ length }, () => (random.below(3) === 0 ? 0xff : random.below(256))),
      );
      return { args: [name], files: new Map([["struct", bytes]]) };
    },
    read: ({ args: [name], files }) => {
      const bytes = files.get("struct") ?? new Uint8Array();
      const codec = codecOf(abi, name);
      try {
        const value = codec.decode(bytes);
        codec.decode(encodeStruct(abi, name, value));
        return true;
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        return false;
      }
    },
  };
}

const releaseTexts = [
  "4.17",
  "4.20.1",
  "4.21-rc3",
  "Xen 4.11.4+24-gddaaccbbab",
  "master",
  "4.9-unstable",
].map((text) => Buffer.from(text));

const rustSources: readonly Buffer[] = [
  `//! Copy of Xen's interface.
pub type DomId = u16;
pub const XENMEM_POPULATE_PHYSMAP: u32 = 6;
const GNTMAP_DEVICE: u32 = 1 << 0;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct XenMemoryReservation {
    pub extent_start: *mut u64,
    pub nr_extents: u64,
    pub extent_order: u32,
    pub mem_flags: u32,
    pub domid: DomId,
}
#[cfg(target_arch = "aarch64")]
#[repr(C)]
pub union Id { raw: [u8; 16], words: [u32; 4] }
#[repr(transparent)]
pub struct GrantRef(pub u32);
#[repr(u32)]
pub enum Kind { A = 1, B = 0x2, C }
#[repr(C, packed(4))]
struct MapGrantRef { host_addr: u64, flags: u32, r#ref: GrantRef, dom: DomId, status: i16, handle: u32, dev_bus_addr: u64 }
`,
].map((text) => Buffer.from(text));

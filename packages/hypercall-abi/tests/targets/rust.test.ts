import { describe, expect, test } from "vitest";
import { docComments, HeaderReader, headerTreeOf, loadModel } from "../../src/index.ts";
import { compilerFacts } from "./compiler-facts.ts";
import { emit, verified } from "./emit.ts";
import {
  inFolder,
  rustCompiler,
  rustDocumenter,
  rustEdition,
  rustFormatter,
  rustLinter,
  titled,
} from "./toolchain.ts";

const check = ["--edition", "2021", "--crate-type", "lib", "--emit", "metadata", "-D", "warnings"];

/** The Rust name of each aggregate by its name in C, read from the generated text. */
export function rustNames(text: string): Map<string, string> {
  const pattern =
    /^\/\/\/ ((?:struct|union) \w+|\w+), [\w/.-]+:\d+\n#\[repr\(.*\)\]\n#\[derive.*\]\npub (?:struct|union) (\w+) \{/gm;
  return new Map([...text.matchAll(pattern)].map((match) => [match[1], match[2]]));
}

/** A crate root that holds the module against what a compiler said of Xen's headers. */
function heldAgainst(text: string, xen: string, arch: "arm64" | "arm32"): string {
  const facts = compilerFacts(xen, arch);
  const names = rustNames(text);
  const lines = ["#![no_std]", "#![allow(non_upper_case_globals)]", "pub mod xen;"];
  for (const [key, struct] of Object.entries(facts.structs)) {
    const name = names.get(key);
    expect(name, key).toBeDefined();
    const type = `xen::${name}`;
    lines.push(`const _: () = assert!(core::mem::size_of::<${type}>() == ${struct.size});`);
    lines.push(`const _: () = assert!(core::mem::align_of::<${type}>() == ${struct.align});`);
    for (const field of struct.fields) {
      if (field.anonymous) break; // What follows may be inside the unnamed member.
      if (field.bitWidth !== undefined || /[.[]/.test(field.path)) continue;
      const member = `r#${field.path}`;
      lines.push(`const _: () = assert!(core::mem::offset_of!(${type}, ${member}) == ${field.offset});`);
    }
  }
  for (const { name, value, bytes } of facts.constants) {
    lines.push(`const _: () = assert!(xen::${name} as i128 == ${value});`);
    if (bytes !== undefined)
      lines.push(`const _: () = assert!(core::mem::size_of_val(&xen::${name}) == ${bytes});`);
  }
  return `${lines.join("\n")}\n`;
}

describe("the generated Rust module is what compilers make of Xen's headers", () => {
  for (const { xen, arch } of verified) {
    test.skipIf(rustCompiler === undefined)(titled(`${xen} ${arch}`, rustCompiler, "rustc"), () => {
      const text = emit("rust", loadModel(xen, arch, "tools"));
      const root = heldAgainst(text, xen, arch);
      inFolder({ "xen.rs": text, "lib.rs": root }, (_, run) => {
        expect(run(rustCompiler!, ...check, "lib.rs").stderr).toBe("");
        if (rustFormatter !== undefined)
          expect(run(rustFormatter, "--edition", "2021", "--check", "xen.rs").stdout).toBe("");
      });
      const { structs, constants } = compilerFacts(xen, arch);
      console.log(
        `Rust ${xen} ${arch}: ${Object.keys(structs).length} structs, ${constants.length} constants, ${(root.match(/^const _/gm) ?? []).length} checks`,
      );
    });
  }
});

test.skipIf(rustCompiler === undefined)(
  titled("commands and flags are unsigned, statuses have a type, errors a sign", rustCompiler, "rustc"),
  () => {
    const main = `mod xen;
fn main() {
    let _: [u32; 3] = [xen::GNTTABOP_copy, xen::XENMEM_populate_physmap, xen::GNTCOPY_source_gref];
    let _: [i32; 2] = [xen::GNTST_okay, xen::XEN_EINVAL];
    let mut op = xen::GnttabMapGrantRef::zeroed();
    assert_eq!(op.status, xen::GrantStatus::GNTST_okay);
    op.status = xen::GrantStatus::GNTST_bad_gntref;
    op.flags = xen::GNTMAP_host_map;
    assert_eq!(op.status.0, -3);
}
`;
    const text = emit("rust", loadModel("4.20", "arm64", "guest"), {
      only: ["gnttab_map_grant_ref", "GNT*", "XENMEM_*", "xen_errno"],
    });
    inFolder({ "xen.rs": text, "main.rs": main }, (folder, run) => {
      expect(run(rustCompiler ?? "", "--edition", "2021", "main.rs", "-o", `${folder}/main`).stderr).toBe("");
      expect(run(`${folder}/main`)).toMatchObject({ status: 0, stderr: "" });
    });
  },
);

test.skipIf(rustCompiler === undefined)(titled("bits go where C puts them", rustCompiler, "rustc"), () => {
  const main = `mod xen;
fn main() {
    let mut request = xen::Ioreq::zeroed();
    request.set_state(0x1f);
    request.set_df(1);
    assert_eq!((request.state(), request.data_is_ptr(), request.dir(), request.df()), (15, 0, 0, 1));
    assert_eq!(request.bits0, 0x4f);
    let mut buffered = xen::BufIoreq::zeroed();
    buffered.r#type = 0xff;
    buffered.set_addr(0xabcde);
    buffered.set_size(2);
    let bytes: [u8; 8] = unsafe { core::mem::transmute(buffered) };
    assert_eq!(bytes, [0xff, 0xe8, 0xcd, 0xab, 0, 0, 0, 0]);
    assert_eq!((buffered.addr(), buffered.size(), buffered.dir()), (0xabcde, 2, 0));
}
`;
  const text = emit("rust", loadModel("4.20", "arm64", "guest"), { only: ["ioreq", "buf_ioreq"] });
  inFolder({ "xen.rs": text, "main.rs": main }, (folder, run) => {
    expect(run(rustCompiler!, "--edition", "2021", "main.rs", "-o", `${folder}/main`).stderr).toBe("");
    expect(run(`${folder}/main`)).toMatchObject({ status: 0, stderr: "" });
  });
});

/** Doc comments with what Markdown and rustdoc take for links, tags, addresses and code. */
const documented = `/* See [this] and <that>, https://xen.org/a_b; \`code
 *        indented as code, Vec<u8>
 */
struct a {
    unsigned int bits : 4; /* [0..3] */
    unsigned int more : 28;
    unsigned long long list[4];
    union { unsigned int a; unsigned long long b; } either; /* {@link} */
};
/* <b>not closed */
#define COUNT_MAX 7
`;

describe("the generated Rust module is silent", () => {
  const text = emit("rust", loadModel("master", "arm64", "tools"));
  const tree = headerTreeOf("docs", [["t.h", documented]]);
  const { abi } = new HeaderReader(tree).read({ xen: "test", arch: "arm64", mode: "guest" });
  const files = {
    "xen.rs": text,
    "own.rs": emit("rust", abi, { docOf: docComments(tree) }),
    "lib.rs": "#![no_std]\npub mod own;\npub mod xen;\n",
  };
  const edition = (year: string): string[] => ["--edition", year, "--crate-type", "lib", "lib.rs"];
  const metadata = ["--emit", "metadata", "-D", "warnings"];

  const tools: readonly [string, string | undefined, string, readonly string[]][] = [
    [`rustc, edition ${rustEdition}`, rustCompiler, "rustc", [...edition(rustEdition), ...metadata]],
    ["clippy", rustLinter, "clippy-driver", [...edition("2021"), ...metadata]],
    ["rustdoc", rustDocumenter, "rustdoc", [...edition("2021"), "-D", "warnings", "-o", "doc"]],
  ];
  for (const [title, tool, missing, options] of tools) {
    test.skipIf(tool === undefined)(titled(title, tool, missing), () => {
      inFolder(files, (_, run) => expect(run(tool ?? "", ...options).stderr).toBe(""));
    });
  }

  test.skipIf(rustCompiler === undefined)(
    titled("structs compare, show and default", rustCompiler, "rustc"),
    () => {
      const main = `mod xen;
fn main() {
    let mut one = xen::XenMemoryReservation::default();
    assert_eq!(one, xen::XenMemoryReservation::zeroed());
    one.nr_extents = 2;
    one.extent_start = xen::Handle64::from_address(0x1000);
    assert_ne!(one, Default::default());
    print!("{one:?}");
}
`;
      inFolder({ "xen.rs": text, "main.rs": main }, (folder, run) => {
        expect(run(rustCompiler ?? "", "--edition", "2021", "main.rs", "-o", `${folder}/main`).stderr).toBe(
          "",
        );
        expect(run(`${folder}/main`).stdout).toMatch(
          /^XenMemoryReservation \{ extent_start: Handle64\(0x1000\), nr_extents: 2, /,
        );
      });
    },
  );
});

import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.ts";
import { camelCase } from "../../src/targets/plan/names.ts";
import { compilerFacts } from "./compiler-facts.ts";
import { emit, verified } from "./emit.ts";
import { goCompiler, goFormatter, inFolder, titled } from "./toolchain.ts";

/** The Go name of each aggregate by its name in C, read from the generated text. */
function goNames(text: string): Map<string, string> {
  const pattern = /^\/\/ (\w+) is ((?:struct|union) \w+|\w+), [\w/.-]+:\d+\.\n(?:\/\/.*\n)*type \1 struct/gm;
  return new Map([...text.matchAll(pattern)].map((match) => [match[2], match[1]]));
}

/** A file of the same package that holds it against what a compiler said of Xen's headers. */
function heldAgainst(text: string, xen: string, arch: "arm64" | "arm32"): string {
  const facts = compilerFacts(xen, arch);
  const names = goNames(text);
  const lines = ["package xen", 'import "unsafe"', "var _ = unsafe.Pointer(nil)"];
  const zero = (expression: string): void => {
    lines.push(`var _ = [1]struct{}{}[${expression}]`);
  };
  for (const [key, struct] of Object.entries(facts.structs)) {
    const name = names.get(key);
    expect(name, key).toBeDefined();
    zero(`unsafe.Sizeof(${name}{})-${struct.size}`);
    for (const field of struct.fields) {
      if (field.anonymous || key.startsWith("union ")) break;
      if (field.bitWidth !== undefined || field.size === 0 || /[.[]/.test(field.path)) continue;
      zero(`unsafe.Offsetof(${name}{}.${camelCase(field.path)})-${field.offset}`);
    }
  }
  const given = new Set(facts.constants.map(({ name }) => name));
  for (const { name, value, bytes } of facts.constants) {
    const plain = name.replace(/^_+/, "");
    const capital = plain[0].toUpperCase() + plain.slice(1);
    const exported = capital !== name && given.has(capital) ? `X${name}` : capital;
    zero(value < 0n ? `${exported}+${-value}` : `${exported}-${value}`);
    // A status is as wide as the members that hold it.
    const width = name.startsWith("GNTST_") ? 2 : bytes;
    if (bytes !== undefined) zero(`unsafe.Sizeof(${exported})-${width}`);
  }
  return `${lines.join("\n")}\n`;
}

describe("the generated Go package is what compilers make of Xen's headers", () => {
  for (const { xen, arch } of verified) {
    test.skipIf(goCompiler === undefined)(titled(`${xen} ${arch}`, goCompiler, "go"), () => {
      const text = emit("go", loadModel(xen, arch, "tools"));
      const held = heldAgainst(text, xen, arch);
      inFolder({ "xen.go": text, "held.go": held }, (_, run) => {
        const build = run("env", `GOARCH=${arch === "arm64" ? "arm64" : "arm"}`, goCompiler!, "build", ".");
        expect(build).toMatchObject({ status: 0, stderr: "" });
        expect(run(goFormatter!, "-d", "xen.go")).toMatchObject({ status: 0, stdout: "" });
      });
      const { structs, constants } = compilerFacts(xen, arch);
      console.log(
        `Go ${xen} ${arch}: ${Object.keys(structs).length} structs, ${constants.length} constants, ${(held.match(/^var _ = \[/gm) ?? []).length} checks`,
      );
    });
  }
});

test.skipIf(goCompiler === undefined)(
  titled("bits and unions go where C puts them", goCompiler, "go"),
  () => {
    const main = `package main

import (
	"fmt"
	"unsafe"
)

func main() {
	var request Ioreq
	request.SetState(0x1f)
	request.SetDf(1)
	var buffered BufIoreq
	buffered.Type = 0xff
	buffered.SetAddr(0xabcde)
	buffered.SetSize(2)
	var copy GnttabCopy
	copy.Status = GNTST_bad_page
	var command GrantTableOp = GNTTABOP_copy
	var bits uint32 = GNTCOPY_source_gref
	*copy.Source.U.Gmfn() = 0x1122334455667788
	bytes := *(*[8]byte)(unsafe.Pointer(&copy))
	fmt.Println(copy.Status, command, bits)
	fmt.Println(request.Bits0, request.State(), request.Df(), *(*[8]byte)(unsafe.Pointer(&buffered)), buffered.Addr(), bytes)
}
`;
    const text = emit("go", loadModel("4.20", "arm64", "guest"), {
      only: ["ioreq", "buf_ioreq", "gnttab_copy", "GNTCOPY_*", "GNTTABOP_*"],
    });
    inFolder({ "xen.go": text.replace("package xen", "package main"), "main.go": main }, (_, run) => {
      expect(run(goCompiler!, "run", "xen.go", "main.go")).toMatchObject({
        stderr: "",
        stdout: "-9 5 1\n79 15 1 [255 232 205 171 0 0 0 0] 703710 [136 119 102 85 68 51 34 17]\n",
      });
    });
  },
);

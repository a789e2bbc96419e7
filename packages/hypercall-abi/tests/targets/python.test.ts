import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.ts";
import { makePlan } from "../../src/targets/index.ts";
import { pythonStubs } from "../../src/targets/python/python-stubs.ts";
import { compilerFacts } from "./compiler-facts.ts";
import { emit, verified } from "./emit.ts";
import { inFolder, pythonInterpreter, titled } from "./toolchain.ts";

/** Holds the module against what a compiler said of Xen's headers: reads facts.json, prints how many were held. */
const held = `
import ctypes, json, keyword, xen
facts = json.load(open("facts.json"))
wrong, count = [], 0
def same(what, ours, stated):
    global count
    count += 1
    if ours != stated:
        wrong.append(f"{what}: {ours}, not {stated}")
for name, (size, align, fields) in facts["structs"].items():
    type_ = getattr(xen, name)
    same(name, [ctypes.sizeof(type_), ctypes.alignment(type_)], [size, align])
    for field, offset, bytes_ in fields:
        place = getattr(type_, field + "_" if keyword.iskeyword(field) else field)
        same(f"{name}.{field}", [place.offset, place.size], [offset, bytes_])
for name, value in facts["constants"].items():
    same(name, getattr(xen, name, None), int(value))
print(count, wrong[:5])
`;

/** The Python name of each aggregate by its name in C, read from the generated text. */
function pythonNames(text: string): Map<string, string> {
  const pattern = /^class (\w+)\((?:Structure|Union)\):\n {4}"""((?:struct|union) \w+|\w+), /gm;
  return new Map([...text.matchAll(pattern)].map((match) => [match[2], match[1]]));
}

function factsFor(text: string, xen: string, arch: "arm64" | "arm32"): string {
  const facts = compilerFacts(xen, arch);
  const names = pythonNames(text);
  const given = new Set(facts.constants.map(({ name }) => name));
  const structs = Object.entries(facts.structs).map(([key, struct]) => {
    const unnamed = struct.fields.findIndex((field) => field.anonymous);
    const rows = (unnamed < 0 ? struct.fields : struct.fields.slice(0, unnamed)).filter(
      (field) => field.bitWidth === undefined && !/[.[]/.test(field.path),
    );
    const name = names.get(key);
    expect(name, key).toBeDefined();
    return [name!, [struct.size, struct.align, rows.map((row) => [row.path, row.offset, row.size])]];
  });
  const constants = facts.constants.map(({ name, value }) => {
    const short = name.replace(/^__+/, "");
    return [short !== name && given.has(short) ? `X${name}` : short, String(value)];
  });
  return JSON.stringify({ structs: Object.fromEntries(structs), constants: Object.fromEntries(constants) });
}

describe("the generated Python module is what compilers make of Xen's headers", () => {
  for (const { xen, arch } of verified) {
    test.skipIf(pythonInterpreter === undefined)(
      titled(`${xen} ${arch}`, pythonInterpreter, "python3"),
      () => {
        const text = emit("python", loadModel(xen, arch, "tools"));
        inFolder({ "xen.py": text, "held.py": held, "facts.json": factsFor(text, xen, arch) }, (_, run) => {
          const { stdout, stderr } = run(pythonInterpreter!, "held.py");
          expect(stderr).toBe("");
          expect(stdout).toMatch(/^\d{4,} \[\]\n$/);
          const { structs, constants } = compilerFacts(xen, arch);
          console.log(
            `Python ${xen} ${arch}: ${Object.keys(structs).length} structs, ${constants.length} constants, ${Number.parseInt(stdout, 10)} checks`,
          );
        });
      },
    );
  }
});

test.skipIf(pythonInterpreter === undefined)(
  titled("bits and unions go where C puts them", pythonInterpreter, "python3"),
  () => {
    const script = `
import xen
request = xen.Ioreq(state=15, df=1)
buffered = xen.BufIoreq(type=0xFF, addr=0xABCDE, size=2)
regs = xen.VcpuGuestCoreRegs(x1=0x0102030405060708)
print(request.bits0, request.state, request.df, bytes(buffered).hex(), buffered.addr, hex(regs.r1_usr))
try:
    buffered.size = 4
except ValueError as problem:
    print(problem)
`;
    const text = emit("python", loadModel("4.20", "arm64", "tools"), {
      only: ["ioreq", "buf_ioreq", "vcpu_guest_core_regs"],
    });
    inFolder({ "xen.py": text, "use.py": script }, (_, run) => {
      expect(run(pythonInterpreter!, "use.py")).toMatchObject({
        stderr: "",
        stdout: "79 15 1 ffe8cdab00000000 703710 0x5060708\n4: the member holds 0 to 3\n",
      });
    });
  },
);

/** Reads the stubs as Python's own parser does, and says of each class and name what the module has instead: "" where both agree. */
const stubsHeld = `
import ast, ctypes, sys, xen
tree = ast.parse(open("xen.pyi").read())
wrong, held = [], 0
def annotation(node):
    return ast.unparse(node.annotation)
for node in tree.body:
    if isinstance(node, ast.AnnAssign):
        held += 1
        if getattr(xen, node.target.id) != ast.literal_eval(node.value): wrong.append(node.target.id)
    if not isinstance(node, ast.ClassDef) or node.name == "LayoutError": continue
    type_ = getattr(xen, node.name)
    if not issubclass(type_, (ctypes.Structure, ctypes.Union)): continue
    value = type_()
    for member in node.body:
        if not isinstance(member, ast.AnnAssign): continue
        held += 1
        got, said = getattr(value, member.target.id), annotation(member)
        if isinstance(got, ctypes.Array):
            right = said == f"Array[{got._type_.__name__}]" or issubclass(got._type_, ctypes.Array) or said.startswith("Array[c_") and ctypes.sizeof(got._type_) == ctypes.sizeof(getattr(ctypes, said[6:-1]))
        else:
            right = said == type(got).__name__
        if not right: wrong.append(f"{node.name}.{member.target.id}: {said}, not {type(got).__name__}")
print(held, wrong[:5])
`;

test.skipIf(pythonInterpreter === undefined)(
  titled("the stubs say what the module gives", pythonInterpreter, "python3"),
  () => {
    const model = loadModel("master", "arm64", "tools");
    const files = {
      "xen.py": emit("python", model),
      "xen.pyi": pythonStubs(makePlan(model).plan),
      "held.py": stubsHeld,
    };
    inFolder(files, (_, run) => {
      expect(run(pythonInterpreter ?? "", "held.py")).toMatchObject({
        stderr: "",
        stdout: expect.stringMatching(/^\d{4} \[\]\n$/),
      });
    });
  },
);

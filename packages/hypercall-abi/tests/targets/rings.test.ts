import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel } from "../../src/index.ts";
import { makePlan } from "../../src/targets/index.ts";
import { ringsOf } from "../../src/targets/plan/rings.ts";
import { SeededRandom } from "../mutate-headers.ts";
import { howToGetHeaders, presentHeaders } from "../present-headers.ts";
import { emit } from "./emit.ts";
import { hostCompiler, inFolder, rustCompiler, rustEdition, titled } from "./toolchain.ts";

const folder = join(import.meta.dirname, "rings");
const file = (name: string): string => readFileSync(join(folder, name), "utf8");

/** A ring, its header, and what Xen's header calls its requests and responses. */
const rings = [
  ["blkif", "blkif.h", "blkif_request_t", "blkif_response_t"],
  ["netif_tx", "netif.h", "netif_tx_request_t", "netif_tx_response_t"],
  ["netif_rx", "netif.h", "netif_rx_request_t", "netif_rx_response_t"],
  ["vscsiif", "vscsiif.h", "vscsiif_request_t", "vscsiif_response_t"],
  ["xen_sndif", "sndif.h", "struct xensnd_req", "struct xensnd_resp"],
  ["xen_pvcalls", "pvcalls.h", "struct xen_pvcalls_request", "struct xen_pvcalls_response"],
] as const;

/** Steps that fill the ring, empty it, and pass the end of its numbers many times; hostile indices between them. */
function steps(seed: number): string {
  const random = new SeededRandom(seed);
  const list: string[] = [];
  for (let i = 0; i < 3000; i++) {
    const op = [0, 0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7][random.below(13)];
    const value =
      op === 7 ? [0, 1, 15, 31, 32, 33, 255, 256, 257, 2 ** 32 - 1][random.below(10)] : random.below(256);
    list.push(`${op} ${value}`);
  }
  return list.join("\n");
}

const only = ["blkif_*", "netif_*", "vscsiif_*", "xen_sndif_*", "xen_pvcalls_*", "xenstore_domain_interface"];
const bindings = (language: string, prefix = ""): string =>
  emit(language, loadModel("4.20", "x86_64", "guest"), { only }, prefix);

/** What the program prints for the steps. */
type Run = (command: string, ...args: string[]) => { status: number | null; stdout: string; stderr: string };

function outputOf(run: Run, program: string): string {
  const { status, stdout, stderr } = run("sh", "-c", `${program} < steps.txt`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const strict = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];
const xen = presentHeaders().find(({ root }) => existsSync(join(root, "io/ring.h")));

test("the rings of io/ring.h are found with what they carry", () => {
  const { plan } = makePlan(loadModel("4.20", "arm64", "guest"));
  const found = ringsOf(plan).map(({ name, request, response }) => [name, request.title, response.title]);
  expect(found).toContainEqual(["blkif", "struct blkif_request", "struct blkif_response"]);
  expect(found).toContainEqual(["xen_sndif", "struct xensnd_req", "struct xensnd_resp"]);
  expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(rings.map(([name]) => name)));
});

describe("both sides of a ring do what Xen's macros do", () => {
  for (const [name, header, request, response] of rings) {
    const ringOf = (text: string): string => text.replace("SHARED", ringType(name));
    const base = {
      "xen-rings.h": bindings("c", "my_"),
      "ring-ops.c": file("ring-ops.c"),
      "xen.rs": bindings("rust"),
      "main.rs": ringOf(file("ring_ops.rs")),
      "steps.txt": steps(name.length),
    };
    test.skipIf(hostCompiler === undefined || rustCompiler === undefined)(
      titled(`${name}: Rust's methods and C's functions agree`, rustCompiler, "rustc"),
      () =>
        inFolder(base, (_, run) => {
          expect(
            run(hostCompiler ?? "", ...strict, `-DNAME=${name}`, "ring-ops.c", "-o", "ours").stderr,
          ).toBe("");
          const rust = ["--edition", rustEdition, "-O", "-D", "warnings", "main.rs", "-o", "theirs"];
          expect(run(rustCompiler ?? "", ...rust).stderr).toBe("");
          expect(outputOf(run, "./theirs")).toBe(outputOf(run, "./ours"));
        }),
    );

    test.skipIf(hostCompiler === undefined || xen === undefined)(
      xen === undefined ? `${name} (skipped: ${howToGetHeaders})` : `${name}: C's functions are Xen's macros`,
      () =>
        inFolder(base, (_, run) => {
          const own = [`-DNAME=${name}`, "ring-ops.c", "-o"];
          expect(run(hostCompiler ?? "", ...strict, ...own, "ours").stderr).toBe("");
          const theirs = [
            ...["-std=gnu11", "-O2", "-w", "-DXEN_RING", `-DRING_HEADER="${xen?.root}/io/${header}"`],
            ...[`-DREQUEST=${request}`, `-DRESPONSE=${response}`, "-D__XEN_INTERFACE_VERSION__=0x00040d00"],
          ];
          expect(run(hostCompiler ?? "", ...theirs, ...own, "xens").stderr).toBe("");
          expect(outputOf(run, "./ours")).toBe(outputOf(run, "./xens"));
        }),
    );
  }
});

function ringType(name: string): string {
  const words = name.split("_").map((word) => word[0].toUpperCase() + word.slice(1));
  return `${words.join("")}Sring`;
}

/** What a queue of bytes does that holds 1024 on the way there and 1024 on the way back. */
class XenstoreQueue {
  private next = 0;
  private readonly there: number[] = [];
  private readonly back: number[] = [];

  step(op: number, count: number): string {
    if (op === 0) {
      const put = Math.min(count, 1024 - this.there.length);
      for (let i = 0; i < put; i++) this.there.push(this.next++ & 0xff);
      return `put ${put}\n`;
    }
    if (op === 1) {
      this.back.push(...this.there.splice(0, Math.min(count, 1024 - this.back.length)));
      return "";
    }
    if (op === 2) {
      const taken = this.back.splice(0, count);
      return `took ${taken.length}:${taken.map((byte) => ` ${byte}`).join("")}\n`;
    }
    return "wrong -1 -1\n";
  }
}

test.skipIf(hostCompiler === undefined || rustCompiler === undefined)(
  titled("xenstore's page carries bytes in order, in C and Rust", rustCompiler, "rustc"),
  () => {
    const random = new SeededRandom(5);
    const list = Array.from({ length: 600 }, () => [random.below(4), random.below(900)] as const);
    const queue = new XenstoreQueue();
    const expected = list.map(([op, count]) => queue.step(op, count)).join("");
    const files = {
      "xen-rings.h": bindings("c", "my_"),
      "page.c": file("xenstore-page.c"),
      "xen.rs": bindings("rust"),
      "main.rs": file("xenstore_page.rs"),
      "steps.txt": list.map((step) => step.join(" ")).join("\n"),
    };
    inFolder(files, (_, run) => {
      expect(run(hostCompiler ?? "", ...strict, "page.c", "-o", "c").stderr).toBe("");
      const rust = ["--edition", rustEdition, "-O", "-D", "warnings", "main.rs", "-o", "rust"];
      expect(run(rustCompiler ?? "", ...rust).stderr).toBe("");
      expect(outputOf(run, "./c")).toBe(expected);
      expect(outputOf(run, "./rust")).toBe(expected);
    });
  },
);

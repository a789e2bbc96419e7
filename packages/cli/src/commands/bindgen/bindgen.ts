import { targets } from "@xgt/hypercall-abi";
import { Argument, Command, Option } from "commander";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import { messageLine } from "../../terminal/messages.ts";
import { archOption, givenOptions, modeOptions, writeWhole } from "../abi/abi-options.ts";
import type { BuildCommand } from "../command-entry.ts";
import { type BindgenOptions, bindings } from "./bindings.ts";

const HELP = `
The bindings assert every size, offset and value: C, Rust and Go when they are compiled, Python
when it is imported, TypeScript by checkBindings(). A GLOB meets structs, constants and groups of
them by name, and everything of a header by its path; what an item needs comes with it. An item that
the language cannot express is left out, with a warning. Assembly files may include the C output:
they get the constants.

Examples:
  xgt bindgen rust --xen 4.17 -o src/xen.rs
  xgt bindgen c --arch arm32 --guest --prefix my_ --only 'xen_memory_*' --only 'XENMEM_*' -o xen.h
  xgt bindgen python --headers ~/xen --only memory.h          your own headers, with their comments
  xgt bindgen python --guest -o xen.py --stubs xen.pyi        with types for pyright and mypy
  xgt bindgen c --guest --shim -o xen.h                       with wrappers that log for xgt replay

Exit status:
  0    done
  2    wrong use, or nothing that the language can express: nothing is written; or headers of which
       something that was asked for cannot be read: the rest is written, what is left out is named`;

/** `xgt bindgen`: bindings for Xen's interface. */
export const buildBindgen: BuildCommand = ({ io, exit }) => {
  const command = new Command("bindgen")
    .description("Print bindings for Xen's public interface that check themselves.")
    .addArgument(new Argument("<LANG>", "language").choices(targets.map(({ name }) => name)))
    .option("--xen <VERSION>", "bundled release, the newest unless named; with --headers a label")
    .addOption(
      new Option("--model <FILE>", "a model that xgt abi import wrote").conflicts(["xen", "headers"]),
    )
    .addOption(new Option("--headers <DIR>", "a tree of Xen's public headers, or one header"))
    .addOption(archOption())
    .addOption(
      new Option("--only <GLOB>", "only these items and what they need; may be repeated").argParser(
        (value: string, before: string[] | undefined) => [...(before ?? []), value],
      ),
    )
    .addOption(
      new Option("--exclude <GLOB>", "leave these items out, and what holds them; may be repeated").argParser(
        (value: string, before: string[] | undefined) => [...(before ?? []), value],
      ),
    )
    .addOption(new Option("--constants-only", "no structs and unions").conflicts("shim"))
    .option("--list", "print what is taken, and what is left out and why, instead of bindings")
    .option("--stubs <FILE>", "python: the types of the module for type checkers and editors (.pyi), to FILE")
    .option("--prefix <PREFIX>", "c: before each name, to stand beside Xen's own headers")
    .option("--shim", "c, rust: wrappers of memory_op and grant_table_op that record each call")
    .addOption(
      new Option(
        "--asserts <SOURCE>",
        "what the assertions of a model FILE state: the bundled release that it names, or itself",
      )
        .choices(["bundled", "model"])
        .default("bundled"),
    )
    .option("-o, --output <FILE>", "write to FILE, as a whole or not at all; - is standard output")
    .addHelpText("after", HELP);
  for (const option of [...modeOptions(), ...givenOptions("xgt bindgen")]) command.addOption(option);
  return command.action(async (language: string, options: BindgenOptions) => {
    const { text, stubs, warnings, unread } = await bindings(language, options, io);
    const palette = paletteFor("auto", io.stderr, io);
    for (const warning of warnings) await io.stderr.write(messageLine("warning", warning, palette));
    const check = { command: "xgt bindgen", inputs: [options.model, options.headers] };
    await writeWhole(text, options.output, io, check);
    if (stubs !== undefined) await writeWhole(stubs, options.stubs, io, check);
    if (unread === undefined) return exit(ExitStatus.clean);
    await io.stderr.write(messageLine("error", `${options.headers}: left out are ${unread}`, palette));
    exit(ExitStatus.trouble);
  });
};

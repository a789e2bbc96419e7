import { labReleases, recorderKinds } from "@xgt/lab";
import { describe, expect, it } from "vitest";
import type { CommandContext } from "../src/commands/command-entry.ts";
import { buildLab } from "../src/commands/lab/lab.ts";

const lab = buildLab({} as CommandContext);

/** Values that an option of `xgt lab NAME` takes. */
function choices(name: string, option: string): readonly string[] | undefined {
  const command = lab.commands.find((each) => each.name() === name);
  return command?.options.find(({ long }) => long === option)?.argChoices;
}

// The command's help must come without loading the lab, so it says these names itself.
describe("xgt lab takes what the lab has", () => {
  it.each(["run", "differential", "fetch"])("%s: every Xen", (name) => {
    expect(choices(name, "--xen-release")).toEqual(labReleases.map(({ xen }) => xen));
  });

  it("run: every recorder, the module's among them", () => {
    expect(choices("run", "--capture")).toEqual(["module", ...recorderKinds.map(({ name }) => name)]);
  });
});

import { loadModel, writeModelFile } from "../../packages/hypercall-abi/src/index.ts";

/** Parts of bundled models as files: a whole one takes too long to read for each input. */
export function smallModels(): Buffer[] {
  return ["4.11", "4.20"].map((xen) => {
    const model = loadModel(xen, "arm64", "tools");
    const structs = Object.fromEntries(
      Object.entries(model.structs)
        .filter(([, { fields }]) => fields.length < 6)
        .slice(0, 12),
    );
    const constants = Object.fromEntries(Object.entries(model.constants).slice(0, 40));
    return Buffer.from(writeModelFile({ ...model, structs, constants }));
  });
}

import { hypercallOf } from "@xgt/hypercall-abi";
import { argumentShapes } from "../src/events/argument-shape.ts";
import { type MemberPath, pathsOf } from "../src/formats/ndjson/member-paths.ts";

/** The sub-ops of docs/log-format.md, with their members where a line has them, as a table of each hypercall. */
export function subOpTable(): string {
  const numbers = [...new Set(argumentShapes.map(({ subOp }) => subOp.nr))];
  return numbers
    .map((nr) => {
      const rows = argumentShapes
        .filter(({ subOp }) => subOp.nr === nr)
        .map((shape) => {
          const isOps = shape.subOp.argument === "rows";
          const input = cellOf(pathsOf(shape.in, isOps ? "row" : "args"));
          const output = cellOf(pathsOf(shape.out, isOps ? "row" : "line"));
          return `| ${shape.subOp.cmd} | ${shape.subOp.name} | ${input} | ${output} |`;
        });
      const head = ["| cmd | sub-op | in `args` | on the exit |", "|---|---|---|---|"];
      return [`### ${hypercallOf(nr)?.name} (nr ${nr})`, "", ...head, ...rows].join("\n");
    })
    .join("\n\n");
}

function cellOf(paths: {
  readonly fields: readonly MemberPath[];
  readonly lists: readonly MemberPath[];
}): string {
  const fields = paths.fields.flatMap((path) => (path === null ? [] : [`\`${path.join(".")}\``]));
  const lists = paths.lists.flatMap((path) => (path === null ? [] : [`*${path.join(".")}*`]));
  return [...fields, ...lists].join(" ");
}

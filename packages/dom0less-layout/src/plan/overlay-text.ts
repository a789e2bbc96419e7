import { dtsBody, type PlanNode } from "../emit/plan-node.ts";

/** The plan as source of an overlay (dtc -@ is not needed: targets are paths). */
export function overlayText(nodes: readonly PlanNode[], comments: readonly string[]): string {
  const head = comments.map((comment) => ` * ${comment.replaceAll("*/", "* /")}\n`).join("");
  const fragments = nodes.flatMap(ownFragments).map((node, i) => {
    const target = node.existing ? node.path : "/";
    const body = node.existing ? dtsBody(node, 3) : dtsBody({ ...node, children: [node], properties: [] }, 3);
    return `\tfragment@${i} {\n\t\ttarget-path = "${target}";\n\t\t__overlay__ {\n${body}\t\t};\n\t};\n`;
  });
  return `/*\n${head} */\n/dts-v1/;\n/plugin/;\n\n/ {\n${fragments.join("")}};\n`;
}

/**
 * Children with addresses stay with the cell counts that they are written in; others stand apart, because dtc takes counts
 * beside children without addresses for idle.
 */
function ownFragments(node: PlanNode): PlanNode[] {
  if (!node.existing || node.properties.length === 0 || node.children.length === 0) return [node];
  const placed = node.children.filter(({ properties }) => properties.some(({ name }) => name === "reg"));
  return [
    { ...node, children: placed },
    { ...node, properties: [], children: node.children.filter((child) => !placed.includes(child)) },
  ];
}

import type { Token } from "../tokens/token.ts";
import type { CType, Member } from "./c-types.ts";
import { SyntaxProblem } from "./cursor.ts";

/** A member by name, looked for inside unnamed structs and unions too. Throws SyntaxProblem when there is none. */
export function findMember(type: CType, name: Token): Pick<Member, "use" | "bitOffset"> {
  if (type.kind !== "struct" && type.kind !== "union") {
    throw new SyntaxProblem(
      name,
      `'${name.text}' is asked of something without members`,
      "a struct or union",
    );
  }
  const found = lookUp(type.members, name.text, 0, 0);
  if (found !== undefined) return found;
  const whole = `${type.kind} ${type.tag ?? type.typedefName ?? "<anonymous>"}`;
  throw new SyntaxProblem(name, `${whole} has no member '${name.text}'`, "the name of a member");
}

function lookUp(
  members: readonly Member[],
  name: string,
  base: number,
  depth: number,
): Pick<Member, "use" | "bitOffset"> | undefined {
  for (const member of members) {
    if (member.name === name) return { use: member.use, bitOffset: base + member.bitOffset };
    const type = member.use.type;
    if (member.name === undefined && (type.kind === "struct" || type.kind === "union") && depth < 100) {
      const inside = lookUp(type.members, name, base + member.bitOffset, depth + 1);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}

import type { Change, ChangeGroup, FieldChange, FieldState, Impacts } from "./change.ts";

/** A change in words: one line, and a line for each member that changed. */
export interface Description {
  /** One line. */
  readonly head: string;
  /** A line for each member. */
  readonly details: readonly string[];
}

/** Describes a change of a declaration. */
export function describeChange(change: Change): Description {
  const place = change.after ?? change.before;
  const where = place === undefined ? "" : `  (${place.file}:${place.line})`;
  const notes = [change.note, silentText(change)].filter((n) => n !== undefined).map((n) => `; ${n}`);
  return {
    head: `${headOf(change)}${notes.join("")}${where}`,
    details: foldRenames(change.fields ?? []),
  };
}

function headOf(change: Change): string {
  const { name, to } = change;
  if (change.change === "renamed") return `${name} is now ${to}`;
  if (change.subject === "struct") {
    if (change.change !== "changed") return `${name} ${change.change}`;
    return change.size === undefined ? name : `${name}: ${change.size[0]} -> ${change.size[1]} bytes`;
  }
  if (change.subject === "typedef") {
    return change.size === undefined
      ? `typedef ${name} ${change.change}`
      : `typedef ${name}: ${change.size.join(" -> ")} bytes`;
  }
  if (change.subject === "macro")
    return `macro ${name}${change.change === "changed" ? "" : ` ${change.change}`}`;
  const [before, after] = change.value ?? [null, null];
  if (change.type !== undefined && before === after)
    return `${name} = ${valueText(after, "")}: ${change.type.join(" -> ")}`;
  const show = (value: string | null): string =>
    change.subject === "string" ? JSON.stringify(value) : valueText(value, name);
  if (change.change === "added") return `${name} = ${show(after)}`;
  if (change.change === "removed") return `${name} = ${show(before)} removed`;
  return `${name}: ${show(before)} -> ${show(after)}`;
}

function silentText(change: Change): string | undefined {
  if (change.silent === undefined) return undefined;
  return `${change.silent.constant} stays ${number(change.silent.value, change.silent.constant)}`;
}

/** Small numbers in decimal, others and versions as C would write them in hex. */
export function number(value: string, name = ""): string {
  const n = BigInt(value);
  const isSmall = n < 0n || (n <= 255n && !name.includes("_VERSION"));
  return isSmall ? value : `0x${n.toString(16)}`;
}

function valueText(value: string | null, name: string): string {
  return value === null ? "absent" : number(value, name);
}

/** Members that moved together under a new prefix are one line. */
function foldRenames(fields: readonly FieldChange[]): string[] {
  const lines: string[] = [];
  const folded = new Map<string, { at: number; names: string[] }>();
  const alternativesOf = (change: FieldChange["change"]): FieldChange[] =>
    fields.filter((field) => field.isAlternative && field.change === change);
  const [gone, come] = [alternativesOf("removed"), alternativesOf("added")];
  for (const field of fields) {
    const alternatives = gone.includes(field) ? gone : come.includes(field) ? come : [];
    if (alternatives.length > 1) {
      if (field === alternatives[0]) lines.push(alternativesText(alternatives));
      continue;
    }
    const prefixes = field.to === undefined ? undefined : prefixesOf(field.path, field.to);
    if (prefixes === undefined) {
      lines.push(describeField(field));
      continue;
    }
    const key = `${prefixes.from}\n${prefixes.to}`;
    const known = folded.get(key);
    if (known !== undefined) {
      known.names.push(prefixes.rest);
      const { from, to } = prefixes;
      lines[known.at] =
        `= ${known.names.length} members ${from || "(top)"} -> ${to || "(top)"}, same bytes: ${known.names.join(", ")}`;
    } else {
      folded.set(key, { at: lines.length, names: [prefixes.rest] });
      lines.push(describeField(field));
    }
  }
  return lines;
}

function alternativesText(fields: readonly FieldChange[]): string {
  const sign = fields[0].change === "added" ? "+" : "-";
  return `${sign} ${fields.length} alternatives of a union: ${fields.map(({ path }) => path).join(", ")}`;
}

function prefixesOf(path: string, to: string): { from: string; to: string; rest: string } | undefined {
  const a = path.split(".");
  const b = to.split(".");
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  if (same === 0) return undefined;
  const rest = a.slice(a.length - same).join(".");
  const prefix = (parts: string[]): string =>
    parts
      .slice(0, parts.length - same)
      .map((p) => `${p}.`)
      .join("");
  return { from: prefix(a), to: prefix(b), rest };
}

function describeField(field: FieldChange): string {
  const { path, before, after } = field;
  switch (field.change) {
    case "added":
      return `+ ${path}  ${stateText(after)}`;
    case "removed":
      return `- ${path}  ${stateText(before)}`;
    case "renamed":
      return `= ${path} -> ${field.to}  same bytes, ${stateText(before)}`;
    case "moved": {
      const resized = before?.size === after?.size ? "" : `, ${sizesText(field)}`;
      return `> ${path}  at ${placeText(before)} -> ${placeText(after)}${resized}`;
    }
    case "resized":
      return `~ ${path}  ${sizesText(field)} at ${placeText(after)}${field.holds === undefined ? "" : `: ${field.holds} changed`}`;
    case "split":
      return `~ ${path}  (${stateText(before)}) split into ${field.parts?.join(", ")}`;
    case "flattened":
      return `= ${field.parts?.join(", ")} -> ${field.to}  one member for a union's alternatives, same bytes`;
    case "merged":
      return `~ ${field.parts?.join(" and ")} joined to ${path}  (${stateText(after)})`;
    default:
      return `~ ${path}  ${before?.type} -> ${after?.type} at ${placeText(after)}`;
  }
}

function sizesText({ before, after }: FieldChange): string {
  return `${before?.size} -> ${after?.size} bytes`;
}

function stateText(state: FieldState | undefined): string {
  return state === undefined ? "absent" : `${state.type} at ${placeText(state)}`;
}

function placeText(state: FieldState | undefined): string {
  if (state === undefined) return "absent";
  if (state.bits === undefined) return `${state.offset}`;
  const [start, width] = state.bits.split(":");
  return `bit ${start}, ${width} wide`;
}

/** "guests and tools", "tools"; who a change concerns. */
export function audienceText(impact: Impacts): string {
  if (impact.guest !== null && impact.tools !== null) return "guests and tools";
  return impact.guest !== null ? "guests" : "tools";
}

/** One line for what a macro did to many. */
export function describeGroup(group: ChangeGroup): Description {
  return {
    head: `${group.names.length} structs through macro ${group.macro}: ${group.what}`,
    details: [group.names.map((n) => n.replace(/^struct /, "")).join(", ")],
  };
}

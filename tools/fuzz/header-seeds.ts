/** Every header leans on these. */
const roots = ["xen.h", "xen-compat.h", "arch-arm.h"];

/** A header and all that it includes, so that a run reads what it needs and no more. */
export function withIncludes(files: ReadonlyMap<string, string>, path: string): [string, string][] {
  const wanted = new Set<string>();
  const todo = [path, ...roots];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const text = files.get(at);
    if (text === undefined || wanted.has(at)) continue;
    wanted.add(at);
    const folder = at.includes("/") ? at.slice(0, at.lastIndexOf("/") + 1) : "";
    for (const match of text.matchAll(/#\s*include\s*"([^"]+)"/g)) {
      const name = match[1];
      for (const candidate of [
        folder + name,
        name.replace(/^(?:\.\.\/)+/, ""),
        name.replace(/^public\//, ""),
      ]) {
        if (files.has(candidate)) todo.push(candidate);
      }
    }
  }
  return [...wanted].map((p) => [p, files.get(p) ?? ""]);
}

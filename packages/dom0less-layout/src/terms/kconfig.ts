/** Reads a Kconfig result (.config): CONFIG_ names with their values, "n" for "is not set". */
export function parseKconfig(text: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const line of text.split("\n")) {
    const set = /^(CONFIG_\w{1,100})=(.*)$/.exec(line.trim());
    const unset = /^# (CONFIG_\w{1,100}) is not set/.exec(line.trim());
    if (set !== null) result.set(set[1], set[2]);
    else if (unset !== null) result.set(unset[1], "n");
  }
  return result;
}

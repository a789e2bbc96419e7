/** A Xen release as one number: major * 1000 + minor; 4.17 is 4017. null: not known. */
export type XenVersion = number | null;

/** Reads "4.17", "4.20.3+127", "4.21-unstable". Null where it is no version. */
export function parseXenVersion(text: string | undefined): XenVersion {
  const match = /^\s*v?(\d{1,3})\.(\d{1,3})/.exec(text ?? "");
  return match === null ? null : Number(match[1]) * 1000 + Number(match[2]);
}

/** Whether the release is `version` or later; null where it is not known. */
export function since(xen: XenVersion, version: number): boolean | null {
  return xen === null ? null : xen >= version;
}

/** "4.17" of 4017. */
export function xenVersionName(xen: XenVersion): string {
  return xen === null ? "unknown" : `${Math.floor(xen / 1000)}.${xen % 1000}`;
}

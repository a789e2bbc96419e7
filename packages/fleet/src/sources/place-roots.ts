import { sep } from "node:path";
import { s3Place } from "./s3-request.ts";

/** Whether a name is a URL of something that another machine has. */
export function isRemote(name: string): boolean {
  return /^(https?|s3):/i.test(name);
}

/** Whether a path is one of some folders, or lies below one. */
export function isBelowFolder(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => path === folder || path.startsWith(slashed(folder, sep)));
}

/** Whether a URL lies below one of some others, as every server understands it. */
export function isBelowUrl(roots: readonly string[], url: URL): boolean {
  // A server may take an encoded slash for a slash, and then dots beside it for a folder.
  if (/%2f|%5c/i.test(url.pathname)) return false;
  return roots.some((text) => {
    const root = URL.canParse(text) ? new URL(text) : null;
    return root?.origin === url.origin && url.pathname.startsWith(slashed(root.pathname, "/"));
  });
}

/** Whether an object's name lies below one of some others: s3://BUCKET or s3://BUCKET/PREFIX/. Throws LogOpenError. */
export function isBelowS3(roots: readonly string[], name: string): boolean {
  const { bucket, key } = s3Place(name);
  return roots.some((root) => `s3://${bucket}/${key}`.startsWith(slashed(root, "/")));
}

function slashed(text: string, slash: string): string {
  return text.endsWith(slash) ? text : text + slash;
}

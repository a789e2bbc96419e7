/** How messages call an input. */
export function shownPath(path: string): string {
  return path === "-" ? "standard input" : path;
}

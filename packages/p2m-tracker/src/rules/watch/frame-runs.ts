/** Calls `visit` with each run of consecutive frames; `frames` is sorted in place, doubles count once. */
export function forEachRun(frames: number[], visit: (first: number, count: number) => void): void {
  frames.sort((a, b) => a - b);
  let first = Number.NaN;
  let next = Number.NaN;
  for (const frame of frames) {
    if (frame === next - 1) continue;
    if (frame !== next) {
      if (!Number.isNaN(first)) visit(first, next - first);
      first = frame;
    }
    next = frame + 1;
  }
  if (!Number.isNaN(first)) visit(first, next - first);
}

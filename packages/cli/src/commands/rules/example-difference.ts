/** For each line of `lines`, whether `others` has it too, in the same order (a longest common subsequence). */
export function sharedLines(lines: readonly string[], others: readonly string[]): boolean[] {
  const width = others.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of lines from i on and others from j on.
  const lengths = new Int32Array((lines.length + 1) * width);
  for (let i = lines.length - 1; i >= 0; i--) {
    for (let j = others.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        lines[i] === others[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const shared: boolean[] = [];
  for (let i = 0, j = 0; i < lines.length; ) {
    if (lines[i] === others[j]) {
      shared.push(true);
      i++;
      j++;
    } else if (j < others.length && lengths[i * width + j + 1] > lengths[(i + 1) * width + j]) j++;
    else {
      shared.push(false);
      i++;
    }
  }
  return shared;
}

/** How lines are taken out of a log. */
export interface Thinning {
  /** Part of the lines behind the header that goes. */
  readonly share: number;
  /** Whether they go several in a row. */
  readonly bursts: boolean;
  /** The line that stands where so many were; null: nothing tells. */
  readonly lostLine: ((missing: number) => string) | null;
}

/** Most lines of one burst. */
const BURST_MAX = 20;

/** How a JSON lines log says that records are missing. */
export const lostRecord = (missing: number): string => `{"ev":"lost","count":${missing}}`;

/** A log's lines without some of them; the first one, the header, stays. */
export function thinLog(
  lines: readonly string[],
  how: Thinning,
  random: { below(limit: number): number },
): string {
  const gone = new Set<number>();
  const wanted = Math.ceil((lines.length - 1) * how.share);
  while (gone.size < wanted) {
    const at = 1 + random.below(lines.length - 1);
    const count = how.bursts ? 1 + random.below(BURST_MAX) : 1;
    for (let line = at; line < Math.min(lines.length, at + count) && gone.size < wanted; line++)
      gone.add(line);
  }
  const left: string[] = [];
  let missing = 0;
  const declare = () => {
    if (missing > 0 && how.lostLine !== null) left.push(how.lostLine(missing));
    missing = 0;
  };
  for (const [line, text] of lines.entries()) {
    if (gone.has(line)) missing++;
    else {
      declare();
      left.push(text);
    }
  }
  declare();
  return `${left.join("\n")}\n`;
}

import { frameRangeText, frameText } from "../frame-text.ts";
import type { EventLine, FrameChange } from "./sink.ts";

/** What an event changed, in words: "0xcd6b9-0xcd6ba own -> grant 0xcd8a3", "and 3 more". */
export function changeTexts({ changes, more }: EventLine): string[] {
  const texts = changes.map(changeText);
  return more === 0 ? texts : [...texts, `and ${more} more`];
}

function changeText({ gfn, count, from, to, mfn }: FrameChange): string {
  const frame = mfn === null || to === "own" ? "" : ` ${frameText(mfn)}`;
  return `${frameRangeText(gfn, count)} ${from} -> ${to}${frame}`;
}

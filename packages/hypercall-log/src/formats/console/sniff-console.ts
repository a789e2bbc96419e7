import { consoleLine } from "./console-line.ts";

/** A recorder's line, or its beginning, where it stands in a line of a console. */
const RECORDED = /\{"(?:xgt_log":1\b|(?:n|t|id|ev)":)/;
const EVENT = /"ev":"(?:enter|exit|guest_p2m|dma|lost|grant|ungrant|share|unshare|domain|mark)"/;

/** Whether a log's first bytes are a console's with a recorder's lines in it, and not those lines alone. */
export function sniffConsole(head: Uint8Array): boolean {
  let foreign = false;
  let recorded = false;
  for (const raw of new TextDecoder().decode(head).split("\n")) {
    const { prefix, text } = consoleLine(raw);
    const line = prefix + text;
    if (line.trim() === "") continue;
    const at = text.search(RECORDED);
    const ours = at >= 0 && (text.startsWith('{"xgt_log":1', at) || EVENT.test(text.slice(at, at + 512)));
    if (!ours) {
      if (recorded && prefix !== "") return true;
      // A line that is cut or corrupt in a log of such lines alone is an error there, not a console's other output.
      if (!line.trimStart().startsWith("{")) foreign = true;
      continue;
    }
    if (foreign || !line.startsWith("{")) return true;
    recorded = true;
  }
  return false;
}

import { framesText, numberText } from "../model/texts.ts";
import { fonts, HEAD, LABEL_AT, type Scene } from "./scene.ts";

const LINE = 11;

/** Which frames each row is, where there is room; the chosen row stands out. */
export function paintLabels(scene: Scene): void {
  if (scene.frames.kind === "all") return;
  const { context, palette, domain, state, left } = scene;
  const { rows } = domain;
  const { from, to } = scene.visible;
  let free = Number.NEGATIVE_INFINITY;
  context.textBaseline = "middle";
  for (let row = from; row < to; row++) {
    const { y0, y1 } = scene.rowBox(row);
    const [gfn, count] = [rows.gfn[row], rows.count[row]];
    const height = y1 - y0;
    const isChosen = state.gfn >= gfn && state.gfn < gfn + count;
    if (isChosen) {
      context.fillStyle = palette.focus;
      context.fillRect(left - 4, y0 + 2, 3, Math.max(3, height - 4));
      context.globalAlpha = 0.09;
      context.fillRect(22, y0, left - 26, Math.max(2, height));
      context.globalAlpha = 1;
    }
    const middle = (y0 + y1) / 2;
    if (middle - free < LINE + (height >= LINE ? 0 : 4)) continue;
    if (middle < HEAD + 5 || middle > HEAD + scene.free - 5) continue;
    free = middle;
    const two = height > 28;
    context.font = fonts.monoBold;
    context.fillStyle = palette.ink;
    context.fillText(framesText(gfn, count), LABEL_AT, middle - (two ? 7 : 0));
    if (!two) continue;
    context.font = fonts.sans;
    context.fillStyle = palette.dim;
    context.fillText(
      count > 1 ? `${numberText(count)} frames alike` : domain.placeOf(gfn),
      LABEL_AT,
      middle + 8,
    );
  }
}

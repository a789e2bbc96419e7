import { useEffect, useRef } from "preact/hooks";
import { readPalette } from "../draw/palette.ts";
import { Patterns } from "../draw/patterns.ts";
import { kindNames } from "../model/frame-kinds.ts";

/** A kind's colour and pattern. `theme` is named so that it is drawn anew when that changes. */
export function Swatch({ kind, theme, small }: { kind: number; theme: string; small?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, height] = small === true ? [12, 9] : [22, 13];
  useEffect(() => paint(canvas.current, kind, theme), [kind, theme]);
  return (
    <canvas
      ref={canvas}
      class={small === true ? "sw small" : "sw"}
      width={width * 2}
      height={height * 2}
      aria-hidden="true"
    />
  );
}

function paint(canvas: HTMLCanvasElement | null, kind: number, _theme: string): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const palette = readPalette();
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.fillStyle = new Patterns(palette, 2).fill(context, kind);
  context.fillRect(0, 0, canvas.width / 2, canvas.height / 2);
  context.strokeStyle = palette.hatch;
  context.strokeRect(0.5, 0.5, canvas.width / 2 - 1, canvas.height / 2 - 1);
}

/** A kind in a word, with its pattern; `more` is said behind it. */
export function KindChip({ kind, theme, more }: { kind: number; theme: string; more?: string }) {
  return (
    <span class="chip">
      <Swatch kind={kind} theme={theme} small />
      {kindNames[kind]}
      {more === undefined ? "" : ` ${more}`}
    </span>
  );
}

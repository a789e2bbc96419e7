import { printable } from "@xgt/findings";
import type { PlanHead, PlanItem } from "../../head/plan-head.ts";

const ADDRESSES = 108;
const COLUMN = 152;
const SPACE = 46;
const LINE = 9;
const GAP = 16;
const HEAD = 30;
/** Letters that find room in a column. */
const LETTERS = 21;

interface PlanMapProps {
  readonly head: PlanHead;
  readonly chosen: number;
  readonly found: readonly number[];
  readonly onChoose: (item: number) => void;
}

/** Where a thing is drawn. */
interface Place {
  readonly item: number;
  readonly x: number;
  y: number;
  height: number;
}

/** The address spaces side by side, on one scale of addresses: what is 1:1 stands at one height. */
export function PlanMap({ head, chosen, found, onChoose }: PlanMapProps) {
  const { places, addresses, height } = placed(head);
  const width = ADDRESSES + head.columns.length * (COLUMN + SPACE);
  const placeOf = (item: number) => places.find((place) => place.item === item);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: its parts have labels; a title would follow the pointer everywhere
    <svg class="plan" width={width} height={height + 12}>
      <defs>
        <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="p-hatch" d="M-2 6L6 -2M2 10L10 2" />
        </pattern>
        <pattern id="grid" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="p-over" d="M0 4H8M4 0V8" />
        </pattern>
        <pattern id="lines" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="p-over" d="M0 2H8M0 6H8" />
        </pattern>
      </defs>
      {head.columns.map((name, column) => (
        <text key={name} class="p-title" x={left(column)} y={18}>
          {printable(name)}
        </text>
      ))}
      {addresses.map(({ text, y, gap }) => (
        <g key={`${text} ${y}`}>
          <text class="p-address" x={ADDRESSES - 12} y={y}>
            {text}
          </text>
          {gap && <path class="p-gap" d={`M8 ${y + 5}H${width - SPACE}`} />}
        </g>
      ))}
      {head.links.map(({ from, to, isSame, domain, text }) => {
        const [a, b] = [placeOf(from), placeOf(to)];
        if (a === undefined || b === undefined) return null;
        const end = b.y + b.height / 2;
        // One scale of addresses: what is 1:1 lies at one height.
        const path = `M${a.x + COLUMN} ${isSame ? end : a.y + a.height / 2}L${b.x} ${end}`;
        return <path key={`${domain} ${text} ${to}`} class={isSame ? "p-link" : "p-link bad"} d={path} />;
      })}
      {places.map(({ item, x, y, height: tall }) => (
        <Thing
          key={`${item} ${y}`}
          item={head.items[item]}
          box={{ x, y, height: tall }}
          state={[item === chosen ? "on" : "", found.includes(item) ? "hit" : ""].join(" ")}
          onChoose={() => onChoose(item)}
        />
      ))}
    </svg>
  );
}

/** Kinds that have a pattern over their colour; the style sheet says which. */
const patterned: readonly PlanItem["kind"][] = ["extended", "device", "window"];

function Thing(props: {
  item: PlanItem;
  box: { x: number; y: number; height: number };
  state: string;
  onChoose: () => void;
}) {
  const { item, box, state, onChoose } = props;
  const { text, kind, start, last, size } = item;
  const words = printable(text);
  const shown = words.length > LETTERS ? `${words.slice(0, LETTERS - 1)}…` : words;
  // What is read aloud begins with what is seen.
  const name = shown === words ? words : `${shown}, ${words}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot stand in a picture
    <g
      class={`p-item ${kind} ${state}`}
      role="button"
      tabindex={0}
      aria-label={`${name}, ${start} to ${last}, ${size}`}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose();
      }}
    >
      <rect class="p-body" x={box.x} y={box.y} width={COLUMN} height={box.height} />
      {patterned.includes(kind) && (
        <rect class="p-pattern" x={box.x} y={box.y} width={COLUMN} height={box.height} />
      )}
      <rect
        class="p-ground"
        x={box.x + 3}
        y={box.y + 2}
        width={Math.min(COLUMN - 6, shown.length * 6.7 + 8)}
        height={14}
      />
      <text x={box.x + 7} y={box.y + 13}>
        {shown}
      </text>
    </g>
  );
}

function left(column: number): number {
  return ADDRESSES + column * (COLUMN + SPACE);
}

/** Where everything stands, the highest address at the top; a thing that goes over several slices is one. */
function placed({ rows }: PlanHead) {
  const places: Place[] = [];
  const addresses: { text: string; y: number; gap: boolean }[] = [];
  let y = HEAD;
  let open: (Place | null)[] = [];
  for (let index = rows.length - 1; index >= 0; index--) {
    const { cells, lines, start, last, gap } = rows[index];
    const tall = Math.max(18, lines * LINE);
    const above = rows[index + 1];
    if (above === undefined || above.gap) addresses.push({ text: last, y: y + 9, gap: false });
    open = cells.map((cell, column) => {
      if (cell === null) return null;
      const before = open[column];
      if (before !== null && before !== undefined && before.item === cell.item) {
        before.height = y + tall - before.y;
        return before;
      }
      const place = { item: cell.item, x: left(column), y, height: tall };
      places.push(place);
      return place;
    });
    y += tall;
    addresses.push({ text: start, y: y - 2, gap });
    if (gap) {
      y += GAP;
      open = [];
    }
  }
  return { places, addresses, height: y };
}

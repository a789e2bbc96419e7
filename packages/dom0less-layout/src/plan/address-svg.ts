import type { LayoutModel } from "../model/layout-model.ts";
import { endOf, hexAddress, sizeText } from "../terms/address-range.ts";
import { type PictureItem, type PictureRow, pictureColumns, pictureRows } from "./address-picture.ts";

const ADDRESS_WIDTH = 150;
const COLUMN_WIDTH = 190;
const HEAD = 40;
const SMALLEST = 18;
const LARGEST = 110;
const FONT = 'font-family="monospace" font-size="11"';
const COLORS: Record<PictureItem["kind"], string> = {
  ram: "#e8eef7",
  bank: "#9ec5f4",
  image: "#5f94d6",
  device: "#f2b179",
  window: "#f7dc6f",
  reserved: "#d7a1a1",
  module: "#b7d7a8",
  extended: "#eeeeee",
};

/** The address spaces of host and domains side by side, as an SVG file. Heights grow with the logarithm of the size. */
export function pictureSvg(model: LayoutModel): string {
  const columns = pictureColumns(model);
  // High addresses at the top, as memory maps are drawn.
  const rows = pictureRows(columns).reverse();
  const heights = rows.map(rowHeight);
  const total = heights.reduce((sum, height) => sum + height, 0);
  const width = ADDRESS_WIDTH + columns.length * COLUMN_WIDTH + 10;
  const parts = columns.map(({ title }, i) => {
    return `<text x="${ADDRESS_WIDTH + i * COLUMN_WIDTH + 6}" y="24" ${FONT} font-weight="bold">${escapeXml(title)}</text>`;
  });
  let y = HEAD;
  rows.forEach((row, i) => {
    parts.push(...drawRow(row, y, heights[i], i === 0 || endOf(row.range) !== rows[i - 1].range.start));
    y += heights[i];
  });
  const size = `width="${width}" height="${HEAD + total + 20}"`;
  const title = "<title>Address spaces of host and domains</title>";
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${title}\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join("\n")}\n</svg>\n`;
}

/** 18 pixels for a page, 110 for a gigabyte and more. */
function rowHeight({ range }: PictureRow): number {
  const pages = Math.max(0, range.size.toString(2).length - 13);
  return Math.min(LARGEST, SMALLEST + pages * 4);
}

function drawRow(row: PictureRow, y: number, height: number, gapAbove: boolean): string[] {
  const parts: string[] = [];
  if (gapAbove) {
    const x = ADDRESS_WIDTH - 4;
    parts.push(
      `<text x="${x}" y="${y + 10}" text-anchor="end" ${FONT}>${hexAddress(endOf(row.range) - 1n)}</text>`,
    );
  }
  const label = hexAddress(row.range.start);
  parts.push(
    `<text x="${ADDRESS_WIDTH - 4}" y="${y + height - 2}" text-anchor="end" ${FONT}>${label}</text>`,
  );
  row.cells.forEach((cell, i) => {
    if (cell === null) return;
    const x = ADDRESS_WIDTH + i * COLUMN_WIDTH;
    const text = escapeXml(`${cell.text}${height > 30 ? ` ${sizeText(row.range.size)}` : ""}`);
    parts.push(
      `<rect x="${x}" y="${y}" width="${COLUMN_WIDTH - 10}" height="${height}" fill="${COLORS[cell.kind]}" stroke="#555"/>`,
      `<text x="${x + 5}" y="${y + 13}" ${FONT}>${text}</text>`,
    );
  });
  return parts;
}

function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (char) => names[char]);
}

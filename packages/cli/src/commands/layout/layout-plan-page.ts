import {
  type AddressLink,
  type AddressRange,
  addressLinks,
  endOf,
  hexAddress,
  type NoPlan,
  overlaps,
  type PictureItem,
  type PictureRow,
  type Plan,
  pictureColumns,
  pictureRows,
  rangeText,
  sizeText,
} from "@xgt/dom0less-layout";
import { type PlanHead, type PlanItem, type PlanLink, type PlanRow, planPage } from "@xgt/report";

/** What a plan is about: the host's tree as the user named it, and Xen's release. */
export interface PlanSubject {
  readonly host: string;
  readonly xen: string;
}

/** The page of a plan, or of why there is none; in pieces. */
export function layoutPlanPage(result: Plan | NoPlan, { host, xen }: PlanSubject): Iterable<string> {
  const nothing = { columns: [], items: [], rows: [], links: [], reasons: [], warnings: [], findings: [] };
  const head = { version: 1, kind: "plan", subject: host, xen } as const;
  if (!result.possible) return planPage({ ...head, ...nothing, conflict: result.conflict });
  const { model, findings } = result.check;
  const columns = pictureColumns(model);
  const indices = new Map(columns.flatMap(({ items }) => items).map((item, index) => [item, index]));
  const items = columns.flatMap((column, index) => column.items.map((item) => planItem(item, index)));
  const slices = pictureRows(columns);
  return planPage({
    ...head,
    conflict: [],
    columns: columns.map(({ title }) => title),
    items,
    rows: slices.map((row, at) => planRow(row, slices[at - 1], indices)),
    links: addressLinks(model).map((link) => planLink(link, columns, indices)),
    reasons: result.reasons,
    warnings: result.warnings,
    findings: findings.map(({ rule, name, severity, message }) => ({ rule, name, severity, message })),
  } satisfies PlanHead);
}

function planItem({ text, kind, range }: PictureItem, column: number): PlanItem {
  return {
    column,
    text,
    kind,
    start: hexAddress(range.start),
    last: lastOf(range),
    size: sizeText(range.size),
  };
}

function planRow(
  row: PictureRow,
  below: PictureRow | undefined,
  indices: ReadonlyMap<PictureItem, number>,
): PlanRow {
  const { range, cells } = row;
  const pages = Math.max(0, range.size.toString(2).length - PAGE_BITS);
  return {
    start: hexAddress(range.start),
    last: lastOf(range),
    lines: 2 + Math.min(LINES_MAX, pages / 2),
    gap: below !== undefined && endOf(below.range) !== range.start,
    cells: cells.map((cell) => (cell === null ? null : { item: indices.get(cell) ?? -1 })),
  };
}

/** Heights grow with the logarithm of the size, from a page on. */
const PAGE_BITS = 13;
const LINES_MAX = 9;

function planLink(
  { domain, text, guest, host }: AddressLink,
  columns: ReturnType<typeof pictureColumns>,
  indices: ReadonlyMap<PictureItem, number>,
): PlanLink {
  const [hostColumn, ...others] = columns;
  const domainColumn = others.find(({ title }) => title === domain);
  const itemAt = (items: readonly PictureItem[], range: AddressRange | null) => {
    const linked = items.filter(({ kind }) => range !== null && (kind === "bank" || kind === "device"));
    const item =
      linked.find((one) => range !== null && isSame(one.range, range)) ??
      linked.find((one) => range !== null && overlaps(one.range, range));
    return item === undefined ? -1 : (indices.get(item) ?? -1);
  };
  return {
    ...{ domain, text },
    guest: rangeText(guest),
    host: host === null ? null : rangeText(host),
    isSame: host !== null && isSame(guest, host),
    from: itemAt(hostColumn.items, host),
    to: itemAt(domainColumn?.items ?? [], guest),
  };
}

function isSame(one: AddressRange, other: AddressRange): boolean {
  return one.start === other.start && one.size === other.size;
}

function lastOf(range: AddressRange): string {
  return hexAddress(endOf(range) - 1n);
}

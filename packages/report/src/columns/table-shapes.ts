/** How a column is kept: by difference to the number before or as it is, and in which kind of array once it is read. */
export interface ColumnShape {
  readonly delta: boolean;
  readonly array: "f64" | "i32" | "u8";
}

/** Names of a table's columns, in the order in which they lie in the file. */
export type TableShape = Readonly<Record<string, ColumnShape>>;

const big: ColumnShape = { delta: true, array: "f64" };
const rising: ColumnShape = { delta: true, array: "i32" };
const plain: ColumnShape = { delta: false, array: "i32" };
const small: ColumnShape = { delta: false, array: "u8" };
const count: ColumnShape = { delta: false, array: "f64" };

/**
 * What a page holds of a run, as tables. `event` in all of them is the row in `events`; names are indices of the head's
 * strings, -1: none. Frames are numbers of 4 KiB frames, -1: none or not known.
 */
export const tableShapes = {
  /**
   * Each event but the beginnings of calls. `number` as `xgt replay` numbers it, `time` in microseconds (-1: not
   * recorded), `kind` an EventSort, `name` of a call, `text` bytes of its text in the block of texts, `place` line or byte.
   */
  events: {
    number: big,
    time: big,
    kind: small,
    name: plain,
    task: plain,
    cpu: plain,
    file: small,
    place: big,
    domid: plain,
    text: plain,
  },
  /**
   * Runs of gfns that became the same kind of thing: mfns, handles and refs follow the gfns. `other` is the granter or
   * the foreign domain.
   */
  changes: {
    event: rising,
    domid: plain,
    gfn: big,
    count,
    from: small,
    to: small,
    mfn: big,
    handle: big,
    ref: big,
    other: plain,
    readOnly: small,
  },
  /** DMA maps, one row a segment. `direction` is a DmaDirection. */
  dma: { event: rising, domid: plain, gfn: big, bus: big, pages: count, device: plain, direction: small },
  /** DMA unmaps: the event, and the row in `dma` that it ends. */
  releases: { event: rising, dma: rising },
  /** Entries that guests wrote into their own tables; `mfn` -1: erased. */
  entries: { event: rising, domid: plain, gfn: big, count, mfn: big },
  /** Marks of a recorder: before which event, when, and the text's name. */
  marks: { event: rising, time: big, text: plain },
  /** Findings each time they were found: `number` of the event, `severity` as its rank, `dma`: a wrong DMA. */
  hits: { number: big, domid: plain, gfn: big, count, severity: small, dma: small, rule: plain },
} as const satisfies Readonly<Record<string, TableShape>>;

export type TableShapes = typeof tableShapes;
export type TableName = keyof TableShapes;

/** What an event was. */
export const EventSort = {
  call: 0,
  dmaMap: 1,
  dmaUnmap: 2,
  guestEntry: 3,
  grant: 4,
  ungrant: 5,
  lost: 6,
  domain: 7,
  /** A call's end whose beginning is not in the log. */
  halfCall: 8,
  /** A call whose end never came, at the event at which it was given up. */
  abandoned: 9,
} as const;

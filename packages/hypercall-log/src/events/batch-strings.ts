import { dmaDevice, setDmaDevice } from "./dma-view.ts";
import type { EventBatch } from "./event-batch.ts";
import { EventKind } from "./event-kind.ts";
import { setSharePartner, sharePartner } from "./share-view.ts";
import { markText, setMarkText } from "./single-value.ts";

/** Gives the strings that a batch names their numbers in another table. */
export class StringRenumbering {
  private readonly numberOf: (index: number) => number;

  /** `numberOf`: the number in the other table; it is not asked for -1. */
  constructor(numberOf: (index: number) => number) {
    this.numberOf = numberOf;
  }

  /** Renumbers the rows from `first` on. */
  apply(batch: EventBatch, first = 0): void {
    for (let row = first; row < batch.length; row++) {
      batch.comm[row] = this.moved(batch.comm[row]);
      const kind = batch.kind[row];
      if (kind === EventKind.dma) {
        setDmaDevice(batch, row, this.moved(dmaDevice(batch, row)));
      } else if (kind === EventKind.share || kind === EventKind.unshare)
        setSharePartner(batch, row, this.moved(sharePartner(batch, row)));
      else if (kind === EventKind.mark) setMarkText(batch, row, this.moved(markText(batch, row)));
    }
  }

  private moved(index: number): number {
    return index < 0 ? index : this.numberOf(index);
  }
}

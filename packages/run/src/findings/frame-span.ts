/** Frames from `first` to `last`, both included. */
export interface FrameSpan {
  readonly first: number;
  readonly last: number;
}

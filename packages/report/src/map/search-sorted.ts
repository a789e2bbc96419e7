/** Index of the first number above `value` in rising numbers. */
export function upperBound(numbers: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first number of at least `value` in rising numbers. */
export function lowerBound(numbers: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Finds where numbers stand in rising ones, quickly where they come in runs: looks next to the last place first. */
export class NearSearch {
  private readonly numbers: Float64Array;
  private last = 0;

  constructor(numbers: Float64Array) {
    this.numbers = numbers;
  }

  /** Index of the last number that is not above `value`; -1: all are. */
  atOrBefore(value: number): number {
    const { numbers } = this;
    for (let at = this.last; at < this.last + NEAR && at < numbers.length; at++) {
      if (numbers[at] > value) break;
      if (at + 1 === numbers.length || numbers[at + 1] > value) {
        this.last = at;
        return at;
      }
    }
    const at = upperBound(numbers, value) - 1;
    this.last = Math.max(0, at);
    return at;
  }
}

/** Places looked at before all are searched. */
const NEAR = 3;

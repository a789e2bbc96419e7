/** Numbers sorted into groups, the order inside of a group kept: group `g` is `items[first[g]]` up to `items[first[g + 1]]`. */
export interface Grouped {
  readonly first: Int32Array;
  readonly items: Int32Array;
}

/**
 * Sorts items into `groups` groups. `each` tells every pair of group and item, in the order that is to be kept, to whom
 * it is given; it is called twice.
 */
export function grouped(
  groups: number,
  each: (tell: (group: number, item: number) => void) => void,
): Grouped {
  const first = new Int32Array(groups + 1);
  each((group) => {
    first[group + 1]++;
  });
  for (let group = 0; group < groups; group++) first[group + 1] += first[group];
  const items = new Int32Array(first[groups]);
  const next = first.slice(0, groups);
  each((group, item) => {
    items[next[group]++] = item;
  });
  return { first, items };
}

/**
 * The value of a key that the program itself has put into the map. Throws where it has not: that is a mistake in the
 * program, whatever the input.
 */
export function present<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing was kept for ${String(key)}`);
  return value;
}

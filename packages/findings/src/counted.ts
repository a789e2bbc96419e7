/** "1 call", "2 calls"; digits without separators, so that numbers can be searched for. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

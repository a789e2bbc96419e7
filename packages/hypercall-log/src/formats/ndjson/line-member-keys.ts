import { KeyTable } from "../../json/key-table.ts";

/** Members that a line of any kind may have, in the order of their codes. */
export const Member = {
  t: 0,
  id: 1,
  ev: 2,
  cpu: 3,
  pid: 4,
  comm: 5,
  via: 6,
  nr: 7,
  cmd: 8,
  args: 9,
  domid: 10,
  ret: 11,
  ops: 12,
  multicall: 13,
  entry: 14,
  n: 15,
} as const;

/** The bit of a member's code. */
export const bit = (code: number): number => 1 << code;
/** Members that only enters have, and only exits. */
export const ENTER_ONLY = bit(Member.args) | bit(Member.multicall) | bit(Member.entry);
export const EXIT_ONLY = bit(Member.ret) | bit(Member.ops);

/** Code of the first member that only one kind of event has; they follow the members of every line. */
export const OWN = Object.keys(Member).length;

/** Keys of a line: those that any line may have, then the line's own. */
export function lineKeys(own: readonly string[]): KeyTable {
  return new KeyTable([...Object.keys(Member), ...own]);
}

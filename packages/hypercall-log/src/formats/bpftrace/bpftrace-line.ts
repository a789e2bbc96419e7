import { INT32_MAX } from "../json-lines/line-members.ts";

/** Lists of a call, by the letter that their lines begin with. */
export type BpftraceList = "X" | "I" | "G" | "V";

/** One line of the recorder. */
export type BpftraceLine =
  | {
      readonly type: "enter";
      readonly key: bigint;
      readonly name: string;
      readonly isPrivcmd: boolean;
      readonly cmd: bigint;
      /** Ops of a grant call; the hypercall's number of one that is neither memory_op nor grant_table_op. */
      readonly count: bigint;
      readonly words: readonly bigint[];
      readonly cpu: number;
      readonly comm: string;
      readonly tid: number;
    }
  /** `time` in nanoseconds; null: not recorded. */
  | { readonly type: "exit"; readonly key: bigint; readonly ret: bigint; readonly time: bigint | null }
  /** `index` of the first of the values. */
  | {
      readonly type: "list";
      readonly list: BpftraceList;
      readonly key: bigint;
      readonly index: number;
      readonly values: readonly bigint[];
    }
  | { readonly type: "op"; readonly key: bigint; readonly index: number; readonly words: readonly bigint[] }
  | {
      readonly type: "result";
      readonly key: bigint;
      readonly index: number;
      readonly words: readonly bigint[];
    }
  | {
      readonly type: "p2m";
      readonly time: bigint;
      readonly pfn: bigint;
      readonly mfn: bigint;
      readonly n: bigint;
      readonly cpu: number;
      readonly comm: string;
      readonly tid: number;
    }
  | { readonly type: "lost"; readonly count: number }
  | { readonly type: "note"; readonly what: string };

const LOST = /^Lost (\d{1,15}) events$/;
const NOTE = /^(?:#|Attaching \d+ probe|@|WARNING|stdin:|$)/;
const DECIMAL = /^-?\d{1,20}$/;
const HEX = /^[0-9a-f]{1,16}$/;
const ENTER =
  /^E (\d{1,20}) (privcmd:)?(memory_op|grant_table_op|hypercall) (\d{1,20}) (?:(\d{1,20}) )?((?:(?:w\d{1,2}|cpu)=[0-9a-f]{1,16} )*)(.*) (\d{1,10})$/;
const P2M = /^P (\d{1,20}) ([0-9a-f]{1,16}) ([0-9a-f]{1,16}) (\d{1,10}) cpu=([0-9a-f]{1,8}) (.*) (\d{1,10})$/;
const LISTS: readonly string[] = ["X", "I", "G", "V"];
/** Words of a map's struct, the last of which is a result. */
const MAP_WORDS = 4;
/** Bits behind which a map's status, handle and bus address lie in its struct, in words. */
const MAP_STATUS_BITS = 16n;
const UNMAP_STATUS_BITS = 32n;
const HALF = 32n;

/** Reads one line; null: it is none of the recorder's. */
export function bpftraceLine(text: string): BpftraceLine | null {
  const lost = LOST.exec(text);
  if (lost !== null) return { type: "lost", count: Number(lost[1]) };
  if (NOTE.test(text)) return { type: "note", what: "bpftrace's own words" };
  const letter = text[0];
  if (letter === "E") return enterLine(text);
  if (letter === "P") return p2mLine(text);
  const [, key, ...rest] = text.split(" ");
  if (key === undefined || !DECIMAL.test(key) || rest.length === 0) return null;
  if (letter === "R") return exitLine(BigInt(key), rest);
  const [first, ...others] = rest;
  if (!/^\d{1,9}$/.test(first) || others.length === 0) return null;
  return bodyLine(letter, BigInt(key), Number(first), others);
}

function enterLine(text: string): BpftraceLine | null {
  const match = ENTER.exec(text);
  if (match === null) return null;
  const [, key, privcmd, name, cmd, count, members, comm, tid] = match;
  if (name !== "memory_op" && count === undefined) return null;
  if (name === "hypercall" && Number(count) > INT32_MAX) return null;
  const words: bigint[] = [];
  let cpu = -1;
  for (const [, member, value] of members.matchAll(/(\w+)=(\w+)/g)) {
    if (member === "cpu") cpu = Number.parseInt(value, 16) | 0;
    else if (member === `w${words.length}`) words.push(BigInt(`0x${value}`));
    else return null;
  }
  return {
    type: "enter",
    key: BigInt(key),
    name,
    isPrivcmd: privcmd !== undefined,
    cmd: BigInt(cmd),
    count: BigInt(count ?? 0),
    words,
    cpu,
    comm,
    tid: Number(tid) | 0,
  };
}

function p2mLine(text: string): BpftraceLine | null {
  const match = P2M.exec(text);
  if (match === null) return null;
  const [, time, pfn, mfn, n, cpu, comm, tid] = match;
  return {
    type: "p2m",
    time: BigInt(time),
    pfn: BigInt(`0x${pfn}`),
    mfn: BigInt(`0x${mfn}`),
    n: BigInt(n),
    cpu: Number.parseInt(cpu, 16) | 0,
    comm,
    tid: Number(tid) | 0,
  };
}

function exitLine(key: bigint, [ret, time]: readonly string[]): BpftraceLine | null {
  if (!DECIMAL.test(ret) || (time !== undefined && !/^\d{1,20}$/.test(time))) return null;
  return {
    type: "exit",
    key,
    ret: BigInt.asIntN(64, BigInt(ret)),
    time: time === undefined ? null : BigInt(time),
  };
}

function bodyLine(
  letter: string,
  key: bigint,
  index: number,
  others: readonly string[],
): BpftraceLine | null {
  // A status is signed and decimal, all else is in hex.
  const isResult = letter === "S";
  if (!others.every((text, i) => (isResult && i === 0 ? DECIMAL : HEX).test(text))) return null;
  if (isResult) return { type: "result", key, index, words: resultWords(others) };
  const values = others.map((text) => BigInt(`0x${text}`));
  if (LISTS.includes(letter)) return { type: "list", list: letter as BpftraceList, key, index, values };
  if (letter === "Z") return { type: "result", key, index, words: values };
  if (letter === "W" || letter === "U") return { type: "op", key, index, words: values };
  if (letter === "M")
    return { type: "op", key, index, words: [...values, 0n, 0n, 0n, 0n].slice(0, MAP_WORDS) };
  return null;
}

/** The words of a map's or unmap's struct in which Xen writes (xen/include/public/grant_table.h), from the numbers alone. */
function resultWords([status, handle, bus]: readonly string[]): bigint[] {
  const code = BigInt.asUintN(16, BigInt(status));
  if (handle === undefined) return [0n, 0n, code << UNMAP_STATUS_BITS];
  const third = (code << MAP_STATUS_BITS) | (BigInt(`0x${handle}`) << HALF);
  return [0n, 0n, BigInt.asUintN(64, third), bus === undefined ? 0n : BigInt(`0x${bus}`)];
}

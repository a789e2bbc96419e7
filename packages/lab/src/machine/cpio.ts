/** A file of an initramfs; a folder has no content, a link's content is its target. */
export interface CpioEntry {
  /** From the root, without a "/" before it. */
  readonly path: string;
  /** `console` is the device 5:1. */
  readonly kind: "file" | "folder" | "link" | "console";
  /** Undefined: empty. */
  readonly content?: Uint8Array;
  /** Undefined: false. */
  readonly executable?: boolean;
}

const MODES = { file: 0o100644, folder: 0o040755, link: 0o120777, console: 0o020600 } as const;

/** An archive in the "newc" form that Linux unpacks at boot (Documentation/driver-api/early-userspace/buffer-format.rst). */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const pieces: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    const mode = MODES[entry.kind] | (entry.executable ? 0o111 : 0);
    const device = entry.kind === "console" ? [5, 1] : [0, 0];
    add(pieces, index + 1, mode, entry.path, entry.content ?? new Uint8Array(0), device);
  });
  add(pieces, 0, 0, "TRAILER!!!", new Uint8Array(0), [0, 0]);
  return Buffer.concat(pieces);
}

function add(
  pieces: Uint8Array[],
  inode: number,
  mode: number,
  path: string,
  content: Uint8Array,
  device: readonly number[],
): void {
  const name = Buffer.from(`${path}\0`);
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, device[0], device[1], name.length, 0];
  const head = Buffer.from(`070701${numbers.map((value) => value.toString(16).padStart(8, "0")).join("")}`);
  pieces.push(head, name, padding(head.length + name.length), content, padding(content.length));
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

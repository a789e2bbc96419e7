// The runtime's WebAssembly, which no library of types that is used here declares. A runtime may have none (node --jitless).

/** A memory that grows without a copy. */
export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  /** Grows by so many pages; every view of the old `buffer` is empty then. Throws RangeError where there is no room. */
  grow(pages: number): number;
}

/** A memory that grows in place: views of it stay good. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface Pages {
  readonly initial: number;
  readonly maximum: number;
}

interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: {
    new (pages: Pages & { readonly shared: true }): SharedMemory;
    new (pages: Pages): GrowingMemory;
  };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const runtime = globalThis as unknown as { readonly WebAssembly?: WebAssemblyApi };

/** The module whose code is `code`, in base64; null where this runtime has not all of its instructions. */
export function moduleOf(code: string): object | null {
  const { WebAssembly } = runtime;
  const bytes = Buffer.from(code, "base64");
  return WebAssembly?.validate(bytes) === true ? new WebAssembly.Module(bytes) : null;
}

/** What a module that works on `memory` exports. Throws where it cannot. */
export function exportsOf(module: object, memory: GrowingMemory | SharedMemory): unknown {
  const { WebAssembly } = runtime;
  if (WebAssembly === undefined) throw new Error("a module without WebAssembly");
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}

/** A memory of pages of 64 KiB; null where this process gets none. */
export function newMemory(initial: number, maximum: number): GrowingMemory | null {
  const { WebAssembly } = runtime;
  if (WebAssembly === undefined) return null;
  try {
    return new WebAssembly.Memory({ initial, maximum });
  } catch {
    return null;
  }
}

/** As newMemory, and threads may share it. */
export function newSharedMemory(initial: number, maximum: number): SharedMemory | null {
  const { WebAssembly } = runtime;
  if (WebAssembly === undefined) return null;
  try {
    return new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch {
    return null;
  }
}

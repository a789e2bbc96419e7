import { describe, expect, test } from "vitest";
import { moved, separateRoom } from "../../src/memory/column-room.ts";
import { KernelMemory } from "../../src/memory/kernel-memory.ts";
import { SlotStack } from "../../src/memory/slot-stack.ts";

function memory(): KernelMemory {
  return KernelMemory.borrow() ?? expect.fail("no memory is left");
}

describe("the memory that a WebAssembly module works on, too", () => {
  test("gives columns of zeros that do not overlap, however it grows", () => {
    const kernel = memory();
    const columns = Array.from({ length: 40 }, (_, i) => kernel.float64(1 << (i % 16)).fill(i));
    kernel.float64(1 << 20);
    for (const [i, column] of columns.entries()) expect(column.every((value) => value === i)).toBe(true);
    const places = columns.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength]);
    places.sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < places.length; i++) expect(places[i][0]).toBeGreaterThanOrEqual(places[i - 1][1]);
  });

  test("gives the place of a released column to the next one of its size, as zeros", () => {
    const kernel = memory();
    const first = kernel.int32(1000).fill(7);
    kernel.release(first);
    const again = kernel.float64(500);
    expect(again.byteOffset).toBe(first.byteOffset);
    expect(again.every((value) => value === 0)).toBe(true);
    expect(kernel.uint8(4000).byteOffset).not.toBe(first.byteOffset);
  });
});

test("a column that is moved keeps its first values, and has zeros behind them", () => {
  const kernel = memory();
  const column = new Int32Array([1, 2, 3, 4]);
  const other = moved(column, 8, 3, kernel, separateRoom);
  expect([...other]).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
  expect(other.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test("a stack gives the latest slot first, wherever it lies", () => {
  const stack = new SlotStack();
  for (let slot = 0; slot < 100; slot++) stack.push(slot);
  stack.moveTo(memory());
  for (let slot = 100; slot < 10_000; slot++) stack.push(slot);
  expect(stack.size).toBe(10_000);
  for (let slot = 9999; slot >= 0; slot--) expect(stack.pop()).toBe(slot);
  expect(stack.pop()).toBe(-1);
  stack.push(3);
  stack.clear();
  expect(stack.size).toBe(0);
});

describe("such a memory that is full", () => {
  test("gives columns elsewhere once it is exhausted, and says so", () => {
    const kernel = memory();
    expect(kernel.isExhausted).toBe(false);
    // Nothing of these is touched, so that they take no memory of the machine.
    for (let i = 0; i < 5; i++) kernel.uint8(2 ** 30);
    expect(kernel.isExhausted).toBe(true);
    const column = kernel.int32(2 ** 30 / 4);
    expect(column.length).toBe(2 ** 28);
    expect(column.buffer).toBeInstanceOf(ArrayBuffer);
    kernel.release(column);
    // What is in use is so large that there is no further one.
    expect(KernelMemory.borrow()).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { NameCache } from "../src/events/name-cache.ts";
import { StringTable } from "../src/events/string-table.ts";

const encoder = new TextEncoder();

describe("a name cache", () => {
  it("gives each name the index of its string, however many there are", () => {
    const strings = new StringTable();
    const cache = new NameCache(strings);
    const names = Array.from({ length: 2000 }, (_, i) => `task-${i % 700}/é`);
    for (const name of names) {
      const bytes = encoder.encode(`"${name}" `);
      const index = cache.intern(bytes, 1, bytes.length - 2);
      expect(strings.get(index)).toBe(name);
      expect(cache.isLast(bytes, 1)).toBe(true);
      expect([cache.last, cache.end]).toEqual([index, bytes.length - 1]);
      expect(cache.isLast(encoder.encode(`${name}x"`), 0)).toBe(false);
    }
    expect(strings.intern("new")).toBe(700);
  });

  it("keeps a name whole that begins with a byte order mark", () => {
    const strings = new StringTable();
    const bytes = encoder.encode("\ufeffguest");
    expect(strings.get(new NameCache(strings).intern(bytes, 0, bytes.length))).toBe("\ufeffguest");
  });

  it("has no last name at first, and may have an empty one", () => {
    const cache = new NameCache(new StringTable());
    expect(cache.isLast(encoder.encode('"'), 0)).toBe(false);
    cache.intern(encoder.encode(""), 0, 0);
    expect(cache.isLast(encoder.encode('"'), 0)).toBe(true);
  });
});

/**
 * A property that is worked out when it is first read, and is plain data from then on. It is the object's own and
 * enumerable: JSON, spread and comparison see it as any other.
 */
export function lazyProperty(object: object, name: string, make: () => unknown): void {
  Object.defineProperty(object, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = make();
      Object.defineProperty(object, name, { value, enumerable: true });
      return value;
    },
  });
}

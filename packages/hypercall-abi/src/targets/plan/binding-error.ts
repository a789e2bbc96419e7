/** A construct that no binding can be made of, by its name. */
export class BindingError extends Error {
  override readonly name = "BindingError";
  /** Key of the struct or name of the constant that has to be left out; undefined: leaving one out does not help. */
  readonly item: string | undefined;

  constructor(message: string, item?: string) {
    super(message);
    this.item = item;
  }
}

/** Does the work for one item; what cannot be said inside it has the item's name. Throws BindingError. */
export function forItem<T>(item: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BindingError && error.item === undefined)
      throw new BindingError(error.message, item);
    throw error;
  }
}

/** The name, when every language here can have it. A model file may hold anything. Throws BindingError. */
export function checkedName(name: string, what: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new BindingError(`${what}: ${JSON.stringify(name.slice(0, shownNameMax))} is no name in C`);
  return name;
}

/** Characters of a wrong name that an error quotes. */
const shownNameMax = 60;

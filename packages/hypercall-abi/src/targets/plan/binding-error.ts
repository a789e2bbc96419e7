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

/** The name, when every language here can have it. A model file may hold anything. Throws BindingError. */
export function checkedName(name: string, what: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new BindingError(`${what}: ${JSON.stringify(name.slice(0, shownNameMax))} is no name in C`);
  return name;
}

/** Characters of a wrong name that an error quotes. */
const shownNameMax = 60;

/** A construct that no binding can be made of, by its name. */
export class BindingError extends Error {
  override readonly name = "BindingError";
}

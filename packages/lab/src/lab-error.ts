/** Something that keeps the lab from running and that the user can put right: what, where, what to do next. */
export class LabError extends Error {
  override readonly name = "LabError";
}

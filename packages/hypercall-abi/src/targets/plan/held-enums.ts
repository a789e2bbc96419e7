/** Values of one "enum" comment that members of another integer type hold. */
interface HeldEnum {
  /** Name of the comment. */
  readonly group: string;
  /** Header of the members. */
  readonly file: string;
  /** Their name. */
  readonly member: string;
  /** Their type in C. */
  readonly type: string;
  /** The same as width and sign. */
  readonly as: HeldAs;
}

/** What a type for values is made of. */
export interface HeldAs {
  /** Bytes. */
  readonly bytes: 2;
  /** It has negative values. */
  readonly signed: boolean;
}

/** Xen's headers say so in comments only: a number whose type is named is told apart from any other number. */
const heldEnums: readonly HeldEnum[] = [
  {
    group: "grant_status",
    file: "grant_table.h",
    member: "status",
    type: "int16_t",
    as: { bytes: 2, signed: true },
  },
];

/** The "enum" whose values a member holds, by the header that declares it, its name and its type. */
export function heldEnum(file: string, member: string, type: string): string | undefined {
  return heldEnums.find((held) => held.file === file && held.member === member && held.type === type)?.group;
}

/** What members hold the values of an "enum" as; undefined: no member is known to hold them. */
export function heldAs(group: string | undefined): HeldAs | undefined {
  return heldEnums.find((held) => held.group === group)?.as;
}

import { present } from "../../model/present.ts";
import type { AggregatePlan, BindingPlan, ConstantSection, MemberPlan } from "../plan/binding-plan.ts";
import { listed, placeText } from "../plan/comment-text.ts";
import { camelCase, TypeNames } from "../plan/names.ts";

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** What the module and its stubs import, define and call. */
const ownNames =
  "Array Final IntEnum LayoutError Structure Union alignment annotations bit_field bool bytes c_char c_int16 c_int32 c_int64 c_int8 c_uint16 c_uint32 c_uint64 c_uint8 getattr globals int isinstance len list object property setattr sizeof str sys tuple type ImportError ValueError _LAYOUTS _VALUES _check".split(
    " ",
  );

/** Names of a plan's things in Python: the module and its stubs call them the same. */
export class PythonNames {
  private readonly types: TypeNames;
  private readonly constants = new Map<string, string>();
  private readonly enums = new Map<ConstantSection, string>();

  constructor(plan: BindingPlan) {
    this.types = new TypeNames(plan, [...keywords, ...ownNames]);
    const plain = (name: string): boolean => !name.startsWith("__");
    const all = [...plan.sections.flatMap(({ constants }) => constants), ...plan.strings].map(
      ({ name }) => name,
    );
    // Inside a class Python rewrites names that begin with two underscores.
    for (const name of [...all.filter(plain), ...all.filter((name) => !plain(name))]) {
      const short = name.replace(/^__+/, "") || "X";
      this.constants.set(name, this.types.claim([short, `X${name}`], name));
    }
    for (const section of plan.sections) {
      if (section.enumName === undefined) continue;
      const word = camelCase(section.enumName);
      this.enums.set(section, this.types.claim([word, `${word}Value`, `${word}Enum`], titleOf(section)));
    }
  }

  /** A struct's or union's class. */
  type(aggregate: AggregatePlan): string {
    return this.types.of(aggregate);
  }

  /** A constant or string. */
  constant(name: string): string {
    return present(this.constants, name);
  }

  /** The class of an enum's values; undefined where a section has none. */
  enumeration(section: ConstantSection): string | undefined {
    return this.enums.get(section);
  }
}

/** What a section's comment says: "enum grant_status, grant_table.h:625". */
export function titleOf(section: ConstantSection): string {
  return listed(section.title ?? "", placeText(section.file, section.line));
}

/** Xen's name of a member, or with `_` at the end where Python or ctypes has another use for it. */
export function memberName(member: MemberPlan): string {
  return keywords.has(member.name) || /^_(?:align|anonymous|fields|pack|swappedbytes)_$/.test(member.name)
    ? `${member.name}_`
    : member.name;
}

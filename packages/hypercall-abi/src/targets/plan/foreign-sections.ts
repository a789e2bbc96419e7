/**
 * The sections of a file in another language that generated text is made of. A comment line `==== name` begins one, the
 * next such line ends it; empty lines around it are not of it.
 */
export class ForeignSections {
  private readonly file: string;
  private sections: ReadonlyMap<string, string> | undefined;

  /** `file`: its text, which is taken apart when a section is first asked for. */
  constructor(file: string) {
    this.file = file;
  }

  /** One section's text. */
  text(name: string): string {
    this.sections ??= sectionsOf(this.file);
    const text = this.sections.get(name);
    if (text === undefined) throw new Error(`no section ${name}`);
    return text;
  }

  /** One section's lines. */
  lines(name: string): string[] {
    return this.text(name).split("\n");
  }
}

function sectionsOf(file: string): ReadonlyMap<string, string> {
  const pieces = file.split(/^(?:\/\*|\/\/|#) ==== (\w+).*\n/m);
  const sections = new Map<string, string>();
  for (let i = 1; i < pieces.length; i += 2) sections.set(pieces[i], trimmed(pieces[i + 1]));
  return sections;
}

function trimmed(text: string): string {
  return text.replace(/^\n+|\n+$/g, "");
}

/**
 * The sections of a file in another language that generated text is made of. A comment line `==== name` begins one, the
 * next such line ends it; empty lines around it are not of it.
 */
export class ForeignSections {
  private readonly sections = new Map<string, string>();

  constructor(text: string) {
    const pieces = text.split(/^(?:\/\*|\/\/|#) ==== (\w+).*\n/m);
    for (let i = 1; i < pieces.length; i += 2) this.sections.set(pieces[i], trimmed(pieces[i + 1]));
  }

  /** One section's text. */
  text(name: string): string {
    const text = this.sections.get(name);
    if (text === undefined) throw new Error(`no section ${name}`);
    return text;
  }

  /** One section's lines. */
  lines(name: string): string[] {
    return this.text(name).split("\n");
  }
}

function trimmed(text: string): string {
  return text.replace(/^\n+|\n+$/g, "");
}

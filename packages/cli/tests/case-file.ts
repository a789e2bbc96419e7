/** One golden case: a file under cases/. Its head says how to run it. */
export interface GoldenCase {
  /** Lines before the command. */
  readonly comments: readonly string[];
  /** The line after `$ `, as typed. */
  readonly command: string;
  readonly sections: readonly Section[];
}

/** `--- file run.jsonl gzip` and the lines below it. */
export interface Section {
  readonly head: string;
  readonly body: string;
}

/** What a run of the command gave. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const EXPECTED = ["stdout", "stderr", "exit"];

export function readCase(text: string): GoldenCase {
  const [top, ...parts] = text.split(/^--- /m);
  const lines = top.split("\n");
  const command = lines.find((line) => line.startsWith("$ xgt") || /^\$ (\w+=\S+ )+xgt/.test(line));
  if (command === undefined) throw new Error("a case needs a line like: $ xgt replay run.jsonl");
  return {
    comments: lines.filter((line) => line.startsWith("#")),
    command: command.slice(2),
    sections: parts.map((part) => {
      const end = part.indexOf("\n");
      return { head: part.slice(0, end).trim(), body: part.slice(end + 1) };
    }),
  };
}

/** The case's text with what was really printed. */
export function writeCase(golden: GoldenCase, outcome: Outcome): string {
  const inputs = golden.sections.filter(({ head }) => !EXPECTED.includes(head.split(" ")[0]));
  const section = ({ head, body }: Section) => `--- ${head}\n${withNewline(body)}`;
  return [
    ...golden.comments.map((line) => `${line}\n`),
    `$ ${golden.command}\n`,
    ...inputs.map(section),
    outcome.stdout === "" ? "" : section({ head: "stdout", body: escaped(outcome.stdout) }),
    outcome.stderr === "" ? "" : section({ head: "stderr", body: escaped(outcome.stderr) }),
    `--- exit ${outcome.status}\n`,
  ].join("");
}

/** What the case expects. */
export function expectedOutcome(golden: GoldenCase): Outcome {
  const body = (name: string) => golden.sections.find(({ head }) => head === name)?.body ?? "";
  const exit = golden.sections.find(({ head }) => head.startsWith("exit "));
  return { stdout: body("stdout"), stderr: body("stderr"), status: Number(exit?.head.slice("exit ".length)) };
}

/** Text as cases hold it: escape sequences visible, and a mark where the last line does not end. */
export function escaped(text: string): string {
  return withNewline(text.replaceAll("\u001b", "\\e").replaceAll("\r", "\\r"));
}

/** The words of a command line; quotes keep blanks together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]);
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}(no newline)\n`;
}

import { INPUT_BYTES_MAX, INPUT_SECONDS_MAX, OUTPUT_BYTES_MAX } from "./limits.ts";

/** What a run of the command, or of a reader, did. */
export interface RunOutcome {
  readonly args: readonly string[];
  /** A reader prints nothing; where it threw, `stderr` says what. */
  readonly isCommand: boolean;
  /** Null: it threw, which it never may. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of processor time where it took long, else of time of day. */
  readonly seconds: number;
  /** That the process held afterwards. */
  readonly bytes: number;
  /** Files in the command's folder that are left half written. */
  readonly leftOver: readonly string[];
}

/** Forms whose output is JSON as a whole, and those of which each line is. */
const JSON_FORMS = new Set(["json", "sarif", "gitlab"]);
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What is wrong with a run; null: nothing. */
export function faultOf(run: RunOutcome): string | null {
  const { status, stdout, stderr } = run;
  if (status === null) return `it threw: ${stderr}`;
  if (![0, 1, 2].includes(status)) return `status ${status}`;
  if (stderr.includes("this is a bug of xgt")) return stderr.slice(stderr.indexOf("xgt: "), 400);
  if (/\n\s+at .*:\d+:\d+\)?\n/.test(stderr)) return `a stack trace: ${stderr.slice(0, 400)}`;
  if (run.isCommand && status === 2 && stderr === "" && !stdout.includes("corrupt"))
    return "status 2 without a word";
  if (run.seconds > INPUT_SECONDS_MAX) return `${run.seconds.toFixed(1)} s`;
  if (run.bytes > INPUT_BYTES_MAX) return `${Math.round(run.bytes / 2 ** 20)} MiB held`;
  if (stdout.length > OUTPUT_BYTES_MAX) return `${stdout.length} characters printed`;
  if (run.leftOver.length > 0) return `left over: ${run.leftOver.join(" ")}`;
  return unseenIn("stdout", stdout) ?? unseenIn("stderr", stderr) ?? unparsable(run);
}

function unseenIn(name: string, text: string): string | null {
  const plain = text.replace(/[\n\t]/g, "");
  const match = UNSEEN.exec(plain);
  if (match === null) return null;
  const code = (match[0].codePointAt(0) ?? 0).toString(16);
  return `U+${code.padStart(4, "0")} in ${name}: ${JSON.stringify(plain.slice(Math.max(0, match.index - 40), match.index + 20))}`;
}

function unparsable({ args, stdout, status }: RunOutcome): string | null {
  const at = args.indexOf("-f");
  const form = at < 0 ? "text" : args[at + 1];
  if (stdout === "" || args.includes("--help")) return null;
  try {
    if (JSON_FORMS.has(form)) JSON.parse(stdout);
    if (form === "ndjson") for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
    if (form === "junit" && !isXml(stdout)) return "junit: tags do not match";
  } catch (error) {
    return `status ${status}, -f ${form}: ${error instanceof Error ? error.message : error}`;
  }
  return null;
}

/** Whether all tags of a text end where they should. */
function isXml(text: string): boolean {
  const open: string[] = [];
  const body = text.replace(/<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<!--.*?-->/gs, "");
  for (const [, end, name, self] of body.matchAll(/<(\/?)([\w:-]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end === "/" ? open.pop() !== name : self === "" && open.push(name) < 0) return false;
  }
  return open.length === 0 && !/<(?![\w/])|&(?!\w+;|#\w+;)/.test(body);
}

import { InvalidArgumentError, Option } from "commander";

/** `--group KEY=VALUE`, repeatable. */
export function groupOption(): Option {
  return new Option(
    "--group <KEY=VALUE>",
    "what all runs belong to, beside what the manifest says; repeatable",
  ).argParser(parseGroup);
}

function parseGroup(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write KEY=VALUE, as in kernel=6.12.9.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

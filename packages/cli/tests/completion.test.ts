import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releases } from "@xgt/hypercall-abi";
import { rules } from "@xgt/p2m-tracker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

/** `xgt` that shows its words, and keys that put everything that fits into the line: what a user would see listed. */
const SHOW_WORDS = `xgt() { printf '<%s>' "$@"; echo; }`;
const TREE =
  '/dts-v1/; / { chosen { domU1 { compatible = "xen,domain"; }; domU2 { compatible = "xen,domain"; }; module { }; }; };';
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "xgt-completion-"));
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await runCommand(["completion", shell]);
    writeFileSync(join(folder, `script.${shell}`), stdout);
  }
  // The scripts ask the command itself which domains a tree holds.
  execFileSync(process.execPath, ["bundle.mjs", join(folder, "xgt")], {
    cwd: join(import.meta.dirname, ".."),
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  mkdirSync(join(folder, "trees"));
  writeFileSync(join(folder, "trees/host.dts"), TREE);
  mkdirSync(join(folder, "work/deep"), { recursive: true });
  writeFileSync(join(folder, "work/run.jsonl"), "");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Types lines into an interactive shell on a terminal of its own and returns the words that `xgt` was then called with. */
function typed(shell: string, lines: readonly string[]): string[] {
  const { stdout } = spawnSync("script", ["-qec", shell, "/dev/null"], {
    cwd: join(folder, "work"),
    input: `${lines.join("\n")}\nexit\n`,
    encoding: "utf8",
    timeout: 20_000,
    env: environment(),
  });
  const shown = stdout.split(/[\r\n]/).find((line) => /^<.*>$/.test(line)) ?? expect.fail(stdout);
  return shown.slice(1, -1).split("><");
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, TERM: "dumb", PATH: `${folder}:${process.env.PATH}` };
}

/** What each shell offers for the last word of a line, as whole words. */
const offered: Record<string, (line: string) => string[]> = {
  bash: (line) => {
    const keys = ['PS1=""', `source ${folder}/script.bash`, SHOW_WORDS, `${line}\x1b*`];
    return typed("bash --norc --noprofile -i", keys);
  },
  zsh: (line) => {
    const keys = [
      'PS1=""; autoload -U compinit; compinit -u -D',
      `source ${folder}/script.zsh`,
      "zle -C all-matches complete-word _generic; bindkey '^Xa' all-matches",
      "zstyle ':completion:all-matches:*' insert yes",
      "zstyle ':completion:all-matches::::' completer _all_matches _complete",
      SHOW_WORDS,
      `${line}\x18a`,
    ];
    return typed("zsh -f -i", keys);
  },
  fish: (line) => {
    const commands = `source ${folder}/script.fish; complete -C ${JSON.stringify(line)}`;
    const options = { cwd: join(folder, "work"), encoding: "utf8", env: environment() } as const;
    const { stdout } = spawnSync("fish", ["--no-config", "-c", commands], options);
    const words = stdout
      .trim()
      .split("\n")
      .map((row) => row.split("\t")[0]);
    return [...line.split(" ").slice(1, -1), ...words];
  },
};

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

describe.each(Object.keys(offered))("completion in %s", (shell) => {
  const complete = (line: string) => {
    const before = line.split(" ").length - 2;
    return offered[shell](line)
      .slice(before)
      .map((word) => word.replace(/\/$/, ""));
  };

  it.skipIf(!has(shell) || !has("script")).each<[line: string, words: readonly string[]]>([
    ["xgt re", ["replay", "report"]],
    ["xgt lab ", ["differential", "fetch", "list", "run"]],
    ["xgt abi sh", ["show"]],
    ["xgt help la", ["lab", "layout"]],
    ["xgt replay --xen ", releases],
    ["xgt abi show --xen 4.2", ["4.2", "4.20", "4.21", "4.22"]],
    ["xgt replay --fail-on w", ["warning"]],
    ["xgt replay --rule G44,", rules.filter(({ id }) => id !== "G44").map(({ id }) => `G44,${id}`)],
    ["xgt layout check --ignore L01,L1", Array.from({ length: 10 }, (_, i) => `L01,L1${i}`)],
    ["xgt lab run --scenario balloon,pv-", ["balloon,pv-block", "balloon,pv-block-dma"]],
    ["xgt replay --op populate", ["populate_physmap"]],
    ["xgt rules L43", ["L43"]],
    ["xgt capture kprobes --im", ["--image"]],
    ["xgt layout plan --enh", ["--enhanced"]],
    ["xgt replay --domains ", ["deep", "run.jsonl"]],
    ["xgt replay ru", ["run.jsonl"]],
    ["xgt abi audit ", ["deep"]],
    ["xgt layout check ../trees/host.dts --domu ", ["domU1", "domU2"]],
  ])("%s", (line, words) => {
    expect(complete(line).sort()).toEqual([...words].sort());
  });

  it.skipIf(!has(shell) || !has("script"))("xgt replay --xen=4.1, whole or behind the sign", () => {
    const words = complete("xgt replay --xen=4.1").map((word) => word.replace("--xen=", ""));
    expect(words).toEqual(["4.11", "4.12", "4.13", "4.14", "4.15", "4.16", "4.17", "4.18", "4.19"]);
  });
});

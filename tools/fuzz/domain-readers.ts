import { diagnoseConsole, diagnoseLog, parseKconfig } from "../../packages/dom0less-layout/src/index.ts";
import {
  bootLogDomains,
  DomainSpecError,
  type DomainSpecFile,
  domainSpecJson,
  isBootLog,
  type LogHeader,
  logHeaderJson,
  logHeaderOf,
  parseBootLog,
  parseDomainSpec,
} from "../../packages/hypercall-log/src/index.ts";
import { rules } from "../../packages/p2m-tracker/src/index.ts";
import { EventSequence, logText } from "./event-sequence.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import { readerTarget } from "./reader-target.ts";
import { seedFiles } from "./seed-files.ts";

/** Readers of what says which domains there are, and of what a console showed. */
export function domainReaders(root: string): FuzzTarget[] {
  const consoles = [
    ...seedFiles(root, "corpus", /(boot|console)(\.log)?(\.gz)?$/),
    ...seedFiles(root, "packages/hypercall-log/tests/data", /\.(log|console)(\.gz)?$/),
  ].map(({ bytes }) => bytes);
  const specs = seedFiles(root, "corpus", /spec[^/]*\.json$/).map(({ bytes }) => bytes);
  const headers = rules.flatMap(({ passing, failing }) =>
    [passing, failing].map((text) => Buffer.from(text.slice(0, text.indexOf("\n")))),
  );
  const config = 'CONFIG_XEN=y\n# CONFIG_IOMMU is not set\nCONFIG_CMDLINE="console=hvc0"\nCONFIG_NR_CPUS=8\n';
  return [
    readerTarget("read-boot-log", consoles, (bytes) => {
      const log = parseBootLog(bytes);
      const spec = bootLogDomains(log, []);
      checkSpec(spec);
      return isBootLog(bytes) && spec.domains.length > 0;
    }),
    readerTarget("read-console-symptoms", consoles, (bytes) => {
      const log = parseBootLog(bytes);
      return diagnoseLog(log, null).length <= diagnoseConsole(log, null).length;
    }),
    readerTarget("read-domain-spec", specs, (bytes) => {
      let spec: DomainSpecFile | undefined;
      const isGood = accepted(() => {
        spec = parseDomainSpec(Buffer.from(bytes).toString("utf8"), []);
      });
      if (spec !== undefined) checkSpec(spec);
      return isGood;
    }),
    readerTarget("read-log-header", headers, (bytes) => acceptedHeader(Buffer.from(bytes).toString("utf8"))),
    {
      name: "read-log-header-values",
      make: (random) => {
        const [header] = logText(new EventSequence(random).log()).split("\n", 1);
        return { args: [], files: new Map([["header", Buffer.from(header)]]) };
      },
      read: ({ files }) => acceptedHeader(Buffer.from(files.get("header") ?? "").toString("utf8")),
    },
    readerTarget("read-kconfig", [Buffer.from(config.repeat(20))], (bytes) => {
      return parseKconfig(Buffer.from(bytes).toString("utf8")).size > 0;
    }),
  ];
}

function acceptedHeader(text: string): boolean {
  let header: LogHeader | undefined;
  const isGood = accepted(() => {
    header = logHeaderOf(JSON.parse(text), []);
  });
  if (header !== undefined) {
    checkWritten(JSON.stringify(logHeaderJson(header)), (written) =>
      logHeaderJson(logHeaderOf(JSON.parse(written), [])),
    );
  }
  return isGood;
}

/** A specification that was read can be written, and is then the same. */
function checkSpec(spec: DomainSpecFile): void {
  checkWritten(JSON.stringify(domainSpecJson(spec)), (text) => domainSpecJson(parseDomainSpec(text, [])));
}

function checkWritten(text: string, read: (text: string) => object): void {
  let again = "nothing";
  const isGood = accepted(() => {
    again = JSON.stringify(read(text));
  });
  if (!isGood || again !== text) throw new Error(`written as ${text}, read as ${again}`);
}

/** Whether a reader took its input: it may refuse one, in its own words only. */
function accepted(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof DomainSpecError || error instanceof SyntaxError) return false;
    throw error;
  }
}

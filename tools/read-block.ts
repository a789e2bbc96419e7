// Boots the guest of examples/bare-metal-blkif as a domU on a real Xen and lets it read a block of its PV disk through Linux's
// backend, with the generated functions of blkif's ring.
//
//   node tools/run-ts.mjs tools/read-block.ts IMAGE [--xen-release V]
//
// IMAGE is what `make` in examples/bare-metal-blkif writes. Exit status 1: the block was not what the disk holds.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Lab, labReleases, ScenarioFailure, scenarioOf } from "../packages/lab/src/index.ts";

/** The page that the guest reads lies at sector 24. */
const PAGE_NUMBER = 3;
const PAGE_BYTES = 4096;

const { values, positionals } = parseArgs({
  options: { "xen-release": { type: "string", default: "4.17" } },
  allowPositionals: true,
});

const LINE = "0123456789abcde\n";

/** FNV-1a, as the guest computes it. */
function sumOf(bytes: Buffer): number {
  return bytes.reduce((value, byte) => Math.imul(value ^ byte, 16777619) >>> 0, 2166136261);
}

const script = `# title: a guest without an operating system reads a block through blkif's ring
# expect: clean
# needs: toolstack
# seconds: 600
set -e
. /domu/toolstack.sh
toolstack_start
yes 0123456789abcde | dd of=/dev/ram0 bs=${PAGE_BYTES} seek=${PAGE_NUMBER} count=1 iflag=fullblock 2> /dev/null
cat > /tmp/blkif.cfg << END
name = "blkif"
kernel = "/share/blkif.image"
memory = 32
vcpus = 1
on_poweroff = "destroy"
on_crash = "destroy"
disk = [ 'format=raw,vdev=xvda,access=rw,backendtype=phy,script=block-plain,target=/dev/ram0' ]
END
xl create /tmp/blkif.cfg
wait_for "the guest's end" domus_gone
domu_console
domu_said blkif BLKIF-READ
`;

async function main(image: string, name: string): Promise<void> {
  const release = labReleases.find(({ xen }) => xen === name);
  if (release === undefined) throw new Error(`the lab has no Xen ${name}`);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const lab = await Lab.prepare({ release, say });
  const expected = `BLKIF-READ ${sumOf(Buffer.from(LINE.repeat(PAGE_BYTES / LINE.length)))}`;
  try {
    const files = new Map([["blkif.image", await readFile(image)]]);
    const { output } = await lab.run(scenarioOf("blkif", script), files);
    const right = output.includes(expected);
    process.stdout.write(
      `${lab.title}: ${right ? "the block is what the disk holds" : `not "${expected}":\n${output}`}\n`,
    );
    process.exitCode = right ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    process.stdout.write(`${error.run.output}\n${error.run.machine.console.slice(-3000)}\n`);
    process.exitCode = 1;
  } finally {
    await lab.close();
  }
}

const image = positionals[0];
if (image === undefined) {
  process.stderr.write("usage: read-block.ts IMAGE [--xen-release V]\n");
  process.exitCode = 2;
} else await main(image, values["xen-release"]);

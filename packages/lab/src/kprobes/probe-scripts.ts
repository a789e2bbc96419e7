import { shellComment, shellWord } from "@xgt/findings";
import { RECORDER_SECONDS_MAX, TRACE_BUFFER_KIB } from "../limits.ts";
import type { ProbeChoice, ProbeEvent } from "./probe-events.ts";
import { leftOutText } from "./probe-places.ts";
import stop from "./scripts/stop.sh?raw";
import tracefs from "./scripts/tracefs.sh?raw";

/**
 * A shell script that defines the events and starts to record: for busybox's shell and newer, as root, on the kernel
 * build that the choice was made for. It fails, with a message, where tracefs refuses an event.
 */
export function startScript(choice: ProbeChoice): string {
  return `${definingScript(choice)}${choice.events.map(filterLine).join("")}[ -z "$refused" ] || fail "tracefs refused these events:$refused (is this the kernel that the script was made for?)"
echo mono > "$T/trace_clock"
echo "\${KB:-${TRACE_BUFFER_KIB}}" > "$T/buffer_size_kb"
echo > "$T/trace"
echo 1 > "$T/events/xen/enable"
if [ -e "$T/events/dma/enable" ]; then echo 1 > "$T/events/dma/enable"; fi
echo 1 > "$T/tracing_on"
`;
}

/** The first half of a recording: the events are there, none is on. `$refused` names those that tracefs refused. */
function definingScript(choice: ProbeChoice): string {
  const leftOut = choice.leftOut.map((left) => shellComment(leftOutText(left)));
  return `#!/bin/sh
# Records Xen hypercalls by tracefs kprobes at their call sites. Made for one kernel build.
${leftOut.join("")}${tracefs}echo 0 > "$T/tracing_on"
remove_events
refused=
event() { echo "p:xen/$1 $2 $3" >> "$T/kprobe_events" || refused="$refused $1"; }
filter() { echo "$2" > "$T/events/xen/$1/filter" || refused="$refused $1"; }
${choice.events.map(({ name, place, fetch }) => `event ${[name, place, fetch].map(shellWord).join(" ")}\n`).join("")}`;
}

function filterLine({ name, filter }: ProbeEvent): string {
  return filter === null ? "" : `filter ${shellWord(name)} ${shellWord(filter)}\n`;
}

/**
 * The script that ends a recording: NAME.ftrace.txt gets the trace, NAME.stats.txt what each CPU's buffer held and lost,
 * NAME being its argument. A second use of the start script begins anew.
 */
export function stopScript(): string {
  return `#!/bin/sh
# Ends the recording: stop.sh NAME writes NAME.ftrace.txt and NAME.stats.txt.
${tracefs}${stop}`;
}

/** Where trace-cmd's recorder leaves its process id and its messages. */
const RECORDER = "/tmp/xgt-trace-cmd";

/** As startScript, with trace-cmd as the recorder: it turns events on itself, their filters included. */
export function traceCmdStartScript(choice: ProbeChoice, output: string): string {
  const events = choice.events.map(
    ({ name, filter }) =>
      ` -e ${shellWord(`xen:${name}`)}${filter === null ? "" : ` -f ${shellWord(filter)}`}`,
  );
  return `${definingScript(choice)}[ -z "$refused" ] || fail "tracefs refused these events:$refused"
dma=
if [ -e "$T/events/dma/enable" ]; then dma="-e dma"; fi
trace-cmd record --help 2>&1 | grep -q -e --compression && none="--compression none"
trace-cmd record -C mono -b \${KB:-${TRACE_BUFFER_KIB}} $none -o ${shellWord(output)}${events.join("")} $dma > ${RECORDER}.log 2>&1 < /dev/null &
echo $! > ${RECORDER}.pid
tries=0
until [ "$(cat "$T/tracing_on")" = 1 ] && [ "$(cat "$T/events/xen/enable")" = 1 ]; do
  tries=$((tries + 1))
  [ $tries -lt ${RECORDER_SECONDS_MAX * 10} ] && kill -0 "$(cat ${RECORDER}.pid)" || fail "trace-cmd did not start: $(cat ${RECORDER}.log)"
  sleep 0.1
done
`;
}

/** Ends trace-cmd's recording and waits until its file is whole. */
export function traceCmdStopScript(): string {
  return `#!/bin/sh
${tracefs}pid=$(cat ${RECORDER}.pid)
kill -INT "$pid"
while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
cat ${RECORDER}.log
remove_events
`;
}

import { shellComment, shellWord } from "@xgt/findings";
import { TRACE_BUFFER_KIB } from "../limits.ts";
import type { ProbeChoice, ProbeEvent } from "./probe-events.ts";
import { leftOutText } from "./probe-places.ts";
import stop from "./scripts/stop.sh?raw";
import tracefs from "./scripts/tracefs.sh?raw";

/**
 * A shell script that defines the events and starts to record: for busybox's shell and newer, as root, on the kernel
 * build that the choice was made for. It fails, with a message, where tracefs refuses an event.
 */
export function startScript(choice: ProbeChoice): string {
  return `${definingScript(choice)}${tracefsStart(choice)}`;
}

/** The first half of a recording: the events are there, none is on. It fails where tracefs refuses one. */
export function definingScript(choice: ProbeChoice): string {
  const leftOut = choice.leftOut.map((left) => shellComment(leftOutText(left)));
  return `#!/bin/sh
# Records Xen hypercalls by tracefs kprobes at their call sites. Made for one kernel build.
${leftOut.join("")}${tracefs}echo 0 > "$B/tracing_on"
remove_events
refused=
event() { echo "p:xen/$1 $2 $3" >> "$T/kprobe_events" || refused="$refused $1"; }
filter() { echo "$2" > "$B/events/xen/$1/filter" || refused="$refused $1"; }
check_refused() { [ -z "$refused" ] || fail "tracefs refused these events:$refused (is this the kernel that the script was made for?)"; }
${choice.events.map(({ name, place, fetch }) => `event ${[name, place, fetch].map(shellWord).join(" ")}\n`).join("")}`;
}

/** The second half: tracefs records itself, into the buffer `$B`. */
export function tracefsStart(choice: ProbeChoice): string {
  return `${choice.events.map(filterLine).join("")}check_refused
echo mono > "$B/trace_clock"
echo "\${KB:-${TRACE_BUFFER_KIB}}" > "$B/buffer_size_kb"
echo > "$B/trace"
echo 1 > "$B/events/xen/enable"
if [ -e "$B/events/dma/enable" ]; then echo 1 > "$B/events/dma/enable"; fi
echo 1 > "$B/tracing_on"
`;
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
${tracefs}${tracefsStop}remove_events
`;
}

/** Ends what tracefs records itself, and writes the files named after `$1`. */
export const tracefsStop: string = stop;

/** What a script that stops several recorders begins with; `remove_events` is its last word. */
export const tracefsHead: string = tracefs;

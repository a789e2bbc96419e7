import { shellWord } from "@xgt/findings";
import { BPFTRACE_SECONDS_MAX, PERF_BUFFER_MIB, RECORDER_SECONDS_MAX, TRACE_BUFFER_KIB } from "../limits.ts";
import type { ProbeChoice } from "./probe-events.ts";

/** Pieces of scripts that start and stop the tools which record by the events that `definingScript` sets up. */

/** Each tool leaves its process id and its messages in files named after this. */
const STATE = "/tmp/xgt";

/** Starts trace-cmd as a recorder: it turns events on itself, their filters included. `output` is its file. */
export function traceCmdStart(choice: ProbeChoice, output: string): string {
  const events = choice.events.map(
    ({ name, filter }) =>
      ` -e ${shellWord(`xen:${name}`)}${filter === null ? "" : ` -f ${shellWord(filter)}`}`,
  );
  return `check_refused
dma=
if [ -e "$T/events/dma/enable" ]; then dma="-e dma"; fi
trace-cmd record --help 2>&1 | grep -q -e --compression && none="--compression none"
trace-cmd record -C mono -b \${KB:-${TRACE_BUFFER_KIB}} $none -o ${shellWord(output)}${events.join("")} $dma > ${STATE}-trace-cmd.log 2>&1 < /dev/null &
echo $! > ${STATE}-trace-cmd.pid
tries=0
until [ "$(cat "$T/tracing_on")" = 1 ] && [ "$(cat "$T/events/xen/enable")" = 1 ]; do
  ${waiting("trace-cmd", RECORDER_SECONDS_MAX)}
done
`;
}

/** Ends trace-cmd's recording and waits until its file is whole. */
export const traceCmdStop: string = stopped("trace-cmd");

/** Starts perf as a recorder of the same events. It says itself when it records: its buffers are there before. */
export function perfStart(choice: ProbeChoice, output: string): string {
  const events = choice.events.map(
    ({ name, filter }) =>
      ` -e ${shellWord(`xen:${name}`)}${filter === null ? "" : ` --filter ${shellWord(filter)}`}`,
  );
  return `check_refused
dma=
if [ -e "$T/events/dma/enable" ]; then dma="-e dma:*"; fi
mkfifo ${STATE}-perf.control ${STATE}-perf.answer
set -f
perf record -a -k CLOCK_MONOTONIC -m ${PERF_BUFFER_MIB}M -D -1 --control fifo:${STATE}-perf.control,${STATE}-perf.answer --no-buildid --no-buildid-cache -o ${shellWord(output)}${events.join("")} $dma > ${STATE}-perf.log 2>&1 < /dev/null &
echo $! > ${STATE}-perf.pid
set +f
timeout ${RECORDER_SECONDS_MAX} sh -c 'echo enable > ${STATE}-perf.control; read answer < ${STATE}-perf.answer' || fail "perf did not start: $(cat ${STATE}-perf.log)"
`;
}

/** Ends perf's recording and waits until its file is whole. */
export const perfStop: string = stopped("perf");

/** Starts a bpftrace program, and waits until it says that it records. */
export function bpftraceStart(program: string, output: string, beginning: string): string {
  return `BPFTRACE_PERF_RB_PAGES=2048 bpftrace -B line --unsafe ${shellWord(program)} > ${shellWord(output)} 2> ${STATE}-bpftrace.log < /dev/null &
echo $! > ${STATE}-bpftrace.pid
tries=0
until grep -q ${shellWord(beginning)} ${shellWord(output)} 2> /dev/null; do
  ${waiting("bpftrace", BPFTRACE_SECONDS_MAX)}
done
`;
}

/** Ends the program. */
export const bpftraceStop: string = stopped("bpftrace");

/** A turn of waiting for a tool that starts. */
function waiting(tool: string, seconds: number): string {
  return `tries=$((tries + 1))
  [ $tries -lt ${seconds * 10} ] && kill -0 "$(cat ${STATE}-${tool}.pid)" || fail "${tool} did not start: $(cat ${STATE}-${tool}.log)"
  sleep 0.1`;
}

function stopped(tool: string): string {
  return `pid=$(cat ${STATE}-${tool}.pid)
kill -INT "$pid"
while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
cat ${STATE}-${tool}.log
`;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadDomains, replayRun } from "@xgt/run";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { LANES_MAX } from "../src/limits.ts";
import { NestedLanes, OpenLanes } from "../src/perfetto/lanes.ts";
import { RunTimeline } from "../src/perfetto/run-timeline.ts";

const root = join(import.meta.dirname, "../../..");
const traces = join(root, "corpus/traces/dma-4.20");
const schema = readFileSync(join(root, "packages/report/proto/perfetto_trace.proto"), "utf8");
const trace = protobuf.parse(schema, { keepCase: true }).root.lookupType("xgt.perfetto.Trace");

interface Packet {
  readonly timestamp?: number;
  readonly track_descriptor?: { uuid: number; name: string; parent_uuid?: number };
  readonly track_event?: {
    type: string;
    track_uuid: number;
    name?: string;
    categories?: string[];
    flow_ids?: string[];
    terminating_flow_ids?: string[];
    debug_annotations?: { name: string; int_value?: string; string_value?: string }[];
  };
}

async function timeline(paths: readonly string[], spec: string) {
  const pieces: Uint8Array[] = [];
  const made: RunTimeline[] = [];
  const run = await replayRun(
    { paths, given: await loadDomains(spec) },
    {
      observers: (context) => {
        made.push(new RunTimeline(context));
        return made;
      },
      onBatch: async () => {
        pieces.push(made[0].take());
      },
    },
  );
  pieces.push(made[0].take());
  const decoded = trace.toObject(trace.decode(Buffer.concat(pieces)), { longs: Number, enums: String });
  return { run, packets: (decoded as { packet: Packet[] }).packet };
}

describe("a run as a timeline", async () => {
  const logs = ["faulty/hvclog.jsonl", "faulty/trace.txt.gz"].map((name) => join(traces, name));
  const { run, packets } = await timeline(logs, join(traces, "spec.json"));
  const tracks = new Map(
    packets.flatMap(({ track_descriptor: track }) => (track === undefined ? [] : [[track.uuid, track]])),
  );
  const events = packets.flatMap(({ track_event, timestamp = 0 }) =>
    track_event === undefined ? [] : [{ ...track_event, timestamp }],
  );
  const of = (category: string) => events.filter(({ categories }) => categories?.[0] === category);

  it("has a slice for each call, below its domain and CPU, with arguments and result", () => {
    const calls = run.result.domains.flatMap(({ calls }) => [...calls.values()]);
    const sum = calls.reduce((all, count) => all + count, 0);
    expect(of("hypercall")).toHaveLength(sum);
    const first = of("hypercall").find(({ name }) => name === "decrease_reservation");
    if (first === undefined) throw new Error("the capture balloons out");
    const track = tracks.get(first.track_uuid);
    expect(track?.name).toMatch(/^CPU \d+/);
    expect(tracks.get(track?.parent_uuid ?? 0)?.name).toBe("domain 0");
    const names = first.debug_annotations?.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(["event", "task", "what", "ret"]));
    expect(names.some((name) => name.startsWith("in."))).toBe(true);
  });

  it("ends each slice that began on its track, and nests them", () => {
    const open = new Map<number, number>();
    const ends = events.filter(({ type }) => type === "TYPE_SLICE_END");
    expect(ends.length).toBeGreaterThan(0);
    for (const { type, track_uuid } of events) {
      if (type === "TYPE_SLICE_BEGIN") open.set(track_uuid, (open.get(track_uuid) ?? 0) + 1);
      if (type !== "TYPE_SLICE_END") continue;
      const depth = open.get(track_uuid) ?? 0;
      expect(depth).toBeGreaterThan(0);
      open.set(track_uuid, depth - 1);
    }
  });

  it("shows every finding, with an arrow from its cause where that is known", () => {
    expect(of("finding")).toHaveLength(
      run.findings.list.reduce((sum, { occurrences }) => sum + occurrences, 0),
    );
    const begun = of("cause").flatMap(({ flow_ids = [] }) => flow_ids);
    const ended = of("finding").flatMap(({ terminating_flow_ids = [] }) => terminating_flow_ids);
    expect(begun.length).toBeGreaterThan(0);
    expect(new Set(ended)).toEqual(new Set(begun));
  });

  it("counts the frames that are not 1:1", () => {
    const names = new Set(
      events
        .filter(({ type }) => type === "TYPE_COUNTER")
        .map(({ track_uuid }) => tracks.get(track_uuid)?.name),
    );
    expect(names).toContain("holes");
    expect(names).toContain("granted frames");
  });
});

describe("lanes", () => {
  it("hold spans that lie apart or in each other, whatever comes", () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 120 }), (spans) => {
        const byEnd = spans
          .map(([begin, length]) => ({ begin, end: begin + length }))
          .sort((a, b) => a.end - b.end);
        const lanes = new NestedLanes();
        const placed = new Map<number, { begin: number; end: number }[]>();
        for (const one of byEnd) {
          const lane = lanes.laneOf(one.begin, one.end);
          expect(lane).toBeGreaterThanOrEqual(0);
          for (const other of placed.get(lane) ?? []) {
            const apart = other.end <= one.begin;
            const inside = other.begin >= one.begin;
            expect(apart || inside).toBe(true);
          }
          placed.set(lane, [...(placed.get(lane) ?? []), one]);
        }
      }),
    );
  });

  it("are bounded, and free again", () => {
    const lanes = new OpenLanes();
    for (let i = 0; i < LANES_MAX; i++) expect(lanes.take()).toBe(i);
    expect(lanes.take()).toBe(-1);
    lanes.free(7);
    expect(lanes.take()).toBe(7);
  });
});

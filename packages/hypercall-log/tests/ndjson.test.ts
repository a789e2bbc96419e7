import { describe, expect, it } from "vitest";
import { ndjson } from "../src/formats/ndjson/ndjson.ts";
import {
  ALL_ONES,
  argumentShapeOf,
  CallView,
  EventKind,
  GuestEntryView,
  ListState,
  Recorded,
  Via,
} from "../src/index.ts";
import { generalNdjson, readWhole, recordedOf } from "./read-log.ts";

/** Pairs of lines, one for each sub-op, in the form that the writer gives them. */
const calls: readonly (readonly [string, string, string])[] = [
  [
    "increase_reservation with a null list",
    '"nr":12,"cmd":0,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1}',
    '"ret":0',
  ],
  [
    "decrease_reservation",
    '"nr":12,"cmd":1,"args":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":2,"extents":["0xc5b79","0xc5b7a"]}',
    '"ret":2',
  ],
  [
    "populate_physmap from extent 1 on",
    '"nr":12,"cmd":6,"args":{"start_extent":1,"domid":"0x7ff0","extent_order":9,"mem_flags":65536,"nr_extents":2,"extents":["0x200000000","0xfffffffffffffe00"]}',
    '"ret":2',
  ],
  ["maximum_ram_page", '"nr":12,"cmd":2', '"ret":1310720'],
  ["current_reservation", '"nr":12,"cmd":3,"args":{"domid":1}', '"ret":65536'],
  [
    "add_to_physmap",
    '"nr":12,"cmd":7,"args":{"domid":"0x7ff0","size":0,"space":1,"idx":"0x28","gpfn":"0xc1c6f"}',
    '"ret":0',
  ],
  [
    "exchange",
    '"nr":12,"cmd":11,"args":{"nr_exchanged":0,"in":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1,"extents":["0xc1c6f"]},"out":{"domid":"0x7ff0","extent_order":0,"mem_flags":0,"nr_extents":1,"extents":["0xc1667"]}}',
    '"ret":0,"nr_exchanged":1,"extents":["0xc1668"]',
  ],
  ["remove_from_physmap", '"nr":12,"cmd":15,"args":{"domid":"0x7ff0","gpfn":"0xc91c7"}', '"ret":0'],
  ["set_pod_target", '"nr":12,"cmd":16,"args":{"target_pages":65536,"domid":1}', '"ret":-38'],
  ["get_sharing_freed_pages", '"nr":12,"cmd":18', '"ret":0'],
  [
    "access_op",
    '"nr":12,"cmd":21,"args":{"op":0,"access":3,"domid":1,"nr":2,"pfn":"0x40000","pfn_list":["0x40000","0x40001"],"access_list":[1,255]}',
    '"ret":-19',
  ],
  [
    "add_to_physmap_batch",
    '"nr":12,"cmd":23,"args":{"domid":"0x7ff0","space":4,"size":3,"foreign_domid":1,"idxs":["0x40000","0x40001","0x40002"],"gpfns":["0xc9644","0xc9645","0xc9646"]}',
    '"ret":0,"errs":[0,-22,null]',
  ],
  [
    "claim_pages",
    '"nr":12,"cmd":24,"args":{"domid":1,"extent_order":0,"mem_flags":0,"nr_extents":512}',
    '"ret":-1',
  ],
  [
    "get_vnumainfo",
    '"nr":12,"cmd":26,"args":{"domid":"0x7ff0","nr_vnodes":1,"nr_vcpus":2,"nr_vmemranges":1}',
    '"ret":-95',
  ],
  ["reserved_device_memory_map", '"nr":12,"cmd":27,"args":{"flags":1,"nr_entries":0}', '"ret":0'],
  [
    "acquire_resource",
    '"nr":12,"cmd":28,"args":{"domid":1,"type":1,"id":0,"nr_frames":1,"pad":0,"frame":"0x0","frame_list":["0x105c15"]}',
    '"ret":0',
  ],
  [
    "acquire_resource's question for the size",
    '"nr":12,"cmd":28,"args":{"domid":1,"type":1,"id":0,"nr_frames":0,"frame":"0x0"}',
    '"ret":0,"nr_frames":64',
  ],
  ["an unknown sub-op", '"nr":12,"cmd":63', '"ret":-38'],
  ["another hypercall", '"nr":17,"cmd":6', '"ret":0'],
  [
    "map_grant_ref",
    '"nr":20,"cmd":0,"args":{"count":2,"ops":[{"host_addr":"0xc1f96000","flags":2,"ref":53,"dom":0},{"host_addr":"0x107fd0000","flags":6,"ref":4294967295,"dom":"0x7ff1"}]}',
    '"ret":0,"ops":[{"status":0,"handle":256,"dev_bus_addr":"0xc78e6000"},{"status":-3}]',
  ],
  [
    "unmap_grant_ref",
    '"nr":20,"cmd":1,"args":{"count":1,"ops":[{"host_addr":"0x107fd0000","dev_bus_addr":"0x0","handle":48}]}',
    '"ret":0,"ops":[{"status":-4}]',
  ],
  [
    "setup_table",
    '"nr":20,"cmd":2,"args":{"count":1,"ops":[{"dom":"0x7ff0","nr_frames":1}]}',
    '"ret":0,"ops":[{"status":0,"frame_list":["0x40200"]}]',
  ],
  ["dump_table", '"nr":20,"cmd":3,"args":{"count":1,"ops":[{"dom":"0x7ff0"}]}', '"ret":-38'],
  [
    "transfer",
    '"nr":20,"cmd":4,"args":{"count":1,"ops":[{"mfn":"0xc1c6f","domid":0,"ref":13}]}',
    '"ret":-95',
  ],
  [
    "copy",
    '"nr":20,"cmd":5,"args":{"count":1,"ops":[{"len":64,"flags":1,"source":{"ref":8,"domid":0,"offset":2048},"dest":{"gmfn":"0xc1c6f","domid":"0x7ff0","offset":2048}}]}',
    '"ret":0,"ops":[{"status":-9}]',
  ],
  [
    "query_size",
    '"nr":20,"cmd":6,"args":{"count":1,"ops":[{"dom":"0x7ff0"}]}',
    '"ret":0,"ops":[{"nr_frames":44,"max_nr_frames":64,"status":0}]',
  ],
  [
    "unmap_and_replace",
    '"nr":20,"cmd":7,"args":{"count":1,"ops":[{"host_addr":"0xc1c6f000","new_addr":"0xc1667000","handle":282}]}',
    '"ret":0,"ops":[{"status":-1}]',
  ],
  [
    "set_version",
    '"nr":20,"cmd":8,"args":{"count":1,"ops":[{"version":2}]}',
    '"ret":-38,"ops":[{"version":1}]',
  ],
  [
    "get_status_frames",
    '"nr":20,"cmd":9,"args":{"count":1,"ops":[{"nr_frames":1,"dom":"0x7ff0"}]}',
    '"ret":0,"ops":[{"status":-1}]',
  ],
  [
    "get_version",
    '"nr":20,"cmd":10,"args":{"count":1,"ops":[{"dom":"0x7ff0"}]}',
    '"ret":0,"ops":[{"version":1}]',
  ],
  [
    "swap_grant_ref",
    '"nr":20,"cmd":11,"args":{"count":1,"ops":[{"ref_a":8,"ref_b":9}]}',
    '"ret":0,"ops":[{"status":0}]',
  ],
  [
    "cache_flush",
    '"nr":20,"cmd":12,"args":{"count":1,"ops":[{"dev_bus_addr":"0xc78e6000","offset":0,"length":4096,"op":1}]}',
    '"ret":0',
  ],
  ["a grant call without ops", '"nr":20,"cmd":1,"args":{"count":0,"ops":[]}', '"ret":0,"ops":[]'],
  ["a grant call continued", '"nr":20,"cmd":1,"args":{"cont":3,"count":4,"ops":[{"handle":1}]}', '"ret":0'],
  ["an argument that Xen could not read", '"nr":12,"cmd":7,"args":{"fault":true}', '"ret":-14'],
  ["ops that Xen could not read", '"nr":20,"cmd":0,"args":{"fault":true,"count":2}', '"ret":-14'],
  [
    "a second op that Xen could not read",
    '"nr":20,"cmd":1,"args":{"count":2,"ops":[{"handle":1},null]}',
    '"ret":-14,"ops":[{"status":0},{}]',
  ],
  [
    "a list that Xen could not read",
    '"nr":12,"cmd":6,"args":{"domid":"0x7ff0","nr_extents":1,"extents":null}',
    '"ret":0',
  ],
  [
    "an element that Xen could not read",
    '"nr":12,"cmd":6,"args":{"nr_extents":3,"extents":["0xc1c6f",null]}',
    '"ret":1',
  ],
  ["arguments that were not recorded", '"nr":12,"cmd":6', '"ret":1'],
  ["a continued call without arguments", '"nr":12,"cmd":134', '"ret":2'],
  ["a multicall", '"via":"privcmd","nr":13,"args":{"nr_calls":3}', '"ret":0'],
  [
    "an entry of a multicall",
    '"via":"multicall","multicall":50,"entry":0,"nr":12,"cmd":3,"args":{"domid":1}',
    '"ret":9007199254740991',
  ],
];

describe.each([
  ["scanner", ndjson],
  ["general reader", generalNdjson],
] as const)("NDJSON by its %s", (_, format) => {
  it.each(calls)("reads %s and writes it back", (_name, enter, exit) => {
    const lines = [`{"t":14.5,"id":7,"ev":"enter",${enter}}`, `{"t":14.625,"id":7,"ev":"exit",${exit}}`];
    const log = readWhole(format, `${lines.join("\n")}\n`);
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual(lines);
    expect(log.stats.events).toBe(2);
    expect([...log.batch.place.subarray(0, 2)]).toEqual([1, 2]);
  });

  it.each([
    ["guest_p2m", '{"t":1.5,"ev":"guest_p2m","pid":195,"pfn":"0x107fd0","mfn":"0xffffffffffffffff","nr":1}'],
    [
      "dma",
      '{"ev":"dma","op":"map","dir":"TO_DEVICE","dev":"0000:00:01.0","segments":[{"phys":"0xc1f96000","bus":"0xc1f96000","size":4096},{"bus":"0x1"}],"shown":2,"total":3}',
    ],
    ["dma unmap", '{"ev":"dma","op":"unmap","segments":[]}'],
    ["grant", '{"ev":"grant","ref":8,"dom":1,"gfn":"0xc961b","ro":false}'],
    ["ungrant", '{"ev":"ungrant","ref":4294967295}'],
    ["share", '{"t":1.5,"ev":"share","domid":1,"gfn":"0xc0100","nr":16,"with":"optee"}'],
    ["unshare", '{"ev":"unshare","gfn":"0xc0100","nr":1}'],
    ["domain", '{"ev":"domain","domid":1,"what":"destroy"}'],
    ["lost", '{"t":2.1,"ev":"lost","cpu":1,"count":12}'],
    ["mark", '{"t":14.5,"ev":"mark","text":"step \\"B\\""}'],
  ])("reads a %s event and writes it back", (_name, line) => {
    const log = readWhole(format, `${line}\n`);
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual([line]);
  });

  it("takes every integer as a number or as text", () => {
    const log = readWhole(
      format,
      '{"t":0,"id":"0x10","ev":"enter","domid":"3","cpu":"0x1","pid":"77","nr":"12","cmd":"0x6","args":{"domid":32752,"nr_extents":"2","extents":[804463,"804464","0xC466F"]}}\n{"id":16,"ev":"exit","ret":"0xffffffffffffffea"}\n',
    );
    expect(log.problems).toEqual([]);
    expect(log.written).toEqual([
      '{"t":0,"id":16,"ev":"enter","domid":3,"cpu":1,"pid":77,"nr":12,"cmd":6,"args":{"domid":"0x7ff0","nr_extents":2,"extents":["0xc466f","0xc4670","0xc466f"]}}',
      '{"id":16,"ev":"exit","ret":-22}',
    ]);
  });

  it("takes the command word's upper bits as start_extent unless the member is there", () => {
    const start = (line: string) => readWhole(format, `{"ev":"enter",${line}}\n`).batch.start[0];
    expect(start('"nr":12,"cmd":390,"args":{}')).toBe(6);
    expect(start('"nr":12,"cmd":390,"args":{"start_extent":2}')).toBe(2);
    expect(start('"nr":20,"cmd":8193,"args":{"count":1}')).toBe(2);
    expect(start('"nr":20,"cmd":"0xffffffffffff0001","args":{"count":1,"cont":5}')).toBe(5);
  });

  it("knows the sub-op of a call that other calls surround", () => {
    const log = readWhole(
      format,
      [1, 257, 513].map((id) => `{"id":${id},"ev":"enter","nr":20,"cmd":${id >> 8}}\n`).join("") +
        [1, 513, 257].map((id) => `{"id":${id},"ev":"exit","ret":0}\n`).join(""),
    );
    expect([...log.batch.cmd.subarray(3, 6)]).toEqual([0, 2, 1]);
  });

  it("leaves an exit without its enter undecoded", () => {
    const log = readWhole(
      format,
      '{"id":5,"ev":"exit","ret":0,"ops":[{"status":0}]}\n{"ev":"exit","ret":1}\n',
    );
    expect(log.problems).toEqual([]);
    expect([...log.batch.nr.subarray(0, 2)]).toEqual([-1, -1]);
    expect(recordedOf(log, 0)).toBe(Recorded.nothing);
    expect(log.batch.call[1]).toBeNaN();
  });

  it("ignores members that it does not know, and blanks", () => {
    const plain = '{"id":1,"ev":"enter","nr":12,"cmd":15,"args":{"domid":0,"gpfn":"0x1"}}';
    const odd =
      ' { "note" : "x" , "id" : 1 ,\t"ev":"enter", "nr":12,"cmd":15,"weight":-1.5e+3,"flag":true,"none":null,"deep":{"a":[1,{}]}, "args" : { "domid":0,"gpfn":"0x1","more":[[]] } } \r';
    expect(readWhole(format, `\n${odd}\n\r\n  \n`).written).toEqual([plain]);
  });

  it("keeps exact 64-bit values and tells null elements from present ones", () => {
    const log = readWhole(
      format,
      '{"id":1,"ev":"enter","nr":12,"cmd":23,"args":{"size":2,"idxs":["0xfffffffffffffffe","0x100000000"],"gpfns":["0x1"]}}\n{"id":1,"ev":"exit","ret":0,"errs":[null,-14]}\n{"ev":"guest_p2m","pfn":1,"mfn":"18446744073709551615"}\n',
    );
    const { batch } = log;
    const shape = argumentShapeOf(12, 23);
    const view = new CallView();
    view.loadRow(batch, 0, shape?.in);
    const idxs = view.elementAt(0, 0);
    expect([view.listState(0), view.listLength(0)]).toEqual([ListState.present, 2]);
    expect([...view.words.subarray(idxs, idxs + 4)]).toEqual([-2, -1, 0, 1]);
    view.loadRow(batch, 1, shape?.out);
    expect([view.errnoAt(0, 0), view.errnoAt(0, 1), view.errnoAt(0, 2)]).toEqual([
      Number.NaN,
      -14,
      Number.NaN,
    ]);
    const entry = new GuestEntryView();
    entry.load(batch, 2);
    expect([entry.mfn, entry.isErased, entry.count]).toEqual([ALL_ONES, true, 1]);
  });

  it("reads a header and skips what is no event of this version", () => {
    const log = readWhole(
      format,
      '{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","domains":[{"domid":0,"mode":"direct-mapped"}],"from_boot":true,"features":[11,17],"recorder":"r","grants":[{"ref":8,"dom":0,"gfn":"0xc961b","ro":true}]}\n{"ev":"teapot"}\n{"note":1}\n{"xgt_log":1,"version":1}\n{"ev":"lost","count":"0x10"}\n',
    );
    expect(log.header).toEqual({
      xen: "4.17",
      arch: "arm64",
      domains: [{ domid: 0, mode: "direct-mapped", regions: [] }],
      facts: [],
      fromBoot: true,
      features: [11, 17],
      recorder: "r",
      grants: [{ ref: 8, dom: 0, gfn: 0xc961b, ro: true }],
    });
    expect([...log.stats.skipped]).toEqual([
      ['ev "teapot"', 1],
      ["no ev", 1],
      ["header after the first line", 1],
    ]);
    expect(log.problems).toEqual([]);
    expect(log.stats.lost).toBe(16);
    expect(log.batch.kind[0]).toBe(EventKind.lost);
    expect(log.batch.place[0]).toBe(5);
  });

  it("takes an empty via for the kernel's", () => {
    const log = readWhole(
      format,
      '{"ev":"enter","via":"","nr":12,"cmd":2}\n{"ev":"enter","via":"privcmd","nr":12,"cmd":2}\n',
    );
    expect([...log.batch.via.subarray(0, 2)]).toEqual([Via.kernel, Via.privcmd]);
  });

  it("does not count marks as events", () => {
    expect(readWhole(format, '{"ev":"mark","text":"a"}\n{"ev":"ungrant","ref":1}\n').stats.events).toBe(1);
  });
});

it("a count without ops says how many there were and none of them, in both readers", () => {
  const line = '{"id":1,"ev":"enter","nr":20,"cmd":0,"args":{"count":3}}';
  for (const format of [ndjson, generalNdjson]) {
    const log = readWhole(format, `${line}\n`);
    expect([log.written, recordedOf(log, 0)]).toEqual([[line], Recorded.nothing]);
  }
  const none = '{"id":1,"ev":"enter","nr":20,"cmd":0,"args":{"count":3,"ops":[]}}';
  expect(recordedOf(readWhole(ndjson, `${none}\n`), 0)).toBe(Recorded.fields);
});

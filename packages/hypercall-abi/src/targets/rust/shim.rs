//! The shim: wrappers of memory_op and grant_table_op that record each call. The sections "wrappers" and "line" go into
//! a generated module; in place of "example" come the tables of the interface at hand.
#![allow(dead_code)]

// ==== wrappers
/// Where the log goes: the next bytes of it, and the time since any start.
pub trait ShimSink {
    fn write(&mut self, bytes: &[u8]);

    /// Seconds and nanoseconds; lines have no time without it.
    fn clock(&mut self) -> Option<(u32, u32)> {
        None
    }
}

/// Issues a hypercall: number and the first three arguments.
pub type ShimCall = unsafe fn(u32, usize, usize, usize) -> isize;

/// Frames from `gfn` on. `name` of a region as in a DomainSpec, for example "extended"; of RAM it is not used.
#[derive(Clone, Copy)]
pub struct ShimRange<'a> {
    pub name: &'a str,
    pub gfn: u64,
    pub count: u64,
}

/// What this guest knows of itself.
#[derive(Clone, Copy)]
pub struct ShimDomain<'a> {
    pub domid: u16,
    /// "direct-mapped", "static" or "translated"; None: as the running Xen's features say.
    pub mode: Option<&'a str>,
    pub ram: &'a [ShimRange<'a>],
    pub regions: &'a [ShimRange<'a>],
    /// Whether an IOMMU stands in front of this domain's devices.
    pub iommu: bool,
}

/// One piece of a DMA mapping, bytes. `phys`: what the guest calls the memory; `bus`: what the device gets.
#[derive(Clone, Copy)]
pub struct ShimSegment {
    pub phys: u64,
    pub bus: u64,
    pub size: u64,
}

/// Which way a device moves bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ShimDirection {
    ToDevice,
    FromDevice,
    Bidirectional,
}

/// As `mfn` of a guest_p2m event: the guest's table has no entry any more.
pub const SHIM_NO_FRAME: u64 = u64::MAX;

/// Wrappers of memory_op and grant_table_op that record each call: a line of the NDJSON log before it,
/// one after it; and methods that record what no hypercall shows. xgt replay reads the log as it is.
/// Guests with several CPUs, or that record in interrupt handlers, put a lock around it.
pub struct Shim<S: ShimSink> {
    sink: S,
    id: u32,
    n: u32,
    domid: Option<u16>,
    /// Major and minor number of the running Xen, and its feature bits.
    xen: Option<(u32, u32)>,
    features: Option<u32>,
    call: ShimCall,
}

impl<S: ShimSink> Shim<S> {
    /// With Xen's calling convention.
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    pub fn new(sink: S) -> Self {
        Self::with_call(sink, hvc)
    }

    /// With another way to issue hypercalls.
    pub fn with_call(sink: S, call: ShimCall) -> Self {
        Self {
            sink,
            id: 0,
            n: 0,
            domid: None,
            xen: None,
            features: None,
            call,
        }
    }

    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// This domain's id, told in each line from now on: logs of several domains need it.
    pub fn tell_domid(&mut self, domid: u16) {
        self.domid = Some(domid);
    }

    /// Asks the running Xen for its version and features (xen_version), for the log's first line. Before it.
    pub fn ask_xen(&mut self) {
        let mut features = [0u32; 2];
        // SAFETY: version takes no argument, get_features fills submap_idx and submap.
        unsafe {
            let version = (self.call)(17, 0, 0, 0);
            if version > 0 {
                self.xen = Some((version as u32 >> 16, version as u32 & 0xffff));
            }
            if (self.call)(17, 6, features.as_mut_ptr() as usize, 0) == 0 {
                self.features = Some(features[1]);
            }
        }
    }

    /// The log's first line. `domains`: what this guest knows of itself, JSON as in a DomainSpec.
    pub fn begin(&mut self, domains: Option<&str>) {
        let mut line = self.header();
        if let Some(domains) = domains {
            line.name("domains");
            line.text(domains);
        }
        line.finish();
    }

    /// The same from a struct. `from_boot`: the log will hold every call since the domain started, which makes
    /// verdicts certain.
    pub fn begin_domain(&mut self, domain: &ShimDomain, from_boot: bool) {
        // XENFEAT_not_direct_mapped is bit 16, XENFEAT_direct_mapped bit 17.
        let by_features = match self.features.map(|bits| bits >> 16 & 3) {
            Some(0) | None => None,
            Some(bits) if bits & 2 != 0 => Some("direct-mapped"),
            Some(_) => Some("translated"),
        };
        let mut line = self.header();
        line.name("from_boot");
        line.text(if from_boot { "true" } else { "false" });
        line.name("domains");
        line.open("[{");
        line.field("domid", domain.domid as u64);
        if let Some(mode) = domain.mode.or(by_features) {
            line.string("mode", mode);
        }
        line.ranges("ram", domain.ram, false);
        line.ranges("regions", domain.regions, true);
        line.name("iommu");
        line.text(if domain.iommu { "true" } else { "false" });
        line.close("}]");
        line.finish();
    }

    fn header(&mut self) -> ShimLine<'_, S> {
        let (xen, features, n) = (self.xen, self.features, self.number());
        let mut line = ShimLine::start(&mut self.sink);
        line.text("\"xgt_log\":1,\"version\":1,");
        match xen {
            Some((major, minor)) => line.formatted(format_args!("\"xen\":\"{major}.{minor}\",")),
            None => line.text("\"xen\":\"@XEN@\","),
        }
        line.string("arch", "@ARCH@");
        line.string("recorder", "xgt shim");
        line.field("n", n as u64);
        if let Some(features) = features {
            line.name("features");
            line.open("[");
            for bit in (0..32).filter(|bit| features >> bit & 1 == 1) {
                line.separate();
                line.unsigned(bit);
            }
            line.close("]");
        }
        line
    }

    fn number(&mut self) -> u32 {
        let n = self.n;
        self.n = n.wrapping_add(1);
        n
    }

    /// A line with what every line but the first begins with.
    fn event(&mut self, event: &str) -> ShimLine<'_, S> {
        let (n, domid) = (self.number(), self.domid);
        let mut line = ShimLine::start(&mut self.sink);
        line.stamp(n);
        if let Some(domid) = domid {
            line.field("domid", domid as u64);
        }
        line.string("ev", event);
        line
    }

    /// A device gets addresses, before it starts; `device` is any name, for example "mmc0".
    pub fn dma_map(&mut self, device: &str, direction: ShimDirection, segments: &[ShimSegment]) {
        self.dma("map", device, direction, segments, true);
    }

    /// The device is done with the addresses that the map gave.
    pub fn dma_unmap(&mut self, device: &str, direction: ShimDirection, segments: &[ShimSegment]) {
        self.dma("unmap", device, direction, segments, false);
    }

    fn dma(
        &mut self,
        op: &str,
        device: &str,
        direction: ShimDirection,
        segments: &[ShimSegment],
        with_phys: bool,
    ) {
        let mut line = self.event("dma");
        line.string("op", op);
        line.string(
            "dir",
            match direction {
                ShimDirection::ToDevice => "TO_DEVICE",
                ShimDirection::FromDevice => "FROM_DEVICE",
                ShimDirection::Bidirectional => "BIDIRECTIONAL",
            },
        );
        line.string("dev", device);
        line.name("segments");
        line.open("[");
        for segment in segments {
            line.separate();
            line.open("{");
            if with_phys {
                line.address("phys", segment.phys);
            }
            line.address("bus", segment.bus);
            line.field("size", segment.size);
            line.close("}");
        }
        line.close("]");
        line.finish();
    }

    /// The guest's own table says from now on: pfn to pfn + count - 1 are machine frames mfn and on.
    pub fn guest_p2m(&mut self, pfn: u64, mfn: u64, count: u64) {
        let mut line = self.event("guest_p2m");
        line.address("pfn", pfn);
        line.address("mfn", mfn);
        line.field("nr", count);
        line.finish();
    }

    /// A grant entry was written, after its flags.
    pub fn grant(&mut self, reference: u32, to: u16, gfn: u64, read_only: bool) {
        let mut line = self.event("grant");
        line.field("ref", reference as u64);
        line.field("dom", to as u64);
        line.address("gfn", gfn);
        line.name("ro");
        line.text(if read_only { "true" } else { "false" });
        line.finish();
    }

    /// A grant entry was ended, after a write that Xen did not refuse.
    pub fn ungrant(&mut self, reference: u32) {
        let mut line = self.event("ungrant");
        line.field("ref", reference as u64);
        line.finish();
    }

    /// Pages that the secure world holds from now on, for example with "optee".
    pub fn share(&mut self, gfn: u64, count: u64, with: &str) {
        self.shared("share", gfn, count, with);
    }

    /// Pages that the secure world has given back.
    pub fn unshare(&mut self, gfn: u64, count: u64, with: &str) {
        self.shared("unshare", gfn, count, with);
    }

    fn shared(&mut self, event: &str, gfn: u64, count: u64, with: &str) {
        let mut line = self.event(event);
        line.address("gfn", gfn);
        line.field("nr", count);
        line.string("with", with);
        line.finish();
    }

    /// Events that this recorder could not write.
    pub fn lost(&mut self, count: u32) {
        let mut line = self.event("lost");
        line.field("count", count as u64);
        line.finish();
    }

    /// What became of a domain: "suspend", "resume", "shutdown", or of another one "boot" or "destroy".
    pub fn domain_event(&mut self, domid: u16, what: &str) {
        let n = self.number();
        let mut line = ShimLine::start(&mut self.sink);
        line.stamp(n);
        line.field("domid", domid as u64);
        line.string("ev", "domain");
        line.string("what", what);
        line.finish();
    }

    /// A note, for people.
    pub fn mark(&mut self, text: &str) {
        let mut line = self.event("mark");
        line.string("text", text);
        line.finish();
    }

    /// Xen's answer.
    ///
    /// # Safety
    /// `arg` is what the sub-op takes; lists behind handles are read before the call and have to be mapped.
    pub unsafe fn memory_op<T>(&mut self, cmd: u32, arg: *mut T) -> isize {
        // Above the sub-op stands where a preempted call goes on.
        let op = find_op(12, cmd & 63);
        let arg = arg as *const u8;
        // SAFETY: the caller vouches for `arg`.
        unsafe {
            let id = self.enter(12, cmd, op, arg, 0);
            let result = (self.call)(12, cmd as usize, arg as usize, 0);
            self.exit(id, result, op, arg, 0);
            result
        }
    }

    /// Xen's answer.
    ///
    /// # Safety
    /// As for memory_op; `ops` leads to `count` structs.
    pub unsafe fn grant_table_op<T>(&mut self, cmd: u32, ops: *mut T, count: u32) -> isize {
        let op = find_op(20, cmd & 4095);
        let arg = ops as *const u8;
        // SAFETY: the caller vouches for `ops`.
        unsafe {
            let id = self.enter(20, cmd, op, arg, count);
            let result = (self.call)(20, cmd as usize, arg as usize, count as usize);
            self.exit(id, result, op, arg, count);
            result
        }
    }

    unsafe fn enter(
        &mut self,
        nr: u32,
        cmd: u32,
        op: Option<&ShimOp>,
        arg: *const u8,
        count: u32,
    ) -> u32 {
        let id = self.id;
        self.id = id.wrapping_add(1);
        let mut line = self.event("enter");
        line.field("id", id as u64);
        line.field("nr", nr as u64);
        line.field("cmd", cmd as u64);
        if let Some(op) = op {
            if op.rows || (op.items > 0 && !arg.is_null()) {
                line.name("args");
                line.open("{");
                if op.rows {
                    line.field("count", count as u64);
                    if !arg.is_null() {
                        // SAFETY: `arg` leads to `count` structs of the sub-op.
                        unsafe { line.rows(op, arg, count, SHIM_BEFORE) };
                    }
                } else {
                    // SAFETY: `arg` leads to the struct of the sub-op.
                    unsafe { line.members(op, arg, SHIM_BEFORE) };
                }
                line.close("}");
            }
        }
        line.finish();
        id
    }

    /// After a negative answer it is not known what Xen wrote: nothing of the argument is recorded.
    unsafe fn exit(
        &mut self,
        id: u32,
        result: isize,
        op: Option<&ShimOp>,
        arg: *const u8,
        count: u32,
    ) {
        let mut line = self.event("exit");
        line.field("id", id as u64);
        line.name("ret");
        line.integer(result as i64);
        if let Some(op) = op {
            if !arg.is_null() && result >= 0 {
                if op.rows {
                    // SAFETY: `arg` leads to `count` structs of the sub-op.
                    unsafe { line.rows(op, arg, count, SHIM_AFTER) };
                } else {
                    // SAFETY: `arg` leads to the struct of the sub-op.
                    unsafe { line.members(op, arg, SHIM_AFTER) };
                }
            }
        }
        line.finish();
    }
}

/// A sink that writes whole lines to Xen's console (console_io): Dom0's, or a domU's under a debug Xen.
/// Lines of over 512 bytes go there in pieces. On arm64 its clock is the virtual counter.
pub struct ShimConsole {
    line: [u8; 512],
    used: usize,
    call: ShimCall,
}

impl ShimConsole {
    /// With Xen's calling convention.
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    pub const fn new() -> Self {
        Self::with_call(hvc)
    }

    /// With another way to issue hypercalls.
    pub const fn with_call(call: ShimCall) -> Self {
        Self {
            line: [0; 512],
            used: 0,
            call,
        }
    }

    fn flush(&mut self) {
        // SAFETY: CONSOLEIO_write (0) reads `used` bytes of the line.
        unsafe { (self.call)(18, 0, self.used, self.line.as_ptr() as usize) };
        self.used = 0;
    }
}

#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
impl Default for ShimConsole {
    fn default() -> Self {
        Self::new()
    }
}

impl ShimSink for ShimConsole {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.line[self.used] = byte;
            self.used += 1;
            if byte == b'\n' || self.used == self.line.len() {
                self.flush();
            }
        }
    }

    #[cfg(target_arch = "aarch64")]
    fn clock(&mut self) -> Option<(u32, u32)> {
        let (count, frequency): (u64, u64);
        // SAFETY: both registers can be read at EL1.
        unsafe {
            core::arch::asm!("isb", "mrs {}, cntvct_el0", "mrs {}, cntfrq_el0", out(reg) count, out(reg) frequency);
        }
        let nanoseconds = count % frequency.max(1) * 1_000_000_000 / frequency.max(1);
        Some(((count / frequency.max(1)) as u32, nanoseconds as u32))
    }
}

#[cfg(target_arch = "aarch64")]
unsafe fn hvc(nr: u32, a0: usize, a1: usize, a2: usize) -> isize {
    let result;
    // SAFETY: the caller vouches for what the hypercall reads and writes.
    unsafe {
        core::arch::asm!(
            "hvc #0xea1",
            inlateout("x0") a0 => result,
            inlateout("x1") a1 => _,
            inlateout("x2") a2 => _,
            inlateout("x16") nr as usize => _,
            lateout("x3") _,
            lateout("x4") _,
        );
    }
    result
}

#[cfg(target_arch = "arm")]
unsafe fn hvc(nr: u32, a0: usize, a1: usize, a2: usize) -> isize {
    let result;
    // SAFETY: the caller vouches for what the hypercall reads and writes.
    unsafe {
        core::arch::asm!(
            ".arch_extension virt",
            "hvc #0xea1",
            inlateout("r0") a0 => result,
            inlateout("r1") a1 => _,
            inlateout("r2") a2 => _,
            inlateout("r12") nr as usize => _,
            lateout("r3") _,
        );
    }
    result
}

struct ShimItem {
    name: &'static str,
    kind: u8,
    halves: u8,
    offset: usize,
    bytes: usize,
    count_bytes: usize,
    count_offset: usize,
    tell_offset: usize,
    tell_bytes: usize,
    tell_equal: u8,
    tell_mask: u64,
    tell_value: u64,
}

struct ShimOp {
    nr: u32,
    cmd: u32,
    rows: bool,
    size: usize,
    first: usize,
    items: usize,
}

const SHIM_BEFORE: u8 = 1;
const SHIM_AFTER: u8 = 2;
const SHIM_SIGNED: u8 = 1;
const SHIM_HEX: u8 = 2;
const SHIM_LIST: u8 = 3;
const SHIM_SIGNED_LIST: u8 = 4;
const SHIM_OPEN: u8 = 5;
const SHIM_CLOSE: u8 = 6;

macro_rules! shim_items {
    ($($name:literal $kind:literal $halves:literal $offset:literal $bytes:literal $count_bytes:literal
       $count_offset:literal $tell_offset:literal $tell_bytes:literal $tell_equal:literal $tell_mask:literal
       $tell_value:literal;)*) => {
        static SHIM_ITEMS: &[ShimItem] = &[$(ShimItem {
            name: $name,
            kind: $kind,
            halves: $halves,
            offset: $offset,
            bytes: $bytes,
            count_bytes: $count_bytes,
            count_offset: $count_offset,
            tell_offset: $tell_offset,
            tell_bytes: $tell_bytes,
            tell_equal: $tell_equal,
            tell_mask: $tell_mask,
            tell_value: $tell_value,
        }),*];
    };
}

macro_rules! shim_ops {
    ($($nr:literal $cmd:literal $rows:literal $size:literal $first:literal $items:literal;)*) => {
        static SHIM_OPS: &[ShimOp] = &[$(ShimOp {
            nr: $nr,
            cmd: $cmd,
            rows: $rows,
            size: $size,
            first: $first,
            items: $items,
        }),*];
    };
}

fn find_op(nr: u32, cmd: u32) -> Option<&'static ShimOp> {
    SHIM_OPS.iter().find(|op| op.nr == nr && op.cmd == cmd)
}

/// Little endian, whatever the alignment.
unsafe fn read_bytes(at: *const u8, bytes: usize) -> u64 {
    let mut value = 0;
    for i in 0..bytes {
        // SAFETY: the caller vouches for `bytes` bytes there.
        value |= (unsafe { at.add(i).read() } as u64) << (8 * i);
    }
    value
}

fn sign_extended(value: u64, bytes: usize) -> i64 {
    let unused = 64 - 8 * bytes as u32;
    ((value << unused) as i64) >> unused
}

// ==== line
struct ShimLine<'a, S: ShimSink> {
    sink: &'a mut S,
    comma: bool,
}

impl<S: ShimSink> core::fmt::Write for ShimLine<'_, S> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.sink.write(text.as_bytes());
        Ok(())
    }
}

impl<'a, S: ShimSink> ShimLine<'a, S> {
    fn start(sink: &'a mut S) -> Self {
        sink.write(b"{");
        Self { sink, comma: false }
    }

    fn finish(self) {
        self.sink.write(b"}\n");
    }

    fn text(&mut self, text: &str) {
        self.sink.write(text.as_bytes());
    }

    fn open(&mut self, bracket: &str) {
        self.text(bracket);
        self.comma = false;
    }

    fn close(&mut self, bracket: &str) {
        self.text(bracket);
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.text(",");
        }
        self.comma = true;
    }

    fn name(&mut self, name: &str) {
        self.separate();
        self.text("\"");
        self.text(name);
        self.text("\":");
    }

    fn formatted(&mut self, arguments: core::fmt::Arguments) {
        // The sink takes everything: there is no error to pass on.
        let _ = core::fmt::Write::write_fmt(self, arguments);
    }

    fn hexadecimal(&mut self, value: u64) {
        self.formatted(format_args!("\"{value:#x}\""));
    }

    /// Numbers of over 32 bits are text: readers of JSON lose their low digits.
    fn unsigned(&mut self, value: u64) {
        if value > u32::MAX as u64 {
            self.hexadecimal(value);
        } else {
            self.formatted(format_args!("{value}"));
        }
    }

    fn integer(&mut self, value: i64) {
        if (i32::MIN as i64..0).contains(&value) {
            self.formatted(format_args!("{value}"));
        } else {
            self.unsigned(value as u64);
        }
    }

    fn field(&mut self, name: &str, value: u64) {
        self.name(name);
        self.unsigned(value);
    }

    fn address(&mut self, name: &str, value: u64) {
        self.name(name);
        self.hexadecimal(value);
    }

    /// The user's own text: what JSON does not take as it is gets its backslash or becomes a blank.
    fn string(&mut self, name: &str, text: &str) {
        self.name(name);
        self.text("\"");
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            let instead = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                0..=0x1f => " ",
                _ => continue,
            };
            self.text(&text[start..at]);
            self.text(instead);
            start = at + 1;
        }
        self.text(&text[start..]);
        self.text("\"");
    }

    fn ranges(&mut self, name: &str, ranges: &[ShimRange], named: bool) {
        self.name(name);
        self.open("[");
        for range in ranges {
            self.separate();
            self.open("{");
            if named {
                self.string("name", range.name);
            }
            self.address("gfn", range.gfn);
            self.address("count", range.count);
            self.close("}");
        }
        self.close("]");
    }

    /// The line's number and time.
    fn stamp(&mut self, n: u32) {
        self.field("n", n as u64);
        if let Some((seconds, nanoseconds)) = self.sink.clock() {
            self.name("t");
            self.formatted(format_args!("{seconds}.{nanoseconds:09}"));
        }
    }

    unsafe fn rows(&mut self, op: &ShimOp, arg: *const u8, count: u32, half: u8) {
        self.name("ops");
        self.open("[");
        for i in 0..count as usize {
            self.separate();
            self.open("{");
            // SAFETY: `arg` leads to `count` structs of the sub-op.
            unsafe { self.members(op, arg.add(i * op.size), half) };
            self.close("}");
        }
        self.close("]");
    }

    unsafe fn members(&mut self, op: &ShimOp, arg: *const u8, half: u8) {
        for item in &SHIM_ITEMS[op.first..op.first + op.items] {
            // SAFETY: the item is a part of the struct that `arg` leads to; so below.
            if item.halves & half == 0 || !unsafe { wanted(item, arg) } {
                continue;
            }
            match item.kind {
                SHIM_OPEN => {
                    self.name(item.name);
                    self.open("{");
                }
                SHIM_CLOSE => self.close("}"),
                SHIM_LIST | SHIM_SIGNED_LIST => unsafe { self.elements(item, arg) },
                _ => unsafe { self.scalar(item, arg) },
            }
        }
    }

    unsafe fn scalar(&mut self, item: &ShimItem, arg: *const u8) {
        // SAFETY: the item is a part of the struct that `arg` leads to.
        let value = unsafe { read_bytes(arg.add(item.offset), item.bytes) };
        self.name(item.name);
        match item.kind {
            SHIM_HEX => self.hexadecimal(value),
            SHIM_SIGNED => self.integer(sign_extended(value, item.bytes)),
            _ => self.unsigned(value),
        }
    }

    unsafe fn elements(&mut self, item: &ShimItem, arg: *const u8) {
        // SAFETY: handle and count are parts of the struct that `arg` leads to.
        let (list, count) = unsafe {
            (
                read_bytes(arg.add(item.offset), 8) as usize as *const u8,
                read_bytes(arg.add(item.count_offset), item.count_bytes) as usize,
            )
        };
        if list.is_null() {
            return;
        }
        self.name(item.name);
        self.open("[");
        for i in 0..count {
            // SAFETY: the caller vouches for the lists behind handles.
            let value = unsafe { read_bytes(list.add(i * item.bytes), item.bytes) };
            self.separate();
            if item.kind == SHIM_SIGNED_LIST {
                self.integer(sign_extended(value, item.bytes));
            } else if item.bytes == 8 {
                self.hexadecimal(value);
            } else {
                self.unsigned(value);
            }
        }
        self.close("]");
    }
}

unsafe fn wanted(item: &ShimItem, arg: *const u8) -> bool {
    if item.tell_mask == 0 {
        return true;
    }
    // SAFETY: what tells is a part of the struct that `arg` leads to.
    let told = unsafe { read_bytes(arg.add(item.tell_offset), item.tell_bytes) } & item.tell_mask;
    (told == item.tell_value) == (item.tell_equal == 1)
}

// ==== example
shim_items! {
    "nr_extents" 0 1 8 8 0 0 0 0 0 0 0;
    "extents" 3 1 0 8 8 8 0 0 0 0 0;
}

shim_ops! {
    12 1 false 32 0 2; // decrease_reservation
}

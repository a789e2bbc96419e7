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

/// Wrappers of memory_op and grant_table_op that record each call: a line of the NDJSON log before it,
/// one after it. xgt replay reads the log as it is. Guests with several CPUs put a lock around it.
pub struct Shim<S: ShimSink> {
    sink: S,
    id: u32,
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
        Self { sink, id: 0, call }
    }

    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// The log's first line. `domains`: what this guest knows of itself, JSON as in a DomainSpec.
    pub fn begin(&mut self, domains: Option<&str>) {
        let mut line = ShimLine::start(&mut self.sink);
        line.text(concat!(
            "\"xgt_log\":1,\"version\":1,\"xen\":\"@XEN@\",\"arch\":\"@ARCH@\",",
            "\"recorder\":\"xgt shim\""
        ));
        if let Some(domains) = domains {
            line.text(",\"domains\":");
            line.text(domains);
        }
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
        let id = self.enter(12, cmd, op, arg, 0);
        let result = (self.call)(12, cmd as usize, arg as usize, 0);
        self.exit(id, result, op, arg, 0);
        result
    }

    /// Xen's answer.
    ///
    /// # Safety
    /// As for memory_op; `ops` leads to `count` structs.
    pub unsafe fn grant_table_op<T>(&mut self, cmd: u32, ops: *mut T, count: u32) -> isize {
        let op = find_op(20, cmd & 4095);
        let arg = ops as *const u8;
        let id = self.enter(20, cmd, op, arg, count);
        let result = (self.call)(20, cmd as usize, arg as usize, count as usize);
        self.exit(id, result, op, arg, count);
        result
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
        let mut line = ShimLine::start(&mut self.sink);
        line.event("enter", id);
        line.name("nr");
        line.unsigned(nr as u64);
        line.name("cmd");
        line.unsigned(cmd as u64);
        if let Some(op) = op {
            if op.rows || (op.items > 0 && !arg.is_null()) {
                line.name("args");
                line.open("{");
                if op.rows {
                    line.name("count");
                    line.unsigned(count as u64);
                    if !arg.is_null() {
                        line.rows(op, arg, count, SHIM_BEFORE);
                    }
                } else {
                    line.members(op, arg, SHIM_BEFORE);
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
        let mut line = ShimLine::start(&mut self.sink);
        line.event("exit", id);
        line.name("ret");
        line.integer(result as i64);
        if let Some(op) = op {
            if !arg.is_null() && result >= 0 {
                if op.rows {
                    line.rows(op, arg, count, SHIM_AFTER);
                } else {
                    line.members(op, arg, SHIM_AFTER);
                }
            }
        }
        line.finish();
    }
}

#[cfg(target_arch = "aarch64")]
unsafe fn hvc(nr: u32, a0: usize, a1: usize, a2: usize) -> isize {
    let result;
    core::arch::asm!(
        "hvc #0xea1",
        inlateout("x0") a0 => result,
        inlateout("x1") a1 => _,
        inlateout("x2") a2 => _,
        inlateout("x16") nr as usize => _,
        lateout("x3") _,
        lateout("x4") _,
    );
    result
}

#[cfg(target_arch = "arm")]
unsafe fn hvc(nr: u32, a0: usize, a1: usize, a2: usize) -> isize {
    let result;
    core::arch::asm!(
        ".arch_extension virt",
        "hvc #0xea1",
        inlateout("r0") a0 => result,
        inlateout("r1") a1 => _,
        inlateout("r2") a2 => _,
        inlateout("r12") nr as usize => _,
        lateout("r3") _,
    );
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
        value |= (at.add(i).read() as u64) << (8 * i);
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

    fn event(&mut self, event: &str, id: u32) {
        if let Some((seconds, nanoseconds)) = self.sink.clock() {
            self.name("t");
            self.formatted(format_args!("{seconds}.{nanoseconds:09}"));
        }
        self.name("id");
        self.unsigned(id as u64);
        self.name("ev");
        self.formatted(format_args!("\"{event}\""));
    }

    unsafe fn rows(&mut self, op: &ShimOp, arg: *const u8, count: u32, half: u8) {
        self.name("ops");
        self.open("[");
        for i in 0..count as usize {
            self.separate();
            self.open("{");
            self.members(op, arg.add(i * op.size), half);
            self.close("}");
        }
        self.close("]");
    }

    unsafe fn members(&mut self, op: &ShimOp, arg: *const u8, half: u8) {
        for item in &SHIM_ITEMS[op.first..op.first + op.items] {
            if item.halves & half == 0 || !wanted(item, arg) {
                continue;
            }
            match item.kind {
                SHIM_OPEN => {
                    self.name(item.name);
                    self.open("{");
                }
                SHIM_CLOSE => self.close("}"),
                SHIM_LIST | SHIM_SIGNED_LIST => self.elements(item, arg),
                _ => self.scalar(item, arg),
            }
        }
    }

    unsafe fn scalar(&mut self, item: &ShimItem, arg: *const u8) {
        let value = read_bytes(arg.add(item.offset), item.bytes);
        self.name(item.name);
        match item.kind {
            SHIM_HEX => self.hexadecimal(value),
            SHIM_SIGNED => self.integer(sign_extended(value, item.bytes)),
            _ => self.unsigned(value),
        }
    }

    unsafe fn elements(&mut self, item: &ShimItem, arg: *const u8) {
        let list = read_bytes(arg.add(item.offset), 8) as usize as *const u8;
        let count = read_bytes(arg.add(item.count_offset), item.count_bytes) as usize;
        if list.is_null() {
            return;
        }
        self.name(item.name);
        self.open("[");
        for i in 0..count {
            let value = read_bytes(list.add(i * item.bytes), item.bytes);
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
    let told = read_bytes(arg.add(item.tell_offset), item.tell_bytes) & item.tell_mask;
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

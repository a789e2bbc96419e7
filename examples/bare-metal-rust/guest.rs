//! The guest of ../bare-metal-c in Rust: it balloons a page out, grants a page to itself, maps the grant there, and lets a disk
//! do DMA to it (logic.rs). Start, device tree, identity map and disk are that example's C; here it begins and ends.
#![no_std]

mod logic;
#[allow(unused)]
mod xen;

use core::panic::PanicInfo;
use core::ptr::addr_of_mut;
use logic::{Guest, Refused, PAGE_SIZE};
use xen::*;

const SHUTDOWN_POWEROFF: u32 = 0;
const SHUTDOWN_CRASH: u32 = 3;

/// ../bare-metal-c/board.h
#[repr(C)]
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    size: u64,
}

#[repr(C)]
struct Board {
    ram: [Range; 16],
    ram_count: u32,
    regions: [Range; 16],
    region_count: u32,
    virtio: [Range; 32],
    virtio_count: u32,
    uart: Range,
    bootargs: *const u8,
}

extern "C" {
    fn read_device_tree(blob: *const u8, board: *mut Board) -> i32;
    fn has_argument(board: *const Board, word: *const u8) -> i32;
    fn map_identity(board: *const Board) -> i32;
    fn disk_open(board: *const Board) -> i32;
    fn disk_transfer(write: i32, sector: u64, bus: u64, bytes: u32) -> i32;
}

/// A hypercall that is not recorded.
fn hypercall(nr: u32, command: u32, argument: *mut u8) -> i64 {
    let result: i64;
    // SAFETY: the callers give what the hypercall takes.
    unsafe {
        core::arch::asm!("hvc #0xea1", inlateout("x0") u64::from(command) => result, inlateout("x1") argument => _,
            inlateout("x16") u64::from(nr) => _, lateout("x2") _, lateout("x3") _, lateout("x4") _);
    }
    result
}

fn shut_down(reason: u32) -> ! {
    let mut shutdown = SchedShutdown { reason };
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, addr_of_mut!(shutdown).cast());
    loop {
        core::hint::spin_loop();
    }
}

/// No guest is told its domid: only for oneself does this call answer a guest.
fn own_domid() -> u16 {
    (0..64)
        .find(|&domid| {
            let mut asked: u16 = domid;
            hypercall(
                __HYPERVISOR_memory_op,
                XENMEM_current_reservation,
                addr_of_mut!(asked).cast(),
            ) >= 0
        })
        .unwrap_or(0)
}

// From start.S. Core libraries of targets with floating point use its registers to copy: they have to be switched on first.
core::arch::global_asm!(
    ".globl guest_main",
    "guest_main:",
    "mov x9, #0x300000",
    "msr cpacr_el1, x9",
    "isb",
    "b guest_start",
);

#[no_mangle]
extern "C" fn guest_start(device_tree: *const u8) -> ! {
    let mut board = Board {
        ram: [Range { start: 0, size: 0 }; 16],
        ram_count: 0,
        regions: [Range { start: 0, size: 0 }; 16],
        region_count: 0,
        virtio: [Range { start: 0, size: 0 }; 32],
        virtio_count: 0,
        uart: Range { start: 0, size: 0 },
        bootargs: core::ptr::null(),
    };
    // SAFETY: Xen gives the device tree's address in x0.
    if unsafe { read_device_tree(device_tree, &mut board) } != 0 {
        shut_down(SHUTDOWN_CRASH);
    }
    let frames = |name, range: &Range| ShimRange {
        name,
        gfn: range.start / PAGE_SIZE as u64,
        count: range.size / PAGE_SIZE as u64,
    };
    let mut ram = [ShimRange {
        name: "",
        gfn: 0,
        count: 0,
    }; 16];
    let mut regions = ram;
    for (to, range) in ram.iter_mut().zip(&board.ram) {
        *to = frames("", range);
    }
    for (index, (to, range)) in regions.iter_mut().zip(&board.regions).enumerate() {
        *to = frames(if index == 0 { "grant-table" } else { "extended" }, range);
    }
    let mut guest = Guest {
        shim: Shim::new(ShimConsole::new()),
        domid: own_domid(),
        table: core::ptr::with_exposed_provenance_mut(board.regions[0].start as usize),
        // SAFETY: the device may write to what `bus` names: that is what this guest is about.
        disk: |write, sector, bus, bytes| unsafe { disk_transfer(write.into(), sector, bus, bytes) } == 0,
    };
    guest.shim.ask_xen();
    guest.shim.tell_domid(guest.domid);
    let own = ShimDomain {
        domid: guest.domid,
        mode: None,
        ram: &ram[..board.ram_count as usize],
        regions: &regions[..board.region_count as usize],
        iommu: false,
    };
    guest.shim.begin_domain(&own, true);
    // SAFETY: the board is what the device tree says.
    let ready = unsafe { map_identity(&board) == 0 && disk_open(&board) == 0 };
    if !ready || guest.place_grant_table(board.regions[0].start).is_err() {
        guest.shim.mark("PANIC: no memory map, no grant table or no disk");
        shut_down(SHUTDOWN_CRASH);
    }
    // SAFETY: the word ends with a zero byte.
    let forget = unsafe { has_argument(&board, c"forget-bus-addr".as_ptr().cast()) } != 0;
    let said = match guest.granted_page_dma(forget) {
        Ok(0) => "END: all bytes are where they belong",
        Ok(_) => "END: wrong bytes",
        Err(Refused) => "END: a step failed",
    };
    guest.shim.domain_event(guest.domid, "shutdown");
    guest.shim.mark(said);
    shut_down(SHUTDOWN_POWEROFF)
}

/// From the vectors of start.S.
#[no_mangle]
extern "C" fn fault(_vector: u64, _esr: u64, _far: u64, _elr: u64) -> ! {
    shut_down(SHUTDOWN_CRASH)
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    shut_down(SHUTDOWN_CRASH)
}

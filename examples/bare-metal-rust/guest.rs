//! The guest of ../bare-metal-c in Rust: it balloons a page out, grants a page to itself, maps the grant there, and lets a disk
//! do DMA to it. Start, device tree, identity map and disk are that example's C; what Xen is asked for is here.
#![no_std]

#[allow(unused)]
mod xen;

use core::panic::PanicInfo;
use core::ptr::{addr_of_mut, write_volatile};
use core::sync::atomic::{fence, Ordering};
use xen::*;

const PAGE_SIZE: usize = 4096;
const WORDS: usize = PAGE_SIZE / 8;
/// Those below are reserved for a toolstack.
const FIRST_REF: u32 = 8;
const SECTORS_PER_PAGE: u64 = 8;
const SELF: u16 = DOMID_SELF as u16;
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

#[repr(C, align(4096))]
struct Page([u64; WORDS]);

static mut GRANTED: Page = Page([0; WORDS]);
static mut SPARE: Page = Page([0; WORDS]);
static mut SCRATCH: Page = Page([0; WORDS]);

/// A step that Xen or the disk refused.
struct Refused;

/// A page of this guest's own, by its address: nothing keeps a reference to what a device or Xen changes.
#[derive(Clone, Copy)]
struct PageAt(*mut u64);

impl PageAt {
    fn address(self) -> u64 {
        self.0.addr() as u64
    }

    fn gfn(self) -> u64 {
        self.address() / PAGE_SIZE as u64
    }

    fn fill(self, letter: u8) {
        for word in 0..WORDS {
            // SAFETY: within the page.
            unsafe { self.0.add(word).write_volatile(u64::from_ne_bytes([letter; 8])) };
        }
    }

    fn is_full_of(self, letter: u8) -> bool {
        // SAFETY: within the page.
        (0..WORDS).all(|word| unsafe { self.0.add(word).read_volatile() } == u64::from_ne_bytes([letter; 8]))
    }
}

struct Guest {
    shim: Shim<ShimConsole>,
    domid: u16,
    table: *mut GrantEntryV1,
}

impl Guest {
    /// XENMEM_decrease_reservation or XENMEM_populate_physmap of one frame.
    fn balloon(&mut self, command: u32, page: PageAt) -> Result<(), Refused> {
        let mut gfn = page.gfn();
        let mut reservation = XenMemoryReservation {
            extent_start: Handle64::from_ptr(&mut gfn),
            nr_extents: 1,
            domid: SELF,
            ..Default::default()
        };
        // SAFETY: the reservation and its list live until the call is done.
        match unsafe { self.shim.memory_op(command, &mut reservation) } {
            1 => Ok(()),
            _ => Err(Refused),
        }
    }

    fn place_grant_table(&mut self, at: u64) -> Result<(), Refused> {
        let mut place = XenAddToPhysmap {
            domid: SELF,
            space: XENMAPSPACE_grant_table,
            gpfn: at / PAGE_SIZE as u64,
            ..Default::default()
        };
        // SAFETY: the argument lives until the call is done.
        match unsafe { self.shim.memory_op(XENMEM_add_to_physmap, &mut place) } {
            0 => Ok(()),
            _ => Err(Refused),
        }
    }

    fn grant(&mut self, reference: u32, to: u16, page: PageAt) {
        // SAFETY: the table is placed, and the reference lies in its first frame.
        unsafe {
            let entry = self.table.add(reference as usize);
            write_volatile(addr_of_mut!((*entry).domid), to);
            write_volatile(addr_of_mut!((*entry).frame), page.gfn() as u32);
            fence(Ordering::SeqCst); // Xen may look as soon as the flags are there
            write_volatile(addr_of_mut!((*entry).flags), GTF_permit_access as u16);
        }
        self.shim.grant(reference, to, page.gfn(), false);
    }

    fn end_grant(&mut self, reference: u32) {
        // SAFETY: as above.
        unsafe { write_volatile(addr_of_mut!((*self.table.add(reference as usize)).flags), 0) };
        self.shim.ungrant(reference);
    }

    /// The handle, and the address that a device has to use from now on, whatever the gfn is.
    fn map(&mut self, at: PageAt, reference: u32) -> Result<(u32, u64), Refused> {
        let mut map = GnttabMapGrantRef {
            host_addr: at.address(),
            flags: GNTMAP_host_map,
            r#ref: reference,
            dom: self.domid,
            ..Default::default()
        };
        // SAFETY: the argument lives until the call is done.
        let result = unsafe { self.shim.grant_table_op(GNTTABOP_map_grant_ref, &mut map, 1) };
        if result != 0 || map.status != GrantStatus::GNTST_okay {
            return Err(Refused);
        }
        self.shim.guest_p2m(at.gfn(), map.dev_bus_addr / PAGE_SIZE as u64, 1);
        Ok((map.handle, map.dev_bus_addr))
    }

    fn unmap(&mut self, at: PageAt, handle: u32) -> Result<(), Refused> {
        let mut unmap = GnttabUnmapGrantRef {
            host_addr: at.address(),
            handle,
            ..Default::default()
        };
        self.shim.guest_p2m(at.gfn(), SHIM_NO_FRAME, 1);
        // SAFETY: the argument lives until the call is done.
        let result = unsafe { self.shim.grant_table_op(GNTTABOP_unmap_grant_ref, &mut unmap, 1) };
        match result == 0 && unmap.status == GrantStatus::GNTST_okay {
            true => Ok(()),
            false => Err(Refused),
        }
    }

    /// The map is recorded before the device starts, the unmap after it has ended.
    fn transfer(&mut self, write: bool, sector: u64, page: PageAt, bus: u64) -> Result<(), Refused> {
        let direction = if write {
            ShimDirection::ToDevice
        } else {
            ShimDirection::FromDevice
        };
        let segment = [ShimSegment {
            phys: page.address(),
            bus,
            size: PAGE_SIZE as u64,
        }];
        self.shim.dma_map("virtio-blk", direction, &segment);
        // SAFETY: the device may write to what `bus` names: that is what this guest is about.
        let status = unsafe { disk_transfer(write.into(), sector, bus, PAGE_SIZE as u32) };
        self.shim.dma_unmap("virtio-blk", direction, &segment);
        match status {
            0 => Ok(()),
            _ => Err(Refused),
        }
    }

    /// How many of the checks of the bytes failed.
    fn granted_page_dma(&mut self, forget_bus_addr: bool) -> Result<u32, Refused> {
        let [granted, spare, scratch] = [
            PageAt(addr_of_mut!(GRANTED).cast()),
            PageAt(addr_of_mut!(SPARE).cast()),
            PageAt(addr_of_mut!(SCRATCH).cast()),
        ];
        granted.fill(b'A'); // sectors 0 to 7 hold A
        self.transfer(true, 0, granted, granted.address())?;
        granted.fill(b'P');
        spare.fill(b'Q');
        self.balloon(XENMEM_decrease_reservation, spare)?;
        self.grant(FIRST_REF, self.domid, granted);
        let (handle, dev_bus_addr) = self.map(spare, FIRST_REF)?;
        let bus = if forget_bus_addr { spare.address() } else { dev_bus_addr };
        self.transfer(true, SECTORS_PER_PAGE, spare, bus)?;
        self.transfer(false, 0, spare, bus)?;
        let mut wrong = self.check(
            granted.is_full_of(b'A'),
            "WRONG: the granted page does not hold what the disk wrote",
        );
        self.unmap(spare, handle)?;
        self.end_grant(FIRST_REF);
        self.balloon(XENMEM_populate_physmap, spare)?;
        wrong += self.check(
            spare.is_full_of(b'Q'),
            "WRONG: the page that was ballooned out holds what the disk wrote",
        );
        self.transfer(false, SECTORS_PER_PAGE, scratch, scratch.address())?;
        wrong += self.check(scratch.is_full_of(b'P'), "WRONG: the disk holds another page's bytes");
        Ok(wrong)
    }

    fn check(&mut self, right: bool, otherwise: &str) -> u32 {
        if !right {
            self.shim.mark(otherwise);
        }
        u32::from(!right)
    }
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

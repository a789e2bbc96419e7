//! Runs the guest's logic (logic.rs) on a host, against a Xen and a disk of a few lines, and prints what its shim records:
//! `host` or `host forget-bus-addr`. Its own memory is the guest's, and all of it is mapped 1:1.

#![allow(non_upper_case_globals)] // Xen's constants in patterns

mod logic;
#[allow(unused)]
mod xen;

use logic::{pages, Guest, PAGE_SIZE};
use std::io::Write;
use std::sync::Mutex;
use xen::*;

/// What the disk holds, by sector.
static DISK: Mutex<Vec<u8>> = Mutex::new(Vec::new());
const SECTOR: usize = 512;

/// DMA: the device reads or writes what lies at the bus address.
fn transfer(write: bool, sector: u64, bus: u64, bytes: u32) -> bool {
    let mut disk = DISK.lock().unwrap();
    disk.resize(1 << 16, 0);
    let (Ok(sector), Ok(bus), Ok(bytes)) = (usize::try_from(sector), usize::try_from(bus), usize::try_from(bytes)) else {
        return false;
    };
    let Some(held) = disk.get_mut(sector * SECTOR..sector * SECTOR + bytes) else {
        return false;
    };
    let memory: *mut u8 = std::ptr::with_exposed_provenance_mut(bus);
    // SAFETY: the guest names pages of its own only.
    unsafe {
        match write {
            true => memory.copy_to_nonoverlapping(held.as_mut_ptr(), bytes),
            false => memory.copy_from_nonoverlapping(held.as_ptr(), bytes),
        }
    }
    true
}

/// Xen, as far as this guest asks: each call succeeds, and the granted page stays where it is in the machine.
unsafe fn call(nr: u32, command: usize, argument: usize, _count: usize) -> isize {
    if nr == __HYPERVISOR_memory_op {
        return match u32::try_from(command) {
            Ok(XENMEM_decrease_reservation | XENMEM_populate_physmap) => 1,
            Ok(XENMEM_add_to_physmap) => 0,
            _ => -38,
        };
    }
    match u32::try_from(command) {
        Ok(GNTTABOP_map_grant_ref) => {
            let map = &mut *std::ptr::with_exposed_provenance_mut::<GnttabMapGrantRef>(argument);
            map.status = GrantStatus::GNTST_okay;
            map.handle = 0;
            map.dev_bus_addr = pages()[0].address();
        }
        Ok(GNTTABOP_unmap_grant_ref) => {
            let unmap = &mut *std::ptr::with_exposed_provenance_mut::<GnttabUnmapGrantRef>(argument);
            unmap.status = GrantStatus::GNTST_okay;
        }
        _ => return -38,
    }
    0
}

struct Output;

impl ShimSink for Output {
    fn write(&mut self, bytes: &[u8]) {
        std::io::stdout().write_all(bytes).expect("standard output takes the record");
    }
}

#[repr(C, align(4096))]
struct GrantTable([u64; PAGE_SIZE / 8]);

fn main() {
    let page = u64::try_from(PAGE_SIZE).expect("a page's size is a small number");
    let mut table = Box::new(GrantTable([0; PAGE_SIZE / 8]));
    let table_address = (&raw mut *table).expose_provenance();
    let gfns = pages().map(|one| one.address() / page);
    let first = *gfns.iter().min().expect("there are three");
    let last = *gfns.iter().max().expect("there are three");
    let place = u64::try_from(table_address).expect("an address has 64 bits at most");
    let ram = [ShimRange { name: "", gfn: first, count: last - first + 1 }];
    let regions = [ShimRange { name: "grant-table", gfn: place / page, count: 1 }];
    let mut guest = Guest {
        shim: Shim::with_call(Output, call),
        domid: 1,
        table: std::ptr::with_exposed_provenance_mut(table_address),
        disk: transfer,
    };
    guest.shim.tell_domid(guest.domid);
    let own = ShimDomain { domid: guest.domid, mode: Some("direct-mapped"), ram: &ram, regions: &regions, iommu: false };
    guest.shim.begin_domain(&own, true);
    let forget = std::env::args().any(|word| word == "forget-bus-addr");
    let wrong = match guest.place_grant_table(place) {
        Ok(()) => guest.granted_page_dma(forget),
        Err(refused) => Err(refused),
    };
    let said = match wrong {
        Ok(0) => "END: all bytes are where they belong",
        Ok(_) => "END: wrong bytes",
        Err(_) => "END: a step failed",
    };
    guest.shim.mark(said);
}

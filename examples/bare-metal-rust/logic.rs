//! What the guest asks of Xen and of its disk: hypercalls, balloon, grants and DMA, each recorded. It knows no board, so a
//! program on a host can run it, too.

use crate::xen::*;
use core::ptr::{addr_of_mut, write_volatile};
use core::sync::atomic::{fence, Ordering};

pub const PAGE_SIZE: usize = 4096;
const WORDS: usize = PAGE_SIZE / 8;
/// Those below are reserved for a toolstack.
const FIRST_REF: u32 = 8;
const SECTORS_PER_PAGE: u64 = 8;
const SELF: u16 = DOMID_SELF as u16;

#[repr(C, align(4096))]
struct Page([u64; WORDS]);

static mut GRANTED: Page = Page([0; WORDS]);
static mut SPARE: Page = Page([0; WORDS]);
static mut SCRATCH: Page = Page([0; WORDS]);

/// The page that is granted, the one that is ballooned out, and one for what comes back.
pub fn pages() -> [PageAt; 3] {
    [
        PageAt(addr_of_mut!(GRANTED).cast()),
        PageAt(addr_of_mut!(SPARE).cast()),
        PageAt(addr_of_mut!(SCRATCH).cast()),
    ]
}

/// A step that Xen or the disk refused.
pub struct Refused;

/// A page of this guest's own, by its address: nothing keeps a reference to what a device or Xen changes.
#[derive(Clone, Copy)]
pub struct PageAt(*mut u64);

impl PageAt {
    pub fn address(self) -> u64 {
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

/// Writes a page to sectors (true) or reads it from them, by DMA to a bus address; false: the disk failed.
pub type Transfer = fn(write: bool, sector: u64, bus: u64, bytes: u32) -> bool;

pub struct Guest<S: ShimSink> {
    pub shim: Shim<S>,
    pub domid: u16,
    /// First frame of the grant table.
    pub table: *mut GrantEntryV1,
    pub disk: Transfer,
}

impl<S: ShimSink> Guest<S> {
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

    pub fn place_grant_table(&mut self, at: u64) -> Result<(), Refused> {
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
        let done = (self.disk)(write, sector, bus, PAGE_SIZE as u32);
        self.shim.dma_unmap("virtio-blk", direction, &segment);
        match done {
            true => Ok(()),
            false => Err(Refused),
        }
    }

    /// How many of the checks of the bytes failed.
    pub fn granted_page_dma(&mut self, forget_bus_addr: bool) -> Result<u32, Refused> {
        let [granted, spare, scratch] = pages();
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

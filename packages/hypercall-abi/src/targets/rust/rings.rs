//! Shared rings: "ring" where a plan has one, "xenstore" where it has xenstored's page; "example" is one ring as the
//! generator writes it.
#![allow(dead_code)]

// ==== ring
/// Types of one ring of io/ring.h; the implementing type is its shared memory.
///
/// # Safety
/// The shared memory begins with req_prod, req_event, rsp_prod and rsp_event, and `ENTRIES_AT` is where its entries are.
pub unsafe trait Ring {
    /// What the frontend asks.
    type Request: Copy;
    /// What the backend answers, in the place of the request.
    type Response: Copy;
    /// A request or a response.
    type Entry;
    /// Bytes before the first entry.
    const ENTRIES_AT: usize;
}

/// Words of the shared memory, by number.
const REQ_PROD: usize = 0;
const REQ_EVENT: usize = 1;
const RSP_PROD: usize = 2;
const RSP_EVENT: usize = 3;

/// Shared memory of a ring. The other side changes it at any time: what is read of it is read once, as a copy.
struct SharedRing<R: Ring> {
    memory: *mut R,
    entries: u32,
}

impl<R: Ring> SharedRing<R> {
    fn new(memory: *mut R, bytes: usize) -> Self {
        let fit = bytes.saturating_sub(R::ENTRIES_AT) / core::mem::size_of::<R::Entry>();
        let entries = if fit == 0 { 0 } else { 1 << fit.ilog2() };
        Self { memory, entries }
    }

    fn index(&self, word: usize) -> u32 {
        // SAFETY: whoever attached the ring promised memory that lives as long as it.
        unsafe { self.memory.cast::<u32>().add(word).read_volatile() }
    }

    fn set_index(&self, word: usize, value: u32) {
        // SAFETY: as above.
        unsafe { self.memory.cast::<u32>().add(word).write_volatile(value) }
    }

    fn entry<T>(&self, index: u32) -> *mut T {
        let at = (index & self.entries.wrapping_sub(1)) as usize;
        let first = self.memory.cast::<u8>().wrapping_add(R::ENTRIES_AT);
        first.cast::<R::Entry>().wrapping_add(at).cast()
    }

    fn read<T: Copy>(&self, index: u32) -> T {
        // SAFETY: the entry is inside the memory, whose every pattern of bits is a value of T.
        unsafe { self.entry::<T>(index).read_volatile() }
    }

    fn write<T: Copy>(&self, index: u32, value: T) {
        // SAFETY: as above.
        unsafe { self.entry::<T>(index).write_volatile(value) }
    }

    /// Whether the other side wants an event for what goes from `before` to `now`.
    fn push(&self, prod: usize, event: usize, now: u32) -> bool {
        use core::sync::atomic::{fence, Ordering};
        let before = self.index(prod);
        fence(Ordering::Release); // the other side sees the entries before the index
        self.set_index(prod, now);
        fence(Ordering::SeqCst); // it sees the index before we look whether it sleeps
        now.wrapping_sub(self.index(event)) < now.wrapping_sub(before)
    }

    fn final_check(&self, event: usize, cons: u32, unconsumed: impl Fn() -> u32) -> u32 {
        let work = unconsumed();
        if work > 0 {
            return work;
        }
        self.set_index(event, cons.wrapping_add(1));
        core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
        unconsumed()
    }
}

/// The side of a ring that asks.
pub struct FrontRing<R: Ring> {
    shared: SharedRing<R>,
    /// Where the next request goes.
    pub req_prod_pvt: u32,
    /// Where the next response is taken.
    pub rsp_cons: u32,
}

impl<R: Ring> FrontRing<R> {
    /// XEN_FRONT_RING_INIT: begins the ring anew, before the backend knows it.
    ///
    /// # Safety
    /// `memory` is `bytes` of shared memory that nothing else here uses and that lives as long as the ring.
    pub unsafe fn init(memory: *mut R, bytes: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { memory.cast::<u8>().write_bytes(0, R::ENTRIES_AT) };
        // SAFETY: the caller's promise.
        let ring = unsafe { Self::attach(memory, 0, bytes) };
        ring.shared.set_index(REQ_EVENT, 1);
        ring.shared.set_index(RSP_EVENT, 1);
        ring
    }

    /// FRONT_RING_ATTACH: a ring that is in use, whose indices are at `index`.
    ///
    /// # Safety
    /// As `init`.
    pub unsafe fn attach(memory: *mut R, index: u32, bytes: usize) -> Self {
        Self {
            shared: SharedRing::new(memory, bytes),
            req_prod_pvt: index,
            rsp_cons: index,
        }
    }

    /// RING_SIZE: entries.
    pub fn size(&self) -> u32 {
        self.shared.entries
    }

    /// RING_FREE_REQUESTS: entries that may be filled; 0 is RING_FULL.
    pub fn free_requests(&self) -> u32 {
        let used = self.req_prod_pvt.wrapping_sub(self.rsp_cons);
        self.shared.entries.wrapping_sub(used)
    }

    /// RING_GET_REQUEST: for writing in place.
    pub fn request(&self, index: u32) -> *mut R::Request {
        self.shared.entry(index)
    }

    /// Writes a request to where `index` is.
    pub fn put_request(&self, index: u32, request: R::Request) {
        self.shared.write(index, request);
    }

    /// RING_COPY_RESPONSE.
    pub fn response(&self, index: u32) -> R::Response {
        self.shared.read(index)
    }

    /// RING_HAS_UNCONSUMED_RESPONSES: how many; the responses are read after this.
    pub fn unconsumed_responses(&self) -> u32 {
        let prod = self.shared.index(RSP_PROD);
        core::sync::atomic::fence(core::sync::atomic::Ordering::Acquire);
        prod.wrapping_sub(self.rsp_cons)
    }

    /// RING_RESPONSE_PROD_OVERFLOW: the backend cannot be right.
    pub fn response_prod_overflow(&self, prod: u32) -> bool {
        prod.wrapping_sub(self.rsp_cons) > self.shared.entries
    }

    /// RING_PUSH_REQUESTS_AND_CHECK_NOTIFY: true where the backend wants an event.
    pub fn push_requests(&mut self) -> bool {
        self.shared.push(REQ_PROD, REQ_EVENT, self.req_prod_pvt)
    }

    /// RING_FINAL_CHECK_FOR_RESPONSES: before sleeping; 0: the next response raises an event.
    pub fn final_check_for_responses(&mut self) -> u32 {
        let unconsumed = || self.unconsumed_responses();
        self.shared
            .final_check(RSP_EVENT, self.rsp_cons, unconsumed)
    }
}

/// The side of a ring that answers.
pub struct BackRing<R: Ring> {
    shared: SharedRing<R>,
    /// Where the next response goes.
    pub rsp_prod_pvt: u32,
    /// Where the next request is taken.
    pub req_cons: u32,
}

impl<R: Ring> BackRing<R> {
    /// BACK_RING_ATTACH; at index 0 it is BACK_RING_INIT.
    ///
    /// # Safety
    /// `memory` is `bytes` of shared memory that nothing else here uses and that lives as long as the ring.
    pub unsafe fn attach(memory: *mut R, index: u32, bytes: usize) -> Self {
        Self {
            shared: SharedRing::new(memory, bytes),
            rsp_prod_pvt: index,
            req_cons: index,
        }
    }

    /// RING_SIZE: entries.
    pub fn size(&self) -> u32 {
        self.shared.entries
    }

    /// RING_COPY_REQUEST.
    pub fn request(&self, index: u32) -> R::Request {
        self.shared.read(index)
    }

    /// RING_GET_RESPONSE: for writing in place.
    pub fn response(&self, index: u32) -> *mut R::Response {
        self.shared.entry(index)
    }

    /// Writes a response to where `index` is.
    pub fn put_response(&self, index: u32, response: R::Response) {
        self.shared.write(index, response);
    }

    /// RING_HAS_UNCONSUMED_REQUESTS: how many, never more than there is room for responses; they are read after this.
    pub fn unconsumed_requests(&self) -> u32 {
        let requests = self.shared.index(REQ_PROD).wrapping_sub(self.req_cons);
        let used = self.req_cons.wrapping_sub(self.rsp_prod_pvt);
        core::sync::atomic::fence(core::sync::atomic::Ordering::Acquire);
        requests.min(self.shared.entries.wrapping_sub(used))
    }

    /// RING_REQUEST_CONS_OVERFLOW: there is no room for another response.
    pub fn request_cons_overflow(&self, cons: u32) -> bool {
        cons.wrapping_sub(self.rsp_prod_pvt) >= self.shared.entries
    }

    /// RING_REQUEST_PROD_OVERFLOW: the frontend cannot be right.
    pub fn request_prod_overflow(&self, prod: u32) -> bool {
        prod.wrapping_sub(self.rsp_prod_pvt) > self.shared.entries
    }

    /// RING_PUSH_RESPONSES_AND_CHECK_NOTIFY: true where the frontend wants an event.
    pub fn push_responses(&mut self) -> bool {
        self.shared.push(RSP_PROD, RSP_EVENT, self.rsp_prod_pvt)
    }

    /// RING_FINAL_CHECK_FOR_REQUESTS: before sleeping; 0: the next request raises an event.
    pub fn final_check_for_requests(&mut self) -> u32 {
        let unconsumed = || self.unconsumed_requests();
        self.shared
            .final_check(REQ_EVENT, self.req_cons, unconsumed)
    }
}

// ==== example
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Example {
    pub id: u64,
}

#[repr(C)]
pub struct ExampleSring {
    pub indices: [u32; 4],
    pub pad: [u8; 48],
    pub ring: [Example; 1],
}

// SAFETY: the layout above states it.
unsafe impl Ring for ExampleSring {
    type Request = Example;
    type Response = Example;
    type Entry = Example;
    const ENTRIES_AT: usize = core::mem::offset_of!(ExampleSring, ring);
}

#[repr(C)]
pub struct XenstoreDomainInterface {
    pub req: [u8; 1024],
    pub rsp: [u8; 1024],
    pub req_cons: u32,
    pub req_prod: u32,
    pub rsp_cons: u32,
    pub rsp_prod: u32,
}

// ==== xenstore
impl XenstoreDomainInterface {
    /// Puts bytes into the ring of requests: how many went in, or None where xenstored's indices cannot be right.
    ///
    /// # Safety
    /// `page` is the page that xenstored and this guest share, and nothing else here writes to it.
    pub unsafe fn write(page: *mut Self, from: &[u8]) -> Option<usize> {
        use core::sync::atomic::{fence, Ordering};
        // SAFETY: the caller's promise; each word and byte is read or written once.
        unsafe {
            let ring = core::ptr::addr_of_mut!((*page).req).cast::<u8>();
            let cons = core::ptr::addr_of!((*page).req_cons).read_volatile();
            let prod = core::ptr::addr_of!((*page).req_prod).read_volatile();
            let room = 1024u32.checked_sub(prod.wrapping_sub(cons))? as usize;
            fence(Ordering::SeqCst); // what is overwritten has been read
            let count = from.len().min(room);
            for (i, byte) in from[..count].iter().enumerate() {
                let at = prod.wrapping_add(i as u32) as usize % 1024;
                ring.add(at).write_volatile(*byte);
            }
            fence(Ordering::Release); // the bytes are there before the index
            core::ptr::addr_of_mut!((*page).req_prod)
                .write_volatile(prod.wrapping_add(count as u32));
            Some(count)
        }
    }

    /// Takes bytes out of the ring of responses: how many, or None where xenstored's indices cannot be right.
    ///
    /// # Safety
    /// As `write`.
    pub unsafe fn read(page: *mut Self, to: &mut [u8]) -> Option<usize> {
        use core::sync::atomic::{fence, Ordering};
        // SAFETY: the caller's promise; each word and byte is read or written once.
        unsafe {
            let ring = core::ptr::addr_of!((*page).rsp).cast::<u8>();
            let cons = core::ptr::addr_of!((*page).rsp_cons).read_volatile();
            let prod = core::ptr::addr_of!((*page).rsp_prod).read_volatile();
            let held = prod.wrapping_sub(cons);
            if held > 1024 {
                return None;
            }
            fence(Ordering::Acquire); // the bytes are read after the index
            let count = to.len().min(held as usize);
            for (i, byte) in to[..count].iter_mut().enumerate() {
                let at = cons.wrapping_add(i as u32) as usize % 1024;
                *byte = ring.add(at).read_volatile();
            }
            fence(Ordering::SeqCst); // they are read before xenstored may overwrite them
            core::ptr::addr_of_mut!((*page).rsp_cons)
                .write_volatile(cons.wrapping_add(count as u32));
            Some(count)
        }
    }
}

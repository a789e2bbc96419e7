//! What ring-ops.c does, with the generated module.
mod xen;
use std::io::Read;
use xen::*;

#[repr(C, align(4096))]
struct Page([u8; 4096]);

fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(2166136261, |value: u32, byte| {
        (value ^ u32::from(*byte)).wrapping_mul(16777619)
    })
}

fn bytes_of<T: Copy>(value: &T) -> &[u8] {
    // SAFETY: the test's values are filled byte by byte.
    unsafe {
        std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), std::mem::size_of::<T>())
    }
}

fn filled<T: Copy>(from: u32) -> T {
    let mut value = std::mem::MaybeUninit::<T>::uninit();
    for i in 0..std::mem::size_of::<T>() {
        // SAFETY: inside the value.
        unsafe {
            value
                .as_mut_ptr()
                .cast::<u8>()
                .add(i)
                .write(from.wrapping_add(i as u32 * 7) as u8)
        };
    }
    // SAFETY: integers, all bytes written.
    unsafe { value.assume_init() }
}

fn main() {
    let mut page = Box::new(Page([0xa5; 4096]));
    let memory: *mut Page = &mut *page;
    let shared = memory.cast::<SHARED>();
    // SAFETY: the page lives until the end.
    let (mut front, mut back) = unsafe {
        (
            FrontRing::init(shared, 4096),
            BackRing::attach(shared, 0, 4096),
        )
    };
    println!("size {} {}", front.size(), back.size());
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<u32> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
    for step in numbers.chunks(2) {
        let (op, value) = (step[0], step[1]);
        let mut gave = 0u32;
        match op {
            0 => {
                gave = front.free_requests();
                if gave > 0 {
                    let at = front.request(front.req_prod_pvt);
                    // SAFETY: an entry of the page. Byte by byte, so that padding goes along.
                    unsafe { copy_bytes(&filled(value), at) };
                    front.req_prod_pvt += 1;
                }
            }
            1 => gave = u32::from(front.push_requests()),
            2 => {
                gave = back.unconsumed_requests();
                if gave > 0 && !back.request_cons_overflow(back.req_cons) {
                    let request = back.request(back.req_cons);
                    back.req_cons += 1;
                    gave = gave.wrapping_add(sum(bytes_of(&request)));
                }
            }
            3 => {
                if back.rsp_prod_pvt != back.req_cons {
                    let at = back.response(back.rsp_prod_pvt);
                    // SAFETY: as above.
                    unsafe { copy_bytes(&filled(value), at) };
                    back.rsp_prod_pvt += 1;
                }
            }
            4 => gave = u32::from(back.push_responses()),
            5 => {
                gave = front.unconsumed_responses();
                if gave > 0 {
                    let response = front.response(front.rsp_cons);
                    front.rsp_cons += 1;
                    gave = gave.wrapping_add(sum(bytes_of(&response)));
                }
            }
            6 => {
                print!("{} ", front.final_check_for_responses());
                gave = back.final_check_for_requests();
            }
            _ => {
                // SAFETY: the shared indices are the first words of the page.
                let word = |i: usize| unsafe { &mut *memory.cast::<u32>().add(i) };
                let before = (*word(0), *word(2));
                *word(0) = before.0.wrapping_add(value);
                *word(2) = before.1.wrapping_add(value);
                print!(
                    "{} {} ",
                    u32::from(back.request_prod_overflow(*word(0))),
                    u32::from(front.response_prod_overflow(*word(2)))
                );
                gave = back.unconsumed_requests();
                (*word(0), *word(2)) = before;
            }
        }
        // SAFETY: the page lives.
        let all = unsafe { sum(&(*memory).0) };
        println!(
            "{op}: {gave}, {} {} {} {}, {all}",
            front.req_prod_pvt, front.rsp_cons, back.rsp_prod_pvt, back.req_cons
        );
    }
}

unsafe fn copy_bytes<T: Copy>(from: &T, to: *mut T) {
    // SAFETY: the caller's.
    unsafe {
        std::ptr::copy_nonoverlapping(
            bytes_of(from).as_ptr(),
            to.cast::<u8>(),
            std::mem::size_of::<T>(),
        )
    }
}

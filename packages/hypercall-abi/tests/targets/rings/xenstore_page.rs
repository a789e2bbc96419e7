//! What xenstore-page.c does, with the generated module.
mod xen;
use std::io::Read;
use xen::XenstoreDomainInterface as Page;

fn main() {
    let mut page = Box::new(Page::zeroed());
    let at: *mut Page = &mut *page;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<usize> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let mut next = 0usize;
    for step in numbers.chunks(2) {
        let count = step[1];
        // SAFETY: the page lives until the end.
        unsafe {
            match step[0] {
                0 => {
                    let bytes: Vec<u8> = (0..count).map(|i| (next + i) as u8).collect();
                    let put = Page::write(at, &bytes).unwrap();
                    next += put;
                    println!("put {put}");
                }
                1 => xenstored(&mut *at, count),
                2 => {
                    let mut bytes = vec![0; count];
                    let taken = Page::read(at, &mut bytes).unwrap();
                    let shown: Vec<String> = bytes[..taken].iter().map(|b| format!(" {b}")).collect();
                    println!("took {taken}:{}", shown.concat());
                }
                _ => {
                    (*at).req_prod += 2000;
                    (*at).rsp_prod += 2000;
                    let (put, took) = (Page::write(at, &[0]), Page::read(at, &mut [0]));
                    let shown = |n: Option<usize>| n.map_or(-1, |n| n as i64);
                    println!("wrong {} {}", shown(put), shown(took));
                    (*at).req_prod -= 2000;
                    (*at).rsp_prod -= 2000;
                }
            }
        }
    }
}

fn xenstored(page: &mut Page, count: usize) {
    for _ in 0..count {
        if page.req_cons == page.req_prod || page.rsp_prod - page.rsp_cons >= 1024 {
            return;
        }
        page.rsp[page.rsp_prod as usize % 1024] = page.req[page.req_cons as usize % 1024];
        page.rsp_prod += 1;
        page.req_cons += 1;
    }
}

/** How the Rust shim puts a line of the log together. */
export const rustShimLine = `struct ShimLine<'a, S: ShimSink> {
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
        self.sink.write(b"}\\n");
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
        self.text("\\"");
        self.text(name);
        self.text("\\":");
    }

    fn formatted(&mut self, arguments: core::fmt::Arguments) {
        // The sink takes everything: there is no error to pass on.
        let _ = core::fmt::Write::write_fmt(self, arguments);
    }

    fn hexadecimal(&mut self, value: u64) {
        self.formatted(format_args!("\\"{value:#x}\\""));
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
        self.formatted(format_args!("\\"{event}\\""));
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
}`;

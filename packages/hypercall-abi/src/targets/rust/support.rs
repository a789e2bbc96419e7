//! What a generated module needs besides its types: "macros" always, "handle" where a struct has a guest handle.
#![allow(dead_code)]

// ==== macros
/// States size and alignment of a type, and offset and size of each member.
macro_rules! layout {
    ($type:ident: $size:literal, $align:literal; $($member:ident: $offset:literal, $width:literal;)*) => {
        const _: () = {
            assert!(core::mem::size_of::<$type>() == $size, concat!("size of ", stringify!($type)));
            assert!(core::mem::align_of::<$type>() == $align, concat!("alignment of ", stringify!($type)));
            let place = core::mem::MaybeUninit::<$type>::uninit();
            let _ = &place;
            $(
                assert!(
                    core::mem::offset_of!($type, $member) == $offset,
                    concat!("offset of ", stringify!($type), ".", stringify!($member))
                );
                assert!(
                    size_behind(unsafe { core::ptr::addr_of!((*place.as_ptr()).$member) }) == $width,
                    concat!("size of ", stringify!($type), ".", stringify!($member))
                );
            )*
        };

        impl $type {
            /// All bytes 0, padding included.
            pub const fn zeroed() -> Self {
                // SAFETY: integers, and arrays, structs and unions of them: every pattern of bits is a value.
                unsafe { core::mem::zeroed() }
            }
        }

        impl Default for $type {
            /// As `zeroed`.
            fn default() -> Self {
                Self::zeroed()
            }
        }
    };
}

/// States values.
macro_rules! values {
    ($($name:ident == $value:expr;)*) => {
        const _: () = {
            $(assert!($name == $value, stringify!($name));)*
        };
    };
}

const fn size_behind<T>(_: *const T) -> usize {
    core::mem::size_of::<T>()
}

const fn join_bytes<const N: usize>(bytes: &[u8; N]) -> u64 {
    let mut value = 0;
    let mut i = 0;
    while i < N {
        value |= (bytes[i] as u64) << (8 * i);
        i += 1;
    }
    value
}

fn split_bytes<const N: usize>(value: u64) -> [u8; N] {
    core::array::from_fn(|i| (value >> (8 * i)) as u8)
}

// ==== handle
/// A guest handle: the address of `T` in the guest's memory, 8 bytes whatever the guest's width.
#[repr(C, align(8))]
pub struct Handle64<T> {
    address: u64,
    target: core::marker::PhantomData<*mut T>,
}

impl<T> Handle64<T> {
    pub const fn null() -> Self {
        Self::from_address(0)
    }

    pub const fn from_address(address: u64) -> Self {
        Self {
            address,
            target: core::marker::PhantomData,
        }
    }

    /// For memory that Xen reads and writes; it has to live until the hypercall is done.
    pub fn from_ptr(pointer: *mut T) -> Self {
        Self::from_address(pointer as usize as u64)
    }

    pub const fn address(&self) -> u64 {
        self.address
    }
}

impl<T> Clone for Handle64<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle64<T> {}

impl<T> PartialEq for Handle64<T> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl<T> Eq for Handle64<T> {}

impl<T> core::fmt::Debug for Handle64<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Handle64({:#x})", self.address)
    }
}

// ==== example
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Example {
    pub list: Handle64<u64>,
    pub count: u32,
    pub bits0: [u8; 3],
}

layout! {
    Example: 16, 8;
    list: 0, 8;
    count: 8, 4;
    bits0: 12, 3;
}

impl Example {
    pub const fn order(&self) -> u32 {
        ((join_bytes(&self.bits0)) & 0xfff) as u32
    }

    pub fn set_order(&mut self, value: u32) {
        self.bits0 = split_bytes(value as u64 & 0xfff);
    }
}

pub const COUNT_MAX: u32 = 7;

values! {
    COUNT_MAX == 7;
}

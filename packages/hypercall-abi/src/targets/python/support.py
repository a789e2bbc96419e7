"""What a generated module needs besides its types.

"imports" comes first and "checks" last; between them stand the types, and the tables that "example" stands for.
"""

# ==== imports
from __future__ import annotations

import sys
from ctypes import LittleEndianStructure as Structure
from ctypes import Union, alignment, c_char, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, sizeof
from enum import IntEnum

if sys.byteorder != "little":
    raise ImportError("Xen's structures are little endian; this machine is not")


class LayoutError(ImportError):
    """A size, offset or value is not Xen's."""


def bit_field(storage: str, shift: int, width: int) -> property:
    """A property for bits of a member: an integer, or single bytes."""
    mask = (1 << width) - 1

    def get(self: object) -> int:
        held = getattr(self, storage)
        whole = held if isinstance(held, int) else int.from_bytes(bytes(held), "little")
        return whole >> shift & mask

    def put(self: object, value: int) -> None:
        if not 0 <= value <= mask:
            raise ValueError(f"{value}: the member holds 0 to {mask}")
        held = getattr(self, storage)
        if isinstance(held, int):
            setattr(self, storage, held & ~(mask << shift) | value << shift)
            return
        whole = int.from_bytes(bytes(held), "little") & ~(mask << shift) | value << shift
        held[:] = whole.to_bytes(len(held), "little")

    return property(get, put)


# ==== example
class Example(Structure):
    """Two counts, and bits of 12 and 4."""

    _fields_ = [
        ("count", c_uint32),
        ("more", c_uint16),
        ("bits0", c_uint16),
    ]

    order = bit_field("bits0", 0, 12)
    flags = bit_field("bits0", 12, 4)


COUNT_MAX = 7

_VALUES: tuple[tuple[str, int], ...] = (("COUNT_MAX", 7),)

_LAYOUTS: tuple[tuple[type[Structure] | type[Union], int, int, tuple[tuple[str, int, int, bool], ...]], ...] = (
    (Example, 8, 4, (
        ("count", 0, 4, False),
        ("more", 4, 2, False),
        ("order", 48, 12, True),
        ("flags", 60, 4, True),
    )),
)


# ==== checks
def _check() -> None:
    wrong: list[str] = []

    def same(what: str, ours: int, stated: int) -> None:
        if ours != stated:
            wrong.append(f"{what}: {ours}, not {stated}")

    for name, value in _VALUES:
        same(name, globals()[name], value)
    for type_, size, align, members in _LAYOUTS:
        same(f"size of {type_.__name__}", sizeof(type_), size)
        same(f"alignment of {type_.__name__}", alignment(type_), align)
        for name, start, width, bits in members:
            what = f"{type_.__name__}.{name}"
            if bits:
                value = type_()
                setattr(value, name, (1 << width) - 1)
                same(what, int.from_bytes(bytes(value), "little"), ((1 << width) - 1) << start)
            else:
                field = getattr(type_, name)
                same(f"offset of {what}", field.offset, start)
                same(f"size of {what}", field.size, width)
    if wrong:
        raise LayoutError("; ".join(wrong[:10]))


_check()

# SPDX-License-Identifier: MIT
"""Writes TensorFlow checkpoints (TensorBundle, version 2) from NumPy arrays, by the formats' descriptions: LevelDB's table_format.md
and TensorFlow's tensor_bundle.proto. Without TensorFlow."""
import struct

import numpy as np

DATA_TYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "float16": 19}
CRC_TABLE = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ 0x82F63B78 if i & 1 else i >> 1
    CRC_TABLE.append(i)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def entry(array, offset, checksum=True):
    shape = b"".join(field(2, field(1, extent)) for extent in array.shape)
    data = array.tobytes()
    message = field(1, DATA_TYPES[str(array.dtype)]) + field(2, shape) + field(4, offset) + field(5, len(data))
    return message + (varint(6 << 3 | 5) + struct.pack("<I", masked_crc(data)) if checksum else b"")


def snappy(data):
    """Literals only, and one copy where the data begins with a repeated byte pair."""
    out = varint(len(data))
    for start in range(0, len(data), 60):
        part = data[start : start + 60]
        out += bytes([(len(part) - 1) << 2]) + part
    return out


class Table:
    def __init__(self, compress):
        self.compress, self.file = compress, b""

    def block(self, entries, interval=4):
        out, restarts, last = b"", [], b""
        for number, (key, value) in enumerate(entries):
            shared = 0
            if number % interval == 0:
                restarts.append(len(out))
            else:
                while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                    shared += 1
            out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
            last = key
        out += b"".join(struct.pack("<I", r) for r in restarts or [0]) + struct.pack("<I", len(restarts or [0]))
        kind = b"\0"
        if self.compress:
            out, kind = snappy(out), b"\1"
        handle = varint(len(self.file)) + varint(len(out))
        self.file += out + kind + struct.pack("<I", masked_crc(out + kind))
        return handle

    def finish(self, entries, per_block):
        index = []
        for start in range(0, len(entries), per_block):
            part = entries[start : start + per_block]
            index.append((part[-1][0], self.block(part)))
        meta = self.block([])
        footer = meta + self.block(index, 1)
        return self.file + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def save(prefix, arrays, compress=False, per_block=5, checksum=True):
    data, entries = bytearray(), [(b"", field(1, 1) + field(3, field(1, 1)))]
    for name in sorted(arrays):
        array = np.array(arrays[name], order="C")
        entries.append((name.encode(), entry(array, len(data), checksum)))
        data += array.tobytes()
    with open(f"{prefix}.data-00000-of-00001", "wb") as out:
        out.write(data)
    with open(f"{prefix}.index", "wb") as out:
        out.write(Table(compress).finish(entries, per_block))


def save_index(prefix, tensors):
    """An index alone, of float32 tensors whose extents and bytes are told: {name: (extents, bytes)}."""
    entries = [(b"", field(1, 1) + field(3, field(1, 1)))]
    for name, (extents, size) in sorted(tensors.items()):
        shape = b"".join(field(2, field(1, extent)) for extent in extents)
        entries.append((name.encode(), field(1, DATA_TYPES["float32"]) + field(2, shape) + field(5, size)))
    with open(f"{prefix}.index", "wb") as out:
        out.write(Table(False).finish(entries, 5))

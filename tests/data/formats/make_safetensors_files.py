# SPDX-License-Identifier: MIT
"""Writes the .safetensors files of this folder by hand, as the format is described: python3 make_safetensors_files.py"""
import json
import pathlib
import struct

here = pathlib.Path(__file__).parent


def write(name, header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    (here / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def tensor(kind, shape, begin, end):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


floats = struct.pack("<6f", 0, 0.5, 1, -1.5, 2, 1e-3)
halves = struct.pack("<4e", 1, -2, 0.5, 65504)
longs = struct.pack("<2q", -1, 1 << 40)
write("good.safetensors",
      {"__metadata__": {"format": "pt", "名": "值"}, "a.weight": tensor("F32", [2, 3], 0, 24), "b": tensor("F16", [4], 24, 32),
       "c": tensor("I64", [2], 32, 48), "scalar": tensor("U8", [], 48, 49), "none": tensor("F32", [0, 3], 49, 49)},
      floats + halves + longs + b"\x07")

two = floats + floats
bad = {
    "overlap": {"a": tensor("F32", [2, 3], 0, 24), "b": tensor("F32", [2, 3], 20, 44), "c": tensor("F32", [1], 44, 48)},
    "gap": {"a": tensor("F32", [5], 0, 20), "b": tensor("F32", [6], 24, 48)},
    "out_of_range": {"a": tensor("F32", [2, 3], 0, 24), "b": tensor("F32", [2, 4], 24, 56)},
    "negative": {"a": tensor("F32", [2, 3], -24, 0), "b": tensor("F32", [12], 0, 48)},
    "reversed": {"a": tensor("F32", [2, 3], 24, 0), "b": tensor("F32", [12], 0, 48)},
    "trailing": {"a": tensor("F32", [2, 3], 0, 24)},
    "wrong_shape": {"a": tensor("F32", [2, 7], 0, 48)},
    "overflow": {"a": tensor("F32", [1 << 62, 4, 3], 0, 48)},
    "negative_shape": {"a": tensor("F32", [-2, -6], 0, 48)},
    "unknown_type": {"a": tensor("BF16", [24], 0, 48)},
    "type_is_number": {"a": {"dtype": 1, "shape": [12], "data_offsets": [0, 48]}},
    "no_shape": {"a": {"dtype": "F32", "data_offsets": [0, 48]}},
    "entry_is_list": {"a": [0, 48]},
    "metadata_is_number": {"__metadata__": {"x": 1}, "a": tensor("F32", [12], 0, 48)},
    "list": [1, 2],
    "no_json": b"{\"a\":",
}
for name, header in bad.items():
    write(f"bad_{name}.safetensors", header, two)
(here / "bad_long_header.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + b"{}" + two)
(here / "bad_short.safetensors").write_bytes(b"\1\0\0")

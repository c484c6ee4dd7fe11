# SPDX-License-Identifier: MIT
"""Writes the .npy and .npz files of this folder with NumPy, the format's own program: python3 make_numpy_files.py"""
import io
import pathlib
import zipfile

import numpy as np

here = pathlib.Path(__file__).parent
ramp = np.arange(24).reshape(2, 3, 4)
arrays = {
    "f2": (ramp / 8 - 1).astype("<f2"),
    "f4": (ramp / 8 - 1).astype("<f4"),
    "f8": ramp / 8 - 1,
    "i1": (ramp - 12).astype("i1"),
    "u1": ramp.astype("u1"),
    "i2": (ramp - 12).astype("<i2"),
    "u2": ramp.astype("<u2"),
    "i4": (ramp - 12).astype("<i4"),
    "u4": ramp.astype("<u4"),
    "i8": (ramp - 12).astype("<i8"),
    "u8": ramp.astype("<u8"),
    "bool": ramp % 3 == 0,
    "fortran2": np.asfortranarray(ramp.reshape(6, 4).astype("<f4")),
    "fortran3": np.asfortranarray(ramp.astype("<i4")),
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 3), "<f4"),
    "text": np.array("Grüße 人体 🙂"),
    "texts": np.array(["left", "右", ""]),
    "bytes": np.array([b"ab", b"c"]),
}
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)


def save(name, array, version):
    with open(here / name, "wb") as out:
        np.lib.format.write_array(out, array, version=version, allow_pickle=True)


for version in (1, 2, 3):
    save(f"version{version}.npy", arrays["f4"], (version, 0))
save("big_endian.npy", ramp.astype(">f4"), (1, 0))
save("objects.npy", np.array([{"a": 1}], dtype=object), (1, 0))
save("records.npy", np.zeros(2, [("x", "<f4"), ("y", "<i4")]), (1, 0))
save("complex.npy", np.zeros(2, "<c8"), (1, 0))


def zip_of(name, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(here / name, "w", method) as archive:
        for entry, data in entries:
            archive.writestr(zipfile.ZipInfo(entry), data, method)


def npy_bytes(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def header(shape):
    text = ("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % shape).ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode()


# A header that promises far more than the entry holds, once by a plain and once by an overflowing product.
zip_of("promises_too_much.npz", [("a.npy", header("(1000000000, 3)") + bytes(12))])
zip_of("overflows.npz", [("a.npy", header("(4611686018427387904, 4)") + bytes(12))])
zip_of("twice.npz", [("a.npy", npy_bytes(np.zeros(3))), ("a.npy", npy_bytes(np.ones(3)))])
zip_of("objects.npz", [("a.npy", (here / "objects.npy").read_bytes()), ("b.npy", npy_bytes(np.ones(3)))])

# 24 MB of zeros in 24 KB.
zip_of("expands.npz", [("a.npy", npy_bytes(np.zeros(3 << 20)))])

# An archive whose directory claims 3 GiB for an entry of a few bytes.
zip_of("bomb.npz", [("a.npy", npy_bytes(np.zeros(3)))])
data = bytearray((here / "bomb.npz").read_bytes())
claimed = (3 << 30).to_bytes(4, "little")
data[22:26] = claimed
directory = data.rindex(b"PK\1\2")
data[directory + 24:directory + 28] = claimed
(here / "bomb.npz").write_bytes(data)

# SPDX-License-Identifier: MIT
"""Pickles as Python 2 wrote them: str is bytes, and module names are the old ones."""
import io
import pickle
import struct


class Python2Pickler(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_str(self, text):
        self.save_old_string(text, text.encode("latin1"))

    def save_bytes(self, data):
        self.save_old_string(data, data)

    def save_old_string(self, obj, data):
        if self.proto == 0:
            self.write(b"S" + repr(data)[1:].encode("latin1") + b"\n")
        elif len(data) < 256:
            self.write(b"U" + struct.pack("<B", len(data)) + data)
        else:
            self.write(b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(obj)

    dispatch[str] = save_str
    dispatch[bytes] = save_bytes


def dumps(obj, protocol):
    out = io.BytesIO()
    Python2Pickler(out, protocol, fix_imports=True).dump(obj)
    return out.getvalue()

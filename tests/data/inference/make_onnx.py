# SPDX-License-Identifier: MIT
"""Writes networks that see the same five boxes in every picture, as the families of YOLO lay them out: python3 make_onnx.py.
No ONNX package is needed: the few fields of its protobuf are written by hand. The picture is averaged and multiplied by nothing."""
import pathlib
import struct

here = pathlib.Path(__file__).parent
NUM_ROWS = 100  # more than numbers in a row, as in every real file
FLOAT, INT64 = 1, 7  # TensorProto's types

# centre, size (pixels of a 640-pixel input), objectness, score of class 0 (a person), score of class 2 (a car)
BOXES = [
    ((320, 240, 100, 200), 0.9, 0.9, 0.0),
    ((325, 242, 100, 200), 0.8, 0.8, 0.0),  # the same person, less sure
    ((100, 100, 50, 80), 0.9, 0.1, 0.9),    # a car
    ((500, 300, 60, 120), 0.3, 0.5, 0.0),   # hardly anything
    ((520, 400, 80, 160), 0.7, 0.6, 0.0),
]


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name, kind, shape, values):
    packed = struct.pack("<%d%s" % (len(values), "f" if kind == FLOAT else "q"), *values)
    return b"".join(number(1, side) for side in shape) + number(2, kind) + block(8, name) + block(9, packed)


def attribute(name, value):
    if isinstance(value, int):
        return block(5, block(1, name) + number(3, value) + number(20, 2))
    return block(5, block(1, name) + block(5, value) + number(20, 4))


def node(kind, inputs, output, attributes=b""):
    names = b"".join(block(1, name) for name in inputs) + block(2, output) + block(3, output) + block(4, kind)
    return block(1, names + attributes)


def value(name, shape):
    sides = b"".join(block(1, number(1, side)) for side in shape)
    return block(1, name) + block(2, block(1, number(1, FLOAT) + block(2, sides)))


def write(file, shape, values):
    nodes = [
        node("GlobalAveragePool", ["images"], "average"),
        node("Flatten", ["average"], "colour", attribute("axis", 1)),
        node("ConstantOfShape", ["matrix_shape"], "nothing", attribute("value", tensor("", FLOAT, [1], [0.0]))),
        node("Gemm", ["colour", "nothing", "answer"], "numbers", attribute("transB", 1)),
        node("Reshape", ["numbers", "shape"], "output0"),
    ]
    initializers = [
        tensor("matrix_shape", INT64, [2], [len(values), 3]),
        tensor("answer", FLOAT, [len(values)], values),
        tensor("shape", INT64, [len(shape)], shape),
    ]
    graph = b"".join(nodes) + block(2, "five boxes") + b"".join(block(5, each) for each in initializers)
    graph += block(11, value("images", [1, 3, 640, 640])) + block(12, value("output0", shape))
    model = number(1, 7) + block(7, graph) + block(8, block(1, "") + number(2, 11))
    (here / file).write_bytes(model)


def rows(num_classes, has_objectness):
    table = []
    for box, objectness, person, car in BOXES:
        scores = ([person, 0.0, car] + [0.0] * num_classes)[:num_classes]
        table.append(list(box) + ([objectness] + scores if has_objectness else [objectness * score for score in scores]))
    return table + [[0.0] * len(table[0])] * (NUM_ROWS - len(table))


def flat(table):
    return [number for row in table for number in row]


def turned(table):
    return flat(zip(*table))


write("yolov5.onnx", [1, NUM_ROWS, 85], flat(rows(80, True)))
write("yolov5_two_classes.onnx", [1, NUM_ROWS, 7], flat(rows(2, True)))
write("yolov8.onnx", [1, 84, NUM_ROWS], turned(rows(80, False)))
write("yolov8_one_class.onnx", [1, 5, NUM_ROWS], turned(rows(1, False)))
write("suppressed.onnx", [1, NUM_ROWS, 6], flat(rows(1, True)))

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of element types that do not run are listed and named, and refused where they would run. The numbers of the
types are those of TensorProto.DataType in onnx.proto."""
import json
import os
import resource
import shutil
import tempfile

from fixtures import check, end, run, write

RUN = {1: "float", 2: "uint8", 6: "int32", 7: "int64", 9: "bool"}
FOREIGN = {3: "int8", 4: "uint16", 5: "int16", 8: "string", 10: "float16", 11: "double", 12: "uint32", 13: "uint64",
           14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2",
           20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1"}
os.chdir(tempfile.mkdtemp(prefix="unmask-types-"))


def varint(v):
    out = b""
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def field(number, value):
    """Of a message of Protocol Buffers: a number, a text or another message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, kind, dims=(3,), data=b"\0" * 12, external=False):
    where = field(13, field(1, "location") + field(2, "/etc/passwd")) + field(14, 1) if external else b""
    return b"".join(field(1, d) for d in dims) + field(2, kind) + field(8, name) + field(9, data) + where


def value(name, kind):
    shape = field(1, field(1, 3))
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def node(op, inputs, outputs, attributes=b""):
    return field(1, b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs) + field(4, op) +
                 attributes)


def model(graph):
    return field(1, 8) + field(7, graph + field(2, "g")) + field(8, field(2, 13))


def add(kind_of_input, kind_of_weight, **weight):
    return model(node("Add", ["x", "w"], ["y"]) + field(5, tensor("w", kind_of_weight, **weight)) +
                 field(11, value("x", kind_of_input)) + field(12, value("y", kind_of_input)))


def constant(kind):
    attribute = field(5, field(1, "value") + field(5, tensor("c", kind)) + field(20, 4))
    return model(node("Constant", [], ["c"], attribute) + node("Identity", ["c"], ["y"]) + field(12, value("y", kind)))


def listed(data, name, operators, what):
    write("n.onnx", data)
    got, out, error = run("model", "n.onnx")
    check(got == 3 and name in error.decode() and error.count(b"\n") == 1, f"{what}: {got} {error}")
    check(all(f"operator {o}" in out.decode() for o in operators), f"{what}: {out}")
    got, out, error = run("model", "--json", "n.onnx")
    told = json.loads(out)
    check(not told["runs"] and name in told["lacks"], f"{what}: {told}")
    check([o["name"] for o in told["operators"]] == sorted(operators), f"{what}: {told}")
    for line in (["--onnx", "other.onnx"], ["--repeat", "1"]):
        got, out, error = run("model", "n.onnx", *line)
        check(got == 3 and name in error.decode(), f"{what}: {line} {got} {error}")
    check(not os.path.exists("other.onnx"), f"{what}: written without its weights")
    return told


for kind, word in FOREIGN.items():
    told_of = listed(add(kind, kind), word, ["Add"], word)
    check(told_of["inputs"][0]["type"] == word and told_of["parameters"] == 3, f"{word}: {told_of}")
for kind in (10, 16, 3):
    listed(add(1, kind), FOREIGN[kind], ["Add"], "a weight")
    listed(add(kind, 1), FOREIGN[kind], ["Add"], "an input")
    listed(constant(kind), FOREIGN[kind], ["Constant", "Identity"], "an attribute")
listed(add(99, 99), "99", ["Add"], "a number without a name")
for kind, word in RUN.items():
    size = {1: 4, 2: 1, 6: 4, 7: 8, 9: 1}[kind]
    write("n.onnx", add(kind, kind, data=b"\0" * 3 * size))
    got_status, told_text, _ = run("model", "--json", "n.onnx")
    check(got_status == 0 and json.loads(told_text)["inputs"][0]["type"] == word, f"{word}: {told_text}")
    check(json.loads(told_text)["lacks"] is None, f"{word} lacks nothing")
# hostile: nothing is allocated for, nor read from elsewhere by, what is not run
for dims in ((1 << 20, 1 << 20), (1 << 31,), (3,) * 9, ((1 << 64) - 1,)):
    write("n.onnx", add(10, 10, dims=dims))
    check(run("model", "n.onnx")[0] == 3, f"dims {dims}")
write("n.onnx", add(10, 10, external=True))
check(b"other files" in run("model", "n.onnx")[2], "external data")
check(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 300000, "memory")
# as a network of a role it is refused, not used
os.mkdir("models")
write("models/n.onnx", add(10, 10))
check(run("models", "add", "models")[0] != 0, "models add")
shutil.rmtree(os.getcwd())
end()

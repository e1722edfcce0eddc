#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks from a text, written as ONNX, against OpenCV's dnn. arch_cv2.py SOURCE_DIR; UNMASK_BIN names the program.
Tolerance: 1e-4 of the largest answer (both sum in single precision, in another order). Exit 77 without OpenCV."""
import os
import re
import subprocess
import sys
import tempfile

try:
    import cv2
    import numpy as np
except ImportError:
    print("skipped: no python3-opencv")
    sys.exit(77)

TOLERANCE = 1e-4

# Every block and activation but relu6: OpenCV 4.6 reads Clip only as before opset 11.
EVERY_BLOCK = """unmask-network 1 every
x = input 3 48 40
a = conv x 8 k=5 s=2 act=silu
b = conv a 12 g=4 d=2 act=leaky norm=none
c = dws b 16 act=prelu mid=sigmoid
d = residual c 16
e = residual d 24 s=2 act=tanh
f = bottleneck e 32 g=2
g = ir f 32 expand=2 act=relu k=5
h = up g by=2
i = up g mode=linear
j = concat h i d
k = conv j 20 k=1 act=none
l = maxpool k k=3 s=2 pad=1
m = avgpool k
n = add l m act=relu
o = head n 6 k=3 prior=0.5 std=0.2
p = softmax o
q = cells p
r = cells o
s = concat q r
t = act n kind=prelu
u = flatten t
v = linear u 16 act=relu
w = gap n
y = concat v w
z = linear y 9 std=0.3
end = softmax z
where = centroid o
gated = excite n
over = stats gated
output s end where i over
"""


def varint(v):
    out = b""
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def write_tensor(path, x):
    dims = b"".join(b"\x08" + varint(d) for d in x.shape)
    with open(path, "wb") as f:
        f.write(dims + b"\x10\x01" + b"\x4a" + varint(4 * x.size) + x.astype("<f4").tobytes())


def read_tensor(path):
    """The float array of a TensorProto file."""
    data, at, dims, raw = open(path, "rb").read(), 0, [], b""

    def number():
        nonlocal at
        v = shift = 0
        while True:
            byte = data[at]
            at += 1
            v |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return v

    while at < len(data):
        tag = number()
        if tag & 7 == 0:
            v = number()
            if tag >> 3 == 1:
                dims.append(v)
        else:
            n = number()
            if tag >> 3 == 1:
                end = at + n
                while at < end:
                    dims.append(number())
            else:
                raw = data[at:at + n] if tag >> 3 == 9 else raw
                at += n
    return np.frombuffer(raw, "<f4").reshape(dims)


def compare(unmask, folder, name, text, shape):
    at = lambda file: os.path.join(folder, file)
    with open(at("net.net"), "w") as f:
        f.write(text)
    x = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    write_tensor(at("in.pb"), x)
    # the text itself, then the ONNX file made of it
    answers = []
    for net in "net.net", "net.onnx":
        subprocess.run([unmask, "model", at(net), "--run", at("in.pb"), "--out", folder]
                       + (["--onnx", at("net.onnx")] if net == "net.net" else []), check=True)
        outputs = re.search(r"^output (.*)", text, re.M).group(1).split()
        answers.append([read_tensor(at("output_%d.pb" % i)) for i in range(len(outputs))])
    ok = all(np.array_equal(a, b) for a, b in zip(*answers))
    if not ok:
        print("%s: the ONNX file answers otherwise than the text" % name)
    net = cv2.dnn.readNetFromONNX(at("net.onnx"))
    net.setInput(x)
    worst = 0
    for output, ours in zip(outputs, answers[0]):
        theirs = net.forward(output)
        if theirs.size != ours.size:
            print("%s: %s has shape %s, OpenCV says %s" % (name, output, ours.shape, theirs.shape))
            ok = False
            continue
        error = np.abs(theirs.reshape(ours.shape) - ours).max() / max(np.abs(theirs).max(), 1e-30)
        worst = max(worst, error)
        if not error <= TOLERANCE:
            print("%s: %s differs by %.3g of its largest value" % (name, output, error))
            ok = False
    print("%-12s %d outputs, worst %.1e" % (name, len(outputs), worst))
    return ok


def main():
    unmask, source = os.environ["UNMASK_BIN"], sys.argv[1]
    nets = [("every block", EVERY_BLOCK, (1, 3, 48, 40))]
    for name, side in ("resnet18", 128), ("mobilenetv2", 128), ("landmarks", 112), ("detector", 160):
        text = open(os.path.join(source, "models/arch", name + ".net")).read()
        if name == "mobilenetv2":
            text = re.sub(r"( ir .*)", r"\1 act=relu", text.replace("relu6", "relu"))
        nets.append((name, text, (1, 3, side, side)))
    with tempfile.TemporaryDirectory() as folder:
        return 0 if all([compare(unmask, folder, *net) for net in nets]) else 1


sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""operators_torch.py DRIVER: gradients of the network engine against PyTorch in double precision and against central
differences of the engine's own forward pass. Networks travel as ONNX, exported by PyTorch; every input of an operator
is a parameter behind it (1 x n matrix, then Reshape), so whole gradients are compared, in both layouts where maps
are involved. Prints the table of docs/engine.md; exit 77 without PyTorch."""
import io
import struct
import subprocess
import sys
import warnings

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError:
    sys.exit(77)

# Of the largest gradient of a parameter. PyTorch: float against double, and sums that nearly cancel. Differences: the
# rounding of float forward passes over the step of 1e-3, and the curvature within it; the network's loss of 2.3 has
# slopes of .01 only, and one normalization after the other multiplies what was rounded.
PEER, DIFFERENCES, DIFFERENCES_NETWORK = 1e-4, 1e-2, 5e-2
MAP = (2, 5, 7, 6)
warnings.filterwarnings("ignore")
torch.manual_seed(1)
driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def read(form):
    size = struct.calcsize(form)
    data = driver.stdout.read(size)
    if len(data) != size:
        raise RuntimeError("the driver gave up")
    return struct.unpack(form, data)


def read_floats():
    n, = read("<i")
    return np.frombuffer(driver.stdout.read(4 * n), "<f4").astype(float)


def ask(model, inputs, target, labels):
    file = io.BytesIO()
    model.eval()  # a normalization in training has more results in ONNX; the plan trains all the same
    torch.onnx.export(model, inputs, file, training=torch.onnx.TrainingMode.PRESERVE, opset_version=17,
                      do_constant_folding=True)
    model.train()
    data = file.getvalue()
    driver.stdin.write(struct.pack("<4i", len(data), len(inputs), len(target) if labels else 0, target.numel()) + data)
    for x in inputs:
        driver.stdin.write(struct.pack(f"<i{x.dim()}i", x.dim(), *x.shape) + x.numpy().astype("<f4").tobytes())
    driver.stdin.write(target.numpy().astype("<f4").tobytes())
    driver.stdin.flush()
    value, = read("<d")
    y = read_floats()
    grads = {}
    for _ in range(read("<i")[0]):
        name = driver.stdout.read(read("<i")[0]).decode()
        grads[name] = read_floats(), read("<i")[0], read_floats(), read_floats()
    return value, y, grads


def compare(model, inputs, target=None):
    """Errors of the gradients against PyTorch and against differences, relative to the largest of their parameter."""
    twin = type(model)(*model.made_of)
    twin.load_state_dict(model.state_dict())
    twin.double().train()
    out = twin(*[x.double() for x in inputs])
    labels = target is not None
    if not labels:
        target = torch.rand(out.shape) * 2 - 1
    loss = F.cross_entropy(out, target) if labels else (out * target.float().double()).sum()
    loss.backward()
    value, y, grads = ask(model, inputs, target, labels)
    out, wanted = out.detach().numpy().ravel(), dict(twin.named_parameters())
    assert abs(value - loss.item()) < 1e-4 * (1 + abs(loss.item())), (value, loss.item())
    assert np.abs(y - out).max() < 1e-4 * (1 + np.abs(out).max()), "forward"
    assert set(grads) == set(wanted), (set(grads), set(wanted))
    largest = max(p.grad.abs().max().item() for p in wanted.values())
    peer = differences = seen = used = 0
    for name, (grad, every, above, below) in grads.items():
        g = wanted[name].grad.numpy().ravel()
        scale = max(np.abs(g).max(), .05 * largest)  # what is zero by symmetry holds rounding alone
        peer = max(peer, np.abs(grad - g).max() / scale)
        smooth = np.abs(above - below) < 2 * DIFFERENCES * scale  # else a kink lies within the step
        seen, used = seen + smooth.size, used + smooth.sum()
        off = np.abs(grad[::every] - (above + below) / 2)[smooth].max(initial=0) / scale
        differences = max(differences, off)
    assert used > .8 * seen, "too many kinks"
    return peer, differences


class Operator(nn.Module):
    """fn of parameters of these shapes; `maps`: behind a convolution, so that they arrive channels last."""

    def __init__(self, fn, shapes, low, high, maps):
        super().__init__()
        self.made_of = fn, shapes, low, high, maps
        self.fn, self.shapes, self.maps = fn, shapes, maps
        # distinct values some way apart: no ties, and nothing within a step of the usual kinks
        self.leaves = nn.ParameterList()
        for k, s in enumerate(shapes):
            n = int(np.prod(s))
            values = low + (high - low) * (torch.arange(n) + .37 + .2 * k) / n
            self.leaves.append(nn.Parameter(values[torch.randperm(n)].view(1, n)))
        self.lasts = nn.ModuleList()
        for s in shapes if maps else ():
            if len(s) == 4 and s[1] > 1:
                conv = nn.Conv2d(s[1], s[1], 1, groups=s[1], bias=False)
                nn.init.uniform_(conv.weight, .9, 1.1)
                self.lasts.append(conv)

    def forward(self, one):
        xs = [(one @ p).reshape(s) for p, s in zip(self.leaves, self.shapes)]
        lasts = iter(self.lasts)
        if self.maps:
            xs = [next(lasts)(x) if len(s) == 4 and s[1] > 1 else x for x, s in zip(xs, self.shapes)]
        return self.fn(*xs)


class Layers(nn.Module):
    """Layers with parameters of their own after a map."""

    def __init__(self, make):
        super().__init__()
        self.made_of = make,
        state = torch.random.get_rng_state()
        torch.manual_seed(7)
        self.leaf = nn.Parameter(torch.randn(1, int(np.prod(MAP))))
        self.layers = make()
        torch.random.set_rng_state(state)

    def forward(self, one):
        return self.layers((one @ self.leaf).reshape(MAP))


def bn(c, kind=nn.BatchNorm2d):  # equal arrays would become one in the ONNX file
    layer = kind(c)
    nn.init.normal_(layer.weight, 1, .3)
    nn.init.normal_(layer.bias, 0, .3)
    return layer


class Network(nn.Module):
    """A little of everything that recognizers are made of."""

    def __init__(self, classes):
        super().__init__()
        self.made_of = classes,
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), bn(16), nn.ReLU(),
                                  nn.MaxPool2d(3, 2, 1))
        self.a = nn.Sequential(nn.Conv2d(16, 16, 3, 1, 1, bias=False), bn(16), nn.ReLU())
        self.b = nn.Sequential(nn.Conv2d(16, 16, 3, 1, 1, groups=16, bias=False), bn(16))
        self.c = nn.Sequential(nn.Conv2d(16, 24, 1), nn.LeakyReLU(.1))
        self.d = nn.Conv2d(24, 20, 3, 2, 1)
        self.up = nn.Conv2d(20, 24, 1)
        self.e = nn.Sequential(nn.Conv2d(48, 32, 1, bias=False), bn(32), nn.ReLU6())
        self.last = nn.Linear(32, classes)

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(x + self.b(self.a(x)))
        x = self.c(x)
        y = F.interpolate(self.up(F.silu(self.d(x))), scale_factor=2, mode="bilinear", align_corners=False)
        x = self.e(torch.cat([x, y], 1))
        return self.last(F.adaptive_avg_pool2d(x, 1).flatten(1))


VECTOR, SIGNED, POSITIVE = (5, 1, 1), (-2, 2), (.4, 2)
index = torch.tensor([2, 0, 2, 4])
operators = [  # name, shapes, range of the values, functions
    ("Relu", [MAP], SIGNED, [F.relu]),
    ("LeakyRelu", [MAP], SIGNED, [lambda x: F.leaky_relu(x, .2)]),
    ("PRelu", [MAP, (5,)], SIGNED, [F.prelu]),
    ("Clip", [MAP], SIGNED, [F.relu6, lambda x: x.clamp(-.7, .9), lambda x: x.clamp(min=.3)]),
    ("Sigmoid", [MAP], SIGNED, [torch.sigmoid]),
    ("HardSigmoid", [MAP], (-4, 4), [F.hardsigmoid]),
    ("HardSwish", [MAP], (-4, 4), [F.hardswish]),
    ("Tanh", [MAP], SIGNED, [torch.tanh]),
    ("Elu", [MAP], SIGNED, [lambda x: F.elu(x, 1.3)]),
    ("Selu", [MAP], SIGNED, [F.selu]),
    ("Softplus", [MAP], (-6, 6), [F.softplus]),
    ("Exp", [MAP], SIGNED, [torch.exp]),
    ("Log", [MAP], POSITIVE, [torch.log]),
    ("Sqrt", [MAP], POSITIVE, [torch.sqrt]),
    ("Abs, Neg", [MAP], SIGNED, [torch.abs, torch.neg]),
    ("Reciprocal", [MAP], POSITIVE, [torch.reciprocal]),
]
for name, fn in (("Add", torch.add), ("Sub", torch.sub), ("Mul", torch.mul), ("Div", torch.div),
                 ("Max", torch.maximum), ("Min", torch.minimum)):
    for shapes in ([MAP, MAP], [MAP, VECTOR], [VECTOR, MAP], [MAP, (2, 5, 1, 1)], [MAP, (2, 1, 7, 6)], [MAP, (1, 7, 1)],
                   [MAP, ()], [(3, 1, 6), (4, 1)], [(2, 1, 7, 1), (1, 5, 1, 6)]):
        operators.append((name, shapes, POSITIVE, [fn]))
operators += [
    ("Pow", [MAP], POSITIVE, [lambda x: x ** 2, lambda x: x ** 3, lambda x: x ** -1.5]),
    ("Pow", [MAP, VECTOR], POSITIVE, [torch.pow]),
    ("Gemm", [(4, 7), (7, 3), (3,)], SIGNED, [lambda a, b, c: torch.addmm(c, a, b, beta=.7, alpha=1.3)]),
    ("Gemm", [(4, 7), (3, 7), (3,)], SIGNED, [F.linear]),
    ("Gemm", [(4, 7), (7, 3), (4, 1)], SIGNED, [lambda a, b, c: torch.addmm(c, a, b)]),
    ("MatMul", [(3, 4, 7), (7, 5)], SIGNED, [torch.matmul]),
    ("MatMul", [(3, 4, 7), (3, 7, 5)], SIGNED, [torch.matmul]),
    ("MatMul", [(4, 7), (2, 3, 7, 5)], SIGNED, [torch.matmul]),
    ("MatMul", [(2, 1, 4, 7), (3, 7, 5)], SIGNED, [torch.matmul]),
    ("MatMul", [(7,), (3, 7, 5)], SIGNED, [torch.matmul]),
    ("MatMul", [(3, 4, 7), (7,)], SIGNED, [torch.matmul]),
    ("MaxPool", [MAP], SIGNED, [lambda x: F.max_pool2d(x, 2, 2), lambda x: F.max_pool2d(x, 3, 2, 1),
                                lambda x: F.max_pool2d(x, 3, 1, 1, 2), lambda x: F.max_pool2d(x, 5, 2, 2),
                                lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True)]),
    ("MaxPool", [(2, 3, 11)], SIGNED, [lambda x: F.max_pool1d(x, 3, 2, 1)]),
    ("AveragePool", [MAP], SIGNED, [lambda x: F.avg_pool2d(x, 2, 2), lambda x: F.avg_pool2d(x, 3, 2, 1),
                                    lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
                                    lambda x: F.avg_pool2d(x, (5, 4), 1, 2)]),
    ("GlobalAveragePool", [MAP], SIGNED, [lambda x: F.adaptive_avg_pool2d(x, 1)]),
    ("GlobalMaxPool", [MAP], SIGNED, [lambda x: F.adaptive_max_pool2d(x, 1)]),
    ("Resize", [MAP], SIGNED, [lambda x: F.interpolate(x, scale_factor=2), lambda x: F.interpolate(x, (4, 11)),
                               lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
                               lambda x: F.interpolate(x, (9, 4), mode="bilinear", align_corners=False),
                               lambda x: F.interpolate(x, (13, 6), mode="bilinear", align_corners=True)]),
    ("Softmax", [MAP], SIGNED, [lambda x: F.softmax(x, 1), lambda x: F.softmax(x, -1), lambda x: F.softmax(x, 2)]),
    ("Softmax", [(3, 200)], SIGNED, [lambda x: F.softmax(x, -1)]),
    ("ReduceMean", [MAP], SIGNED, [lambda x: x.mean((2, 3)), lambda x: x.mean(1, True), lambda x: x.mean()]),
    ("ReduceSum", [MAP], SIGNED, [lambda x: x.sum((0, 2)), lambda x: x.sum(3), lambda x: x.sum((1, 3), True)]),
    ("ReduceMax, ReduceMin", [MAP], SIGNED, [lambda x: x.amax((2, 3)), lambda x: x.amax(1), lambda x: x.amin(3, True)]),
    ("Concat", [MAP, (2, 3, 7, 6)], SIGNED, [lambda a, b: torch.cat([a, b, a], 1)]),
    ("Concat", [MAP, (2, 5, 7, 3)], SIGNED, [lambda a, b: torch.cat([a, b], 3)]),
    ("Slice", [MAP], SIGNED, [lambda x: x[:, 1:4], lambda x: x[:, :, 1:6:2, -3:], lambda x: x[1:]]),
    ("Pad", [MAP], SIGNED, [lambda x: F.pad(x, (1, 2, 0, 3)), lambda x: F.pad(x, (2, 1, 1, 3), mode="reflect"),
                            lambda x: F.pad(x, (2, 1, 1, 3), mode="replicate"), lambda x: F.pad(x, (-1, 2, 1, -2))]),
    ("Transpose", [MAP], SIGNED, [lambda x: x.permute(0, 2, 3, 1), lambda x: x.permute(3, 1, 0, 2),
                                  lambda x: x.permute(0, 2, 3, 1).sigmoid()]),
    ("Reshape, Flatten, Squeeze, Unsqueeze", [MAP], SIGNED,
     [lambda x: x.reshape(2, 35, 6), lambda x: x.flatten(1), lambda x: x[:, :1].squeeze(1).tanh(),
      lambda x: x.unsqueeze(1).tanh()]),
    ("Expand", [(2, 5, 1, 1), (2, 5, 3, 4)], SIGNED, [lambda a, b: a.expand_as(b) * b]),
    ("Expand", [(5, 1), (3, 5, 4)], SIGNED, [lambda a, b: a.expand_as(b) * b]),
    ("Gather", [MAP], SIGNED, [lambda x: x.index_select(2, index), lambda x: x[:, 3], lambda x: x[1]]),
]
layers = [
    ("Conv", lambda: nn.Conv2d(5, 8, 3, padding=1)),
    ("Conv", lambda: nn.Conv2d(5, 8, 3, 2, 1, bias=False)),
    ("Conv", lambda: nn.Conv2d(5, 6, (3, 2), 1, (2, 1), 2)),
    ("Conv", lambda: nn.Conv2d(5, 16, 1)),
    ("Conv", lambda: nn.Conv2d(5, 7, 5, 3, 2)),
    ("Conv, Winograd", lambda: nn.Sequential(nn.Conv2d(5, 16, 1), nn.Conv2d(16, 24, 3, 1, (1, 2)))),
    ("Conv, groups", lambda: nn.Conv2d(5, 5, 3, 1, 1, groups=5)),
    ("Conv, groups", lambda: nn.Conv2d(5, 10, 3, 2, 1, groups=5)),
    ("Conv, groups", lambda: nn.Sequential(nn.Conv2d(5, 32, 1), nn.Conv2d(32, 32, 3, 1, 1, groups=4))),
    ("Conv, groups", lambda: nn.Sequential(nn.Conv2d(5, 32, 1), nn.Conv2d(32, 32, 3, 2, 1, groups=32, bias=False))),
    ("BatchNormalization", lambda: bn(5)),
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 8, 3), bn(8), nn.ReLU())),
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 8, 3), bn(8), nn.ReLU6(), nn.Conv2d(8, 3, 1))),
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 19, 1), bn(19), nn.ReLU6(), nn.Conv2d(19, 19, 3, 1, 1, groups=19, bias=False),
                                                 bn(19), nn.ReLU(), nn.Conv2d(19, 4, 1, bias=False), bn(4))),
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 16, 1), bn(16), nn.ReLU(), nn.Conv2d(16, 16, 3, 2, 1, groups=16, bias=False))),
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 600, 1, bias=False), bn(600), nn.ReLU6(), nn.Conv2d(600, 4, 1, bias=False))),  # blocks
    ("BatchNormalization", lambda: nn.Sequential(nn.Conv2d(5, 16, 1, bias=False), bn(16), nn.ReLU(), nn.Conv2d(16, 12, 1, bias=False), bn(12),
                                                 nn.ReLU())),
    ("BatchNormalization", lambda: nn.Sequential(nn.Flatten(2), bn(5, nn.BatchNorm1d))),
    ("LayerNormalization", lambda: nn.LayerNorm(6)),
    ("LayerNormalization", lambda: nn.LayerNorm((7, 6))),
    ("LayerNormalization", lambda: nn.Sequential(nn.Flatten(2), nn.LayerNorm(42), nn.Tanh())),
]

one, rows, failed = (torch.ones(1, 1),), {}, 0


def check(name, what, model, *data, allowed=DIFFERENCES):
    global failed
    try:
        peer, differences = compare(model, *data)
    except (RuntimeError, AssertionError) as e:
        sys.exit(f"{name} {what}: {e}")
    row = rows.setdefault(name, [0, 0])
    row[:] = max(row[0], differences), max(row[1], peer)
    if not (peer <= PEER and differences <= allowed):
        failed += 1
        print(f"{name} {what}: {differences:.1e} from differences, {peer:.1e} from PyTorch")


for name, shapes, (low, high), fns in operators:
    for fn in fns:
        for maps in ((False, True) if any(len(s) == 4 for s in shapes) else (False,)):
            check(name, f"{shapes}, maps {maps}", Operator(fn, shapes, low, high, maps), one)
for name, make in layers:
    model = Layers(make)
    chained = str(model.layers).count("BatchNorm") > 1
    check(name, model.layers, model, one, allowed=DIFFERENCES_NETWORK if chained else DIFFERENCES)
torch.manual_seed(3)
check("a small network", "", Network(10), (torch.randn(6, 3, 32, 32),), torch.randint(0, 10, (6,)),
      allowed=DIFFERENCES_NETWORK)
driver.stdin.close()
failed += driver.wait() != 0
print("| operator | finite differences | PyTorch |\n| --- | --- | --- |")
for name, (differences, peer) in rows.items():
    print(f"| {name} | {differences:.0e} | {peer:.0e} |")
sys.exit(failed != 0)

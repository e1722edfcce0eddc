#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gradients of a whole network against PyTorch's. usage: gradients_torch.py DRIVER. Exit status 77: no PyTorch.

Tolerance: 2e-3 of the largest gradient of a parameter. Both sides compute in single precision and add in another
order; through ten normalized layers that costs some 1e-4 (measured), and a value that one side puts on the other
side of a ReLU costs more, rarely.
"""
import os, subprocess, sys, tempfile
try:
    import numpy as np, torch, torch.nn.functional as F
except ImportError:
    print("skipped: no PyTorch")
    sys.exit(77)

NET = """unmask-network 1 t
x = input 3 32 32
a = conv x 8 s=2 act=relu
b = maxpool a k=3 s=2 pad=1
c = residual b 8
d = residual c 12 s=2
e = ir d 12 expand=3
f = dws e 16 act=silu
g = up f
h = conv g 8 k=1 act=leaky
i = add h c
j = concat i b
k = conv j 10 norm=none act=prelu
l = conv k 8 d=2 g=2
m = avgpool l k=2
n = up m mode=linear
o = gap n
p = linear o 12 act=relu
q = linear p 5
output q
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        net = os.path.join(folder, "t.net")
        open(net, "w").write(NET)
        subprocess.run([sys.argv[1], net, folder], check=True)
        load = lambda name: np.fromfile(os.path.join(folder, name + ".f32"), np.float32)
        names = sorted(f[:-10] for f in os.listdir(folder) if f.endswith(".value.f32"))
        value = {n: torch.tensor(load(n + ".value"), requires_grad=True) for n in names}
        grad = {n: load(n + ".grad") for n in names}
        x = torch.tensor(load("x")).reshape(6, 3, 32, 32)
        loss = float(open(os.path.join(folder, "loss.txt")).read())

    def conv(n, x, o, k=3, s=1, g=1, d=1, norm=True):
        w = value[n + ".weight"].reshape(o, x.shape[1] // g, k, k)
        y = F.conv2d(x, w, None if norm else value[n + ".bias"], s, d * (k - 1) // 2, d, g)
        return F.batch_norm(y, None, None, value[n + ".norm.scale"], value[n + ".norm.shift"], True) if norm else y

    def residual(n, x, o, s=1):
        y = conv(n + ".second", F.relu(conv(n + ".first", x, o, s=s)), o)
        if s > 1 or o != x.shape[1]:
            x = conv(n + ".shortcut", x, o, 1, s)
        return F.relu(y + x)

    a = F.relu(conv("a", x, 8, s=2))
    b = F.max_pool2d(a, 3, 2, 1)
    c = residual("c", b, 8)
    d = residual("d", c, 12, 2)
    e = F.relu6(conv("e.grow", d, 36, 1))
    e = conv("e.shrink", F.relu6(conv("e.depth", e, 36, g=36)), 12, 1) + d
    f = F.silu(conv("f", F.silu(conv("f.depth", e, 12, g=12)), 16, 1))
    g = F.interpolate(f, scale_factor=2, mode="nearest")
    h = F.leaky_relu(conv("h", g, 8, 1), .1)
    j = torch.cat((h + c, b), 1)
    k = F.prelu(conv("k", j, 10, norm=False), value["k.slope"])
    m = F.avg_pool2d(F.relu(conv("l", k, 8, d=2, g=2)), 2)
    o = F.interpolate(m, scale_factor=2, mode="bilinear", align_corners=False).mean((2, 3))
    p = F.relu(F.linear(o, value["p.weight"].reshape(12, -1), value["p.bias"]))
    q = F.linear(p, value["q.weight"].reshape(5, -1), value["q.bias"])
    torch_loss = F.cross_entropy(q, torch.arange(6) % 5)
    torch_loss.backward()
    worst = 0
    bad = abs(loss - torch_loss.item()) > 1e-5 * abs(loss)
    print("loss %.7f, PyTorch %.7f" % (loss, torch_loss.item()))
    for n in names:
        theirs = value[n].grad.numpy().ravel()
        off, size = np.abs(theirs - grad[n]).max(), max(np.abs(theirs).max(), 1e-4)
        worst = max(worst, off / size)
        if off > 2e-3 * size:
            print("%s: off by %g of %g" % (n, off, size))
            bad = True
    print("%d parameters, worst %.1e of the largest gradient of its parameter" % (len(names), worst))
    return bad or len(names) < 40


sys.exit(main())

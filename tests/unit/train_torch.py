# SPDX-License-Identifier: GPL-3.0-or-later
"""train_torch.py loss|optimizer FILE: the numbers of a test against PyTorch. One case a line, fields split by ';':
name; parameters; then arrays. Prints what differs; exit 77 without PyTorch."""
import math
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(77)

torch.set_default_dtype(torch.float64)
bad = 0


def check(name, what, got, expected, tolerance):
    global bad
    worst = (got - expected).abs().max().item()
    if not worst <= tolerance:
        bad += 1
        print(f"{name}: {what} differs by {worst:g}, allowed {tolerance:g}")


def boxes(kind, x, t):
    w, h = x[:, 2] - x[:, 0], x[:, 3] - x[:, 1]
    wt, ht = t[:, 2] - t[:, 0], t[:, 3] - t[:, 1]
    inside = (torch.minimum(x[:, 2:], t[:, 2:]) - torch.maximum(x[:, :2], t[:, :2])).clamp(min=0).prod(1)
    union = w * h + wt * ht - inside
    iou = inside / (union + 1e-7)
    around = torch.maximum(x[:, 2:], t[:, 2:]) - torch.minimum(x[:, :2], t[:, :2])
    loss = 1 - iou
    if kind == "giou":
        loss = loss + (around.prod(1) - union) / (around.prod(1) + 1e-7)
    if kind in ("diou", "ciou"):
        centre = ((x[:, :2] + x[:, 2:] - t[:, :2] - t[:, 2:]) / 2).square().sum(1)
        loss = loss + centre / (around.square().sum(1) + 1e-7)
    if kind == "ciou":
        v = 4 / math.pi ** 2 * (torch.atan(wt / (ht + 1e-7)) - torch.atan(w / (h + 1e-7))).square()
        with torch.no_grad():
            alpha = v / (1 - iou + v + 1e-7)
        loss = loss + alpha * v
    return loss


def dssim(side, x, t):
    k = torch.exp(-(torch.arange(11) - 5.0) ** 2 / (2 * 1.5 ** 2))
    k = (k / k.sum()).outer(k / k.sum())[None, None]
    x, t = x.view(-1, 1, side, side), t.view(-1, 1, side, side)
    mx, mt = F.conv2d(x, k), F.conv2d(t, k)
    xx, tt, xt = F.conv2d(x * x, k) - mx * mx, F.conv2d(t * t, k) - mt * mt, F.conv2d(x * t, k) - mx * mt
    s = (2 * mx * mt + 1e-4) * (2 * xt + 9e-4) / ((mx * mx + mt * mt + 1e-4) * (xx + tt + 9e-4))
    return (1 - s.mean((1, 2, 3))) / 2


def loss_of(name, p, x, t):
    if name == "softmax":
        classes = int(p[0])
        return F.cross_entropy(x.view(-1, classes), t.long(), reduction="none", ignore_index=-1, label_smoothing=p[1])
    if name == "bce":
        return F.binary_cross_entropy_with_logits(x, t, reduction="none")
    if name == "focal":
        pt = torch.sigmoid(x) * t + (1 - torch.sigmoid(x)) * (1 - t)
        a = p[0] * t + (1 - p[0]) * (1 - t) if p[0] >= 0 else torch.ones_like(t)
        return a * (1 - pt) ** p[1] * F.binary_cross_entropy_with_logits(x, t, reduction="none")
    if name == "l1":
        return F.l1_loss(x, t, reduction="none")
    if name == "l2":
        return F.mse_loss(x, t, reduction="none")
    if name == "smooth_l1":
        return F.smooth_l1_loss(x, t, reduction="none", beta=p[0])
    if name == "wing":
        d = (x - t).abs()
        return torch.where(d < p[0], p[0] * torch.log(1 + d / p[1]), d - (p[0] - p[0] * math.log(1 + p[0] / p[1])))
    if name == "dssim":
        return dssim(int(p[0]), x, t)
    return boxes(name, x.view(-1, 4), t.view(-1, 4))


def losses(fields):
    name, (p, x, t, weight, scale, value, grad) = fields[0], [torch.tensor([float(v) for v in f.split()]) for f in fields[1:]]
    x.requires_grad_(True)
    each = loss_of(name, p.tolist(), x, t)
    total = ((each * weight if len(weight) else each).sum()) * scale[0]
    total.backward()
    check(name, "loss", value[0], total.detach(), 1e-9 * max(1, abs(total.item())))
    # the gradient is stored as float
    check(name, "gradient", grad, x.grad, 1e-7 * x.grad.abs().max().item())


def optimizers(fields):
    """name; options; gradients of every step; start of a matrix and a vector; the end of both"""
    name = fields[0]
    o = [float(v) for v in fields[1].split()]
    grads, start, end = (torch.tensor([float(v) for v in f.split()], dtype=torch.float32) for f in fields[2:5])
    half = len(start) // 2
    p = [start[:half].clone().view(2, -1).requires_grad_(True), start[half:].clone().requires_grad_(True)]
    rate, momentum, decay = o[0], o[1], o[2]
    groups = [{"params": [p[0]], "weight_decay": decay}, {"params": [p[1]], "weight_decay": 0}]
    if name == "adamw":
        opt = torch.optim.AdamW(groups, lr=rate, betas=(.9, .999), eps=1e-8)
    else:
        opt = torch.optim.SGD(groups, lr=rate, momentum=momentum, nesterov=name == "nesterov")
    for g in grads.view(-1, len(start)):
        p[0].grad, p[1].grad = g[:half].view(2, -1).clone(), g[half:].clone()
        opt.step()
    check(name, "parameters", end, torch.cat([p[0].detach().flatten(), p[1].detach()]), 1e-6)


for line in open(sys.argv[2]):
    {"loss": losses, "optimizer": optimizers}[sys.argv[1]](line.rstrip("\n").split(";"))
sys.exit(bad > 0)

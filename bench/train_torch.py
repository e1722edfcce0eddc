# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer of train_step: the same networks in PyTorch (torchvision's definitions, written out here because
Debian has no torchvision), cross-entropy, backward, AdamW.   train_torch.py resnet18|mobilenetv2 BATCH THREADS STEPS"""
import resource, sys, time
import torch
from torch import nn


def conv(i, o, k, s=1, g=1, act=None):
    layers = [nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


class Basic(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.a, self.b = conv(i, o, 3, s, act=nn.ReLU), conv(o, o, 3)
        self.c = conv(i, o, 1, s) if s != 1 or i != o else nn.Identity()

    def forward(self, x):
        return torch.relu_(self.b(self.a(x)) + self.c(x))


class Inverted(nn.Module):
    def __init__(self, i, o, s, e):
        super().__init__()
        h = i * e
        grow = [conv(i, h, 1, act=nn.ReLU6)] if e > 1 else []
        self.f = nn.Sequential(*grow, conv(h, h, 3, s, h, nn.ReLU6), conv(h, o, 1))
        self.skip = s == 1 and i == o

    def forward(self, x):
        return x + self.f(x) if self.skip else self.f(x)


def resnet18():
    layers, i = [conv(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)], 64
    for o, s in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        layers.append(Basic(i, o, s))
        i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


def mobilenetv2():
    layers, i = [conv(3, 32, 3, 2, act=nn.ReLU6)], 32
    for e, o, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for k in range(n):
            layers.append(Inverted(i, o, s if k == 0 else 1, e))
            i = o
    return nn.Sequential(*layers, conv(320, 1280, 1, act=nn.ReLU6), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000))


name, batch, threads, steps = sys.argv[1], *map(int, sys.argv[2:5])
torch.set_num_threads(threads)
torch.manual_seed(1)
net = {"resnet18": resnet18, "mobilenetv2": mobilenetv2}[name]().train()
step = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
x, y = torch.randn(batch, 3, 128, 128), torch.arange(batch) % 1000
for k in range(2 + steps):
    if k == 2:
        start = time.monotonic()
    step.zero_grad(set_to_none=False)
    nn.functional.cross_entropy(net(x), y).backward()
    step.step()
took = time.monotonic() - start
print("%.1f images/s  %.0f MB" % (steps * batch / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

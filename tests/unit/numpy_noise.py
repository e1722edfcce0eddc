# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise of a picture (src/dsp/noise.h) from its definition, in double precision."""
import numpy as np
from scipy import ndimage, signal

LOW = signal.daub(4)
HIGH = LOW[::-1] * (-1) ** np.arange(8)


def split(x, taps):  # along the last axis, the picture mirrored
    x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(7, 7)], mode="symmetric")
    full = signal.fftconvolve(x, taps[::-1].reshape(1, 8), mode="valid", axes=-1)
    return full[..., 1::2]


def join(c, taps, n):
    up = np.zeros(c.shape[:-1] + (2 * c.shape[-1],))
    up[..., ::2] = c
    return signal.convolve(up, taps.reshape(1, 8))[..., 6:6 + n]


def noise(band, sigma2=25):
    least = np.full(band.shape, np.inf)
    for side in (3, 5, 7, 9):
        mean = ndimage.uniform_filter(band ** 2, side, mode="constant")
        least = np.minimum(least, np.maximum(mean - sigma2, 0))
    return band * sigma2 / (least + sigma2)


def residual(gray):
    stack, low = [], gray.astype(float)
    for _ in range(4):
        size = low.shape
        l, h = split(low, LOW), split(low, HIGH)
        t = lambda a, taps: split(a.T, taps).T
        low, lh, hl, hh = t(l, LOW), t(h, LOW), t(l, HIGH), t(h, HIGH)
        stack.append((size, noise(lh), noise(hl), noise(hh)))
    low = np.zeros_like(low)
    for (height, width), lh, hl, hh in reversed(stack):
        t = lambda a, taps: join(a.T, taps, height).T
        low = join(t(low, LOW) + t(hl, HIGH), LOW, width) + join(t(lh, LOW) + t(hh, HIGH), HIGH, width)
    return low

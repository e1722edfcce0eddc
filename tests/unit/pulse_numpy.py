#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""POS, CHROM and what is read off their spectra against a plain NumPy version.

usage: pulse_numpy.py DRIVER (pulse_driver). Skipped (77) without NumPy.
"""
import math
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: no python3-numpy", file=sys.stderr)
    sys.exit(77)

PADDED = 4096
driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
failed = 0


def check(what, ours, theirs, limit):
    global failed
    scale = max(np.abs(theirs).max(), 1e-12)
    value = np.abs(np.asarray(ours) - theirs).max() / scale
    bad = not value <= limit
    failed += bad
    print(f"{what}: {value:.3g} of the largest (at most {limit:g}){' FAILED' if bad else ''}", file=sys.stderr)


def pos(c, fs):
    w = math.ceil(1.6 * fs)
    out = np.zeros(len(c))
    for i in range(len(c) - w + 1):
        n = (c[i:i + w] / c[i:i + w].mean(0)).T
        s = np.array([[0, 1, -1], [-2, 1, 1]]) @ n
        h = s[0] + (s[0].std() / s[1].std() if s[1].std() > 0 else 0) * s[1]
        out[i:i + w] += h - h.mean()
    return out


def band(x, fs):
    f = np.fft.rfft(x - x.mean())
    hz = np.fft.rfftfreq(len(x), 1 / fs)
    f[(hz < .7) | (hz > 4)] = 0
    return np.fft.irfft(f, len(x))


def chrom(c, fs):
    w = math.ceil(1.6 * fs) // 2 * 2
    half = w // 2
    n = np.array([c[i] / c[max(i - half, 0):i + half + 1].mean(0) for i in range(len(c))])
    x = band(3 * n[:, 0] - 2 * n[:, 1], fs)
    y = band(1.5 * n[:, 0] + n[:, 1] - 1.5 * n[:, 2], fs)
    out = np.zeros(len(c))
    window = np.hanning(w + 1)[:-1]
    for i in range(0, len(c) - w + 1, half):
        a, b = x[i:i + w], y[i:i + w]
        out[i:i + w] += (a - (a.std() / b.std() if b.std() > 0 else 0) * b) * window
    return out


def spectrum(x):
    return np.abs(np.fft.rfft((x - x.mean()) * np.hanning(len(x) + 1)[:-1], PADDED)) ** 2


def snr(p, fs, f):
    hz = np.arange(len(p)) * fs / PADDED
    inside = (hz >= .7) & (hz <= 4)
    line = (np.abs(hz - f) <= .1) | (np.abs(hz - 2 * f) <= .2)
    return 10 * math.log10(p[inside & line].sum() / p[inside & ~line].sum())


rng = np.random.default_rng(16)
for fs, seconds, bpm, noise in ((25, 10, 66, .3), (30, 10, 151, 1), (29.97, 12.3, 48.5, .1), (15, 8, 95, .2)):
    t = np.arange(round(fs * seconds)) / fs
    skin = np.array([180, 130, 110]) * (1 + np.outer(np.sin(2 * np.pi * bpm / 60 * t), [.0033, .0077, .0053]))
    drift = 1 + .05 * np.sin(2 * np.pi * .23 * t)[:, None] * [1, .9, .95]
    c = skin * drift + rng.normal(0, noise, (len(t), 3))
    driver.stdin.write(f"{fs} {len(c)}\n".encode() + c.astype(float).tobytes())
    driver.stdin.flush()
    got = np.frombuffer(driver.stdout.read(8 * (2 * len(c) + PADDED // 2 + 3)))
    ours, ours2, power, (peak, ratio) = np.split(got, [len(c), 2 * len(c), 2 * len(c) + PADDED // 2 + 1])
    what = f"{fs} pictures a second, {bpm} per minute"
    check("POS, " + what, ours, pos(c, fs), 1e-9)
    check("CHROM, " + what, ours2, chrom(c, fs), 1e-9)
    theirs = spectrum(pos(c, fs))
    check("spectrum, " + what, power, theirs, 1e-9)
    check("ratio in dB, " + what, [ratio], np.array([snr(theirs, fs, peak)]), 1e-9)
    rate = abs(60 * peak - bpm)
    failed += not rate < 1
    print(f"rate {60 * peak:.2f} per minute, {bpm} was drawn", file=sys.stderr)
driver.stdin.close()
sys.exit(failed != 0)

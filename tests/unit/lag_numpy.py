#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Normalised cross-correlation with its peak between the steps, against NumPy's corrcoef and polyfit; and the error of the
peak for a series that is shifted by known parts of a step.

usage: lag_numpy.py DRIVER (lag_driver). Skipped (77) without NumPy.
"""
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("skipped: no python3-numpy", file=sys.stderr)
    sys.exit(77)

driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
failed = 0


def check(what, value, limit):
    global failed
    bad = not value <= limit
    failed += bad
    print(f"{what}: {value:.3g} (at most {limit:g}){' FAILED' if bad else ''}", file=sys.stderr)


def ours(x, y, most, least):
    driver.stdin.write(f"{len(x)} {most} {least}\n".encode() + x.tobytes() + y.tobytes())
    driver.stdin.flush()
    out = np.frombuffer(driver.stdout.read(8 * (2 * most + 3)))
    return out[:-2], out[-2], out[-1]


def theirs(x, y, most, least):
    r = np.full(2 * most + 1, np.nan)
    for i in range(2 * most + 1):
        v = y[i:i + len(x)]
        known = ~(np.isnan(x) | np.isnan(v))
        if known.sum() >= least:
            r[i] = np.corrcoef(x[known], v[known])[0, 1]
    return r


def peak(r):
    k = int(np.nanargmax(r))
    if k == 0 or k == len(r) - 1:
        return k, r[k]
    a, b, c = np.polyfit([-1, 0, 1], r[k - 1:k + 2], 2)
    return k - b / (2 * a), c - b * b / (4 * a)


rng = np.random.default_rng(17)
worst, where, height = 0, 0, 0
for n, most, least, lost in ((75, 15, 40, 0), (75, 15, 20, 20), (33, 4, 5, 9), (200, 25, 100, 40)):
    for _ in range(20):
        x, y = rng.normal(3, 2, n), rng.normal(-1, 5, n + 2 * most)
        lag = int(rng.integers(-most + 1, most))
        y[most + lag:most + lag + n] += 4 * x
        x[rng.integers(0, n, lost)] = np.nan
        y[rng.integers(0, n, lost)] = np.nan
        r, at, top = ours(x, y, most, least)
        want = theirs(x, y, most, least)
        assert (np.isnan(r) == np.isnan(want)).all()
        worst = max(worst, np.nanmax(np.abs(r - want)))
        p, h = peak(want)
        where, height = max(where, abs(at - p)), max(height, abs(top - h))
check("coefficients", worst, 1e-12)
check("place of the peak, steps", where, 1e-9)
check("height of the peak", height, 1e-12)

# Smooth series, as openings of a mouth at 25 a second: up to 6 Hz of 12.5.
error = 0
for _ in range(50):
    hz, phase, size = rng.uniform(.5, 6, 30), rng.uniform(0, 6.3, 30), rng.normal(size=30)
    f = lambda t: (size * np.sin(2 * np.pi * np.outer(t, hz) + phase)).sum(1)
    late = rng.uniform(-8, 8)
    x, y = f(np.arange(75) / 25), f((np.arange(105) - 15 - late) / 25)
    error = max(error, abs(ours(x, y, 15, 40)[1] - 15 - late))
check("place of a smooth peak, steps", error, .1)
sys.exit(1 if failed else 0)

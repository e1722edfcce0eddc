#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front ends of networks that listen against their definitions in NumPy and SciPy: windows, transforms, triangles, the
constant-Q sums, splines, cosines, slopes, each computed here in another way.

usage: front_scipy.py DRIVER (front_driver). Skipped (77) without SciPy.
"""
import json
import subprocess
import sys

try:
    import numpy as np
    from scipy import fft, interpolate, signal
except ImportError:
    print("skipped: no python3-scipy", file=sys.stderr)
    sys.exit(77)

RATE, EPS = 16000, np.finfo(float).eps
driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
random = np.random.default_rng(1)
failed = 0


def check(what, value, limit):
    global failed
    bad = not value <= limit
    failed += bad
    print(f"{what}: {value:.3g} (at most {limit:g}){' FAILED' if bad else ''}", file=sys.stderr)


def ours(spec, x, rows):
    driver.stdin.write(json.dumps(spec).encode() + b"\n" + x.astype("<f4").tobytes())
    driver.stdin.flush()
    shape = (spec["frames"], rows) if spec.get("frames_first") else (rows, spec["frames"])
    out = np.frombuffer(driver.stdout.read(4 * rows * spec["frames"]), "<f4").reshape(shape)
    return out.T if spec.get("frames_first") else out


def voice(n):
    """Harmonics of a pitch that falls, and noise 40 dB below: all bands have something."""
    t = np.arange(n) / RATE
    phase = 2 * np.pi * (140 * t - 12 * t ** 2)
    return (sum(np.sin(h * phase + h * h) / h for h in range(1, 40)) * .1 + .001 * random.normal(size=n)).astype("<f4").astype(float)


def triangles(bands, n, low, high, mel):
    to, back = (lambda f: 2595 * np.log10(1 + f / 700), lambda m: 700 * (10 ** (m / 2595) - 1)) if mel else (lambda f: f, lambda f: f)
    edge = back(np.linspace(to(low), to(high), bands + 2))
    hz = np.arange(n // 2 + 1) * RATE / n
    return np.array([np.interp(hz, edge[b:b + 3], [0, 1, 0]) for b in range(bands)])


def slopes(c, reach):
    wide = np.pad(c, ((0, 0), (reach, reach)), mode="edge")
    k = np.arange(-reach, reach + 1)  # the least-squares line through each stretch
    return np.array([[np.polyfit(k, row[t:t + 2 * reach + 1], 1)[0] for t in range(c.shape[1])] for row in wide])


def finish(c, deltas, reach, level):
    parts = [c]
    for _ in range(deltas):
        parts.append(slopes(parts[-1], reach))
    c = np.vstack(parts)
    if level != "keep":
        c = c - c.mean(1, keepdims=True)
    return c / c.std(1, keepdims=True) if level == "deviation" else c


def cut(x, frames, hop, window):
    return np.array([x[t * hop:t * hop + window] for t in range(frames)])


def of_bands(x, frames, hop, window, padded, weights, coefficients, log):
    power = np.abs(fft.rfft(cut(x, frames, hop, window) * signal.get_window("hamming", window, fftbins=False), padded)) ** 2
    return fft.dct(log(power @ weights.T + EPS), norm="ortho")[:, :coefficients].T


def compare(what, spec, theirs, x, limit=5e-6):
    mine = ours(spec, x, len(theirs))
    check(f"{what}: largest difference over largest value", np.abs(mine - theirs).max() / np.abs(theirs).max(), limit)
    return mine


# LFCC as ASVspoof 2021 has them, all by default
x = voice(480 + 39 * 240)
weights = triangles(70, 1024, 0, 4000, False)
plain = of_bands(x, 40, 240, 480, 1024, weights, 20, np.log10)
lfcc = finish(plain, 2, 1, "keep")
compare("lfcc", {"sound": "lfcc", "frames": 40}, lfcc, x)
compare("lfcc, frames first", {"sound": "lfcc", "frames": 40, "frames_first": True}, lfcc, x)
compare("lfcc, one slope, level", {"sound": "lfcc", "frames": 40, "deltas": 1, "level": "mean"}, finish(plain, 1, 1, "mean"), x)
compare("lfcc, deviation", {"sound": "lfcc", "frames": 40, "level": "deviation", "deltas": 0}, finish(plain, 0, 1, "deviation"), x)
weights = triangles(30, 512, 100, 7000, False)
y = signal.lfilter([1, -.97], 1, x)[:320 + 29 * 100]
compare("lfcc, others", {"sound": "lfcc", "frames": 30, "window": 320, "hop": 100, "padded": 512, "bands": 30, "low_hz": 100,
                         "high_hz": 7000, "log": "ln", "coefficients": 30, "deltas": 2, "reach": 3, "emphasis": .97},
        finish(of_bands(y, 30, 100, 320, 512, weights, 30, np.log), 2, 3, "keep"), x[:320 + 29 * 100])

# MFCC
x = voice(400 + 49 * 160)
mfcc = finish(of_bands(x, 50, 160, 400, 512, triangles(26, 512, 0, 8000, True), 13, np.log), 2, 2, "keep")
compare("mfcc", {"sound": "mfcc", "frames": 50}, mfcc, x)

# CQCC: the sums by definition in double precision; SciPy's natural spline; SciPy's cosine transform


def cqt(x, frames, hop, low, high, per_octave, gamma):
    bins = int(np.floor(per_octave * np.log2(high / low) + 1e-9)) + 1
    hz = low * 2. ** (np.arange(bins) / per_octave)
    length = RATE / (hz * (2 ** (1 / per_octave) - 1) + gamma)
    window = int(np.ceil(length[0]))
    t = np.arange(window) - (window - 1) / 2
    w = np.where(np.abs(t) <= length[:, None] / 2, .5 + .5 * np.cos(2 * np.pi * t / length[:, None]), 0)
    kernel = w / w.sum(1, keepdims=True) * np.exp(-2j * np.pi * hz[:, None] * t / RATE)
    return hz, window, lambda x: np.abs(cut(x, frames, hop, window) @ kernel.T) ** 2


def cqcc(hz, power, parts, coefficients):
    even = np.linspace(hz[0], hz[-1], int(round((hz[-1] - hz[0]) / (hz[0] / parts))) + 1)
    return fft.dct(interpolate.CubicSpline(hz, np.log(power + EPS), axis=1, bc_type="natural")(even), norm="ortho")[:, :coefficients].T


hz, window, power = cqt(x, 20, 160, 62.5, 4000, 12, 0)
check("bins of six octaves, 12 each, and the last", abs(len(hz) - 73), 0)
check("longest window, samples of 4306", abs(window - 4306), 0)
x = voice(window + 19 * 160)
compare("cqcc", {"sound": "cqcc", "frames": 20}, finish(cqcc(hz, power(x), 16, 20), 2, 1, "keep"), x)
hz, window, power = cqt(x, 10, 200, 100, 7900, 24, 20)
x = voice(window + 9 * 200)
compare("cqcc, others", {"sound": "cqcc", "frames": 10, "hop": 200, "low_hz": 100, "high_hz": 7900, "per_octave": 24, "gamma_hz": 20,
                         "parts": 9, "coefficients": 30, "deltas": 0}, cqcc(hz, power(x), 9, 30), x)
# the variant of 2019: 96 bins in an octave from fs / 2^10 on, gamma as the toolbox has it
gamma = 228.7 * (2 ** (1 / 96) - 2 ** (-1 / 96))
hz, window, power = cqt(x, 8, 256, RATE / 2 ** 10, 8000, 96, gamma)
x = voice(window + 7 * 256)
compare("cqcc of 2019", {"sound": "cqcc", "frames": 8, "hop": 256, "low_hz": RATE / 2 ** 10, "high_hz": 8000, "per_octave": 96,
                         "gamma_hz": gamma, "deltas": 0}, cqcc(hz, power(x), 16, 20), x)

# group delay: the plain one is SciPy's own, of the windowed frame; the modified one by its formula with a whole cepstrum


def delays(x, frames, hop, window, padded, alpha, gamma, lifter, coefficients):
    w = signal.get_window("hamming", window, fftbins=False)
    out = []
    for frame in cut(x, frames, hop, window) * w:
        a, b = fft.fft(frame, padded), fft.fft(np.arange(window) * frame, padded)
        size = np.abs(a)
        if lifter:
            c = fft.ifft(np.log(size)).real
            c[lifter:padded - lifter + 1] = 0
            size = np.exp(fft.fft(c).real)
        tau = (a.real * b.real + a.imag * b.imag) / size ** (2 * gamma)
        out.append(np.sign(tau) * np.abs(tau) ** alpha)
    return np.array(out)[:, :padded // 2 + 1]


x = voice(400 + 19 * 160)
tau = delays(x, 20, 160, 400, 512, .4, .9, 8, 20)
compare("group delay", {"sound": "group_delay", "frames": 20}, fft.dct(tau, norm="ortho")[:, :20].T, x)
all_bins = {"sound": "group_delay", "frames": 8, "alpha": 1, "gamma": 1, "lifter": 0, "coefficients": 257}
# one decaying resonance, so that the plain one stays far from zeros of |X|
ring = np.zeros(400 + 7 * 160)
for t in range(8):
    ring[t * 160:] += .99 ** np.arange(len(ring) - t * 160) * np.cos(.3 * np.arange(len(ring) - t * 160))
mine = ours(all_bins, ring, 257)
b = ring[:400] * signal.get_window("hamming", 400, fftbins=False)
theirs = signal.group_delay((b.astype("<f4"), [1]), w=np.arange(1, 256) * 2 * np.pi / 512)[1]
back = fft.idct(mine[:, 0].astype(float), norm="ortho")[1:256]
check("plain group delay against scipy.signal.group_delay, samples", np.abs(back - theirs).max(), .001)

driver.stdin.close()
sys.exit(failed > 0)

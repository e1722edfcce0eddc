#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaths between phrases: what a plain definition finds, and how often in real and in generated recordings (docs/voice.md says why
it is no part of the report). After what breaths are in Ruinskiy & Lavner, IEEE TASLP 15(3), 2007; they match a template of labelled
breaths, of which there are none here.

    breaths.py --check                               on made sounds: a breath, and what must not be taken for one
    breaths.py SPLIT N LABELS.csv...                 N recordings of each list and label, evenly spaced, 3 s or more; 20 s of each
    breaths.py --list FILE...                        where

Needs ffmpeg, NumPy and SciPy."""
import csv
import os
import subprocess
import sys
import numpy as np
from scipy.signal import stft

RATE, STEP_S = 16000, .01
LONG_S = (.12, .7)      # a breath lasts
GAP_S = .3              # without voice around it: between phrases
VOICED = .55            # normalised autocorrelation, 75 to 400 Hz
LOUD_DB = 25            # below the loudest 5 %: what is softer is no voice
OVER_DB = 6             # the noise: the softest 5 %
UNDER_DB = 8            # the median of the voiced frames
HISS_DB = 3             # 4.5 to 7.8 kHz over 0.5 to 3.5 kHz: more is a fricative
RUMBLE_DB = 8           # 0.1 to 0.35 kHz over the same: more is wind, hum or voice
NEEDED = 100            # voiced frames


def voicing(x):
    n, frames = 640, []
    for c in range(200, len(x) - 200, 160):
        s = x[max(c - 320, 0):max(c - 320, 0) + n]
        frames.append(np.pad(s, (0, n - len(s))))
    if not frames:
        return np.zeros(0)
    window = np.hanning(n)
    s = (np.array(frames) - np.mean(frames, axis=1, keepdims=True)) * window
    r = np.fft.irfft(np.abs(np.fft.rfft(s, 2048)) ** 2)
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, 2048)) ** 2)
    return (r[:, 40:214] / (r[:, :1] + 1e-12) / (shape[40:214] / shape[0])).max(axis=1)


def breaths(x):
    """From, to of each; None: hardly any voice."""
    f, t, z = stft(x, RATE, "hann", 400, 240, 512, boundary=None, padded=False)
    v = voicing(x)
    n = min(len(v), len(t))
    if not n:
        return None
    power, v = np.abs(z[:, :n]) ** 2, v[:n]

    def db(low, high):
        return 10 * np.log10(power[(f >= low) & (f < high)].sum(0) + 1e-12)

    level = db(150, 7000)
    voiced = (v > VOICED) & (level > np.percentile(level, 95) - LOUD_DB)
    if voiced.sum() < NEEDED:
        return None
    near = np.convolve(voiced, np.ones(5), "same") > 2
    middle = db(500, 3500)
    like = (~near & (v < VOICED - .05) & (level > np.percentile(level, 5) + OVER_DB) & (level < np.median(level[voiced]) - UNDER_DB) &
            (db(4500, 7800) - middle < HISS_DB) & (db(100, 350) - middle < RUMBLE_DB))
    like = np.convolve(like, np.ones(3), "same") >= 2
    found, i = [], 0
    while i < n:
        j = i
        while j < n and like[j]:
            j += 1
        before, after = i, j
        while before > 0 and not near[before - 1]:
            before -= 1
        while after < n and not near[after]:
            after += 1
        if LONG_S[0] <= (j - i) * STEP_S <= LONG_S[1] and (after - before) * STEP_S >= GAP_S:
            found.append((t[i], t[j - 1]))
        i = j + 1
    return found


def load(path):
    out = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-t", "20", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.int16) / 32768


def made(noise_db, low, high, seconds, gap_s=.8):
    """Two seconds of a buzz, a gap with a noise in its middle, and the buzz again; noise of -70 dB all over."""
    rng, t = np.random.default_rng(3), np.arange(2 * RATE) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 20)) * (.6 + .4 * np.sin(2 * np.pi * 3 * t)) * .1
    gap, n = np.zeros(int(gap_s * RATE)), int(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    breath = np.fft.irfft(spectrum * ((hz > low) & (hz < high)), n) * np.hanning(n) ** .5
    breath *= np.sqrt(np.mean(buzz ** 2)) * 10 ** (noise_db / 20) / np.sqrt(np.mean(breath ** 2))
    start = (len(gap) - n) // 2
    gap[start:start + n] = breath
    x = np.concatenate([buzz, gap, buzz])
    return x + rng.standard_normal(len(x)) * 10 ** (-70 / 20)


def check():
    cases = {"a breath of 0.3 s, 25 dB below the voice": (-25, 500, 4000, .3, .8, 1), "one of 0.06 s": (-25, 500, 4000, .06, .8, 0),
             "one of 1.2 s": (-25, 500, 4000, 1.2, 2, 0), "one as loud as the voice": (0, 500, 4000, .3, .8, 0),
             "one below the noise": (-62, 500, 4000, .3, .8, 0), "a fricative": (-25, 5000, 7800, .3, .8, 0),
             "rumble": (-25, 100, 300, .3, .8, 0), "one inside a phrase": (-25, 500, 4000, .2, .2, 0)}
    failed = 0
    for name, (level, low, high, seconds, gap_s, wanted) in cases.items():
        found = breaths(made(level, low, high, seconds, gap_s))
        failed += len(found) != wanted
        print(f"{name}: {len(found)} found, {wanted} wanted")
    return 1 if failed else 0


def rates(split, most, lists):
    for path in lists:
        with open(path, encoding="utf-8") as f:
            rows = [r for r in csv.DictReader(f) if r["split"] == split]
        for label in ("real", "fake"):
            chosen = [r for r in rows if r["label"] == label]
            heard = found = having = 0
            seconds = 0.
            for r in chosen[::max(1, len(chosen) // (3 * most))]:
                x = load(os.path.join(os.path.dirname(path), r["path"]))
                here = breaths(x) if len(x) >= 3 * RATE and heard < most else None
                if here is not None:
                    heard, found, having, seconds = heard + 1, found + len(here), having + bool(here), seconds + len(x) / RATE
            print(f"{path} {label}: {heard} recordings, {seconds:.0f} s, {found} found, {60 * found / max(seconds, 1):.1f} a minute, "
                  f"{having} recordings with one", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check())
    if sys.argv[1] == "--list":
        for name in sys.argv[2:]:
            print(name, " ".join(f"{a:.2f}-{b:.2f}" for a, b in breaths(load(name)) or []))
    else:
        rates(sys.argv[1], int(sys.argv[2]), sys.argv[3:])

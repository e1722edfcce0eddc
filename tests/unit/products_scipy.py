#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Products of sound against SciPy.

usage: products_scipy.py DRIVER (products_driver). Skipped (77) without SciPy.
"""
import math
import subprocess
import sys

try:
    import numpy as np
    from scipy import fft, signal
except ImportError:
    print("skipped: no python3-scipy", file=sys.stderr)
    sys.exit(77)

driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
failed = 0


def check(what, value, limit):
    global failed
    bad = not value <= limit
    failed += bad
    print(f"{what}: {value:.3g} (at most {limit:g}){' FAILED' if bad else ''}", file=sys.stderr)


def same(what, ours, theirs):
    global failed
    if ours != theirs:
        failed += 1
        print(f"{what}: {ours}, not {theirs}", file=sys.stderr)


def read():
    n = np.frombuffer(driver.stdout.read(4), np.int32)[0]
    return np.frombuffer(driver.stdout.read(4 * n), np.float32).astype(float)


def products(x, rate, block=1024):
    driver.stdin.write(f"sound {rate} {len(x)} {block} 0\n".encode() + x.astype(np.float32).tobytes())
    driver.stdin.flush()
    samples, power, mel, voice, pitch = (read() for _ in range(5))
    return samples, power.reshape(-1, 257), mel.reshape(-1, 64), voice.reshape(-1, 2), pitch.reshape(-1, 3)


rng = np.random.default_rng(2)

# ---- 16 kHz: the same filter through resample_poly ----
for rate in (8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000, 192000, 47999):
    x = rng.normal(0, .3, rate // 2).astype(np.float32)
    ours = products(x, rate)[0]
    divisor = math.gcd(rate, 16000)
    up, down = 16000 // divisor, rate // divisor
    if rate == 16000:
        theirs = x.astype(float)
        same("samples at 16 kHz", len(ours), len(x))
    else:
        part = min(1, 16000 / rate)
        half = -(-math.ceil((85 - 7.95) / (14.36 * part * .05) / 2) // 4) * 4
        t = np.arange(-half * up, half * up + 1) / up
        h = part * .95 * np.sinc(part * .95 * t) * np.kaiser(2 * half * up + 1, .1102 * (85 - 8.7))
        h[0] = h[-1] = 0  # ours is open at its ends
        theirs = signal.resample_poly(x.astype(float), up, down, window=h / up)  # which multiplies by up
        # what lies half a filter before the end
        same(f"samples from {rate} Hz", len(ours), -(-(len(x) - half) * up // down))
    # float sums of some hundred products; 47999 Hz interpolates its table, 1.2e-6 of a value
    check(f"{rate} Hz", np.abs(ours - theirs[:len(ours)]).max(), 1e-6)

# pass band and stop band as stated, by tones
for rate in (44100, 48000):
    t = np.arange(rate) / rate
    for hz, low, high in ((100, -.001, .001), (7200, -.001, .001), (8000, -300, -84), (9000, -300, -84), (15000, -300, -84)):
        y = products(np.sin(2 * np.pi * hz * t), rate)[0][200:-200]
        angle = 2 * np.pi * hz / 16000 * np.arange(len(y))  # its mirror image when above 8 kHz
        parts = np.linalg.lstsq(np.column_stack([np.cos(angle), np.sin(angle)]), y, rcond=None)[0]
        db = 10 * np.log10(parts @ parts + 1e-30)
        check(f"{hz} Hz at {rate} Hz: dB above", max(db - high, low - db), 1e-3 if high > -1 else 0)

# ---- spectrogram and mel ----
x = rng.normal(0, .1, 16000) + .3 * np.sin(np.arange(16000) * .4)
samples, power, mel, voice, pitch = products(x, 16000)
f, _, s = signal.spectrogram(x.astype(np.float32).astype(float), 16000, signal.get_window("hann", 400), noverlap=240,
                             nfft=512, detrend=False, scaling="density", mode="psd")
s = s.T * 31.25  # density to power per bin
same("frames", power.shape, s.shape)
check("spectrogram, relative", (np.abs(power - s) / (s + 1e-9)).max(), 1e-6)
check("sum is the mean square", abs(power.sum(1).mean() / np.mean(x ** 2) - 1), .02)

edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 66) / 2595) - 1)
bank = np.maximum(0, np.minimum((f - edges[:-2, None]) / np.diff(edges)[:-1, None],
                                (edges[2:, None] - f) / np.diff(edges)[1:, None]))
same("bands without a bin", int((bank.sum(1) == 0).sum()), 0)
check("log-mel", np.abs(mel - np.log(np.maximum(s @ bank.T, 1e-10))).max(), 1e-5)
check("log-mel of silence", np.abs(products(np.zeros(2000), 16000)[2] - np.log(1e-10)).max(), 1e-5)


# ---- voice: the recursion in double precision ----
def voice_of(power):
    out, odds = [], 2
    noise = np.maximum(np.array([power[0][max(k - 8, 0):k + 9].mean() for k in range(257)]) / 1.31, 3e-13)
    speech, present = np.zeros(257), np.zeros(257)
    fixed = 10 ** 1.5
    for y in power:
        p = 1 / (1 + (1 + fixed) * np.exp(-y / noise * fixed / (1 + fixed)))
        present = .9 * present + .1 * p
        p = np.where(present > .99, np.minimum(p, .99), p)
        noise = np.maximum(.8 * noise + .2 * (p * noise + (1 - p) * y), 3e-13)
        post = y / (1.31 * noise)
        prior = np.maximum(.99 * speech + .01 * np.maximum(post - 1, 0), 1)
        gain = prior / (1 + prior)
        ratio = np.mean(post * gain - np.log(1 + prior))
        speech = gain ** 2 * post
        odds = (.2 + .9 * odds) / (.8 + .1 * odds) * np.exp(np.clip(ratio * 257 / (1.5 * 512 / 400), -50, 50))
        out.append((ratio, odds / (1 + odds)))
    return np.array(out)


t = np.arange(16000 * 8) / 16000
talk = (np.floor(t / .5) % 2 == 1) & (t > 1)  # half a second on, half a second off, after one of noise
f0 = 140 + 20 * np.sin(2 * np.pi * 3 * t)
phase = 2 * np.pi * np.cumsum(f0) / 16000
vowel = sum(np.sin(k * phase) / k for k in range(1, 25))
for snr in (5, 15):
    x = vowel * talk
    x = x / x[talk].std() * .05 + rng.normal(0, .05 * 10 ** (-snr / 20), len(t))
    _, power, _, voice, pitch = products(x, 16000)
    theirs = voice_of(power)
    check(f"voice ratio, {snr} dB", np.abs(voice[:, 0] - theirs[:, 0]).max() / np.abs(theirs[:, 0]).max(), 1e-4)
    check(f"voice probability, {snr} dB", np.abs(voice[:, 1] - theirs[:, 1]).max(), 1e-2)
    centre = np.arange(len(voice)) * 160 + 200
    inside = np.array([talk[max(c - 400, 0):c + 400].all() for c in centre])
    outside = np.array([not talk[max(c - 800, 0):c + 800].any() for c in centre])
    check(f"speech missed, {snr} dB", (voice[inside, 1] < .5).mean(), .02)
    check(f"noise taken for speech, {snr} dB", (voice[outside, 1] >= .5).mean(), .02)
    index = pitch[:, 0].astype(int)
    same("pitch frames", list(index), list(range(1, len(index) + 1)))
    inside = inside[index]
    truth = f0[np.minimum(centre[index], len(t) - 1)]
    voiced = pitch[:, 1] > 0
    check(f"no pitch in a vowel, {snr} dB", 1 - voiced[inside].mean(), .01)
    check(f"pitch in noise, {snr} dB", voiced[outside[index]].mean(), .02)
    check(f"pitch off by more than 5 Hz, {snr} dB", (np.abs(pitch[:, 1] - truth)[inside & voiced] > 5).mean(), .01)

# ---- pitch: whole paths by definition, in SciPy, for a sound shorter than the loudness memory ----
window = .5 - .5 * np.cos(2 * np.pi * (np.arange(640) + .5) / 640)


def correlation(x):  # at quarter samples, band limited
    spectrum = np.abs(np.fft.rfft(x, 1024)) ** 2
    spectrum[-1] /= 2
    return np.fft.irfft(np.concatenate([spectrum, np.zeros(1536)]), 4096)[:860]


def candidates(x):
    x = x - x[107:533].mean()
    r = correlation(x * window)
    if r[0] <= 0:
        return [(0, 0)]
    r = r / r[0] / (correlation(window) / correlation(window)[0])
    found = []
    for i in range(106, 855):
        if r[i] > r[i - 1] and r[i] >= r[i + 1] and r[i] >= .225:
            slope, bend = (r[i + 1] - r[i - 1]) / 2, 2 * r[i] - r[i - 1] - r[i + 1]
            hz, height = 64000 / (i + slope / bend), r[i] + slope ** 2 / bend / 2
            if 75 <= hz <= 600:
                found.append((hz, height if height <= 1 else 1 / height))
    found.sort(key=lambda c: -(c[1] - .01 * np.log2(75 / c[0])))
    return [(0, 0)] + found[:14]


def pitch_of(x):
    starts = range(40, len(x) - 639, 160)
    peaks = [np.abs(x[s + 214:s + 426] - x[s + 107:s + 533].mean()).max() for s in starts]
    best, back, all_frames = None, [], []
    for n, s in enumerate(starts):
        frame = candidates(x[s:s + 640])
        level = peaks[n] / max(max(peaks[:n + 1]), 1e-300)
        own = [.45 + max(0, 2 - level * 1.45 / .03)] + [r - .01 * np.log2(75 / hz) for hz, r in frame[1:]]
        if best is None:
            best = np.array(own)
            back.append([0] * len(frame))
        else:
            last = all_frames[-1]
            gain = np.array([[best[j] - (0 if a == b == 0 else .14 if a == 0 or b == 0 else .35 * abs(np.log2(a / b)))
                              for j, (a, _) in enumerate(last)] for b, _ in frame])
            back.append(gain.argmax(1))
            best = gain.max(1) + own
        all_frames.append(frame)
    at, path = int(best.argmax()), []
    for n in range(len(all_frames) - 1, -1, -1):
        path.append(all_frames[n][at])
        at = back[n][at]
    return np.array(path[::-1])


x = ((vowel * talk)[:40000] * .05 + rng.normal(0, .01, 40000)).astype(np.float32)
ours, theirs = products(x, 16000)[4], pitch_of(x.astype(float))
same("pitch frames", len(ours), len(theirs))
check("pitch frames that differ from the definition", (np.abs(ours[:, 1] - theirs[:, 0]) > .01).mean(), 0)
check("strength", np.abs(ours[:, 2] - theirs[:, 1]).max(), 1e-5)

# pure tones: to a thousandth, and a strength near 1
for hz in (80, 120.5, 233, 440, 590):
    pitch = products(.3 * np.sin(2 * np.pi * hz * np.arange(16000) / 16000), 16000)[4]
    check(f"a tone of {hz} Hz", np.abs(pitch[:, 1] / hz - 1).max(), 1e-3)
    check("its strength below 1", 1 - pitch[:, 2].min(), .01)
# harmonics 20 dB above white noise: the strength says so (r / (1 - r), Boersma's table: within 1 dB)
tone = vowel[:32000] / vowel[:32000].std()
pitch = products(.05 * (np.sin(phase[:32000]) * 2 ** .5 + rng.normal(0, .1, 32000)), 16000)[4]
r = np.median(pitch[:, 2])
check("harmonics to noise off 20 dB", abs(10 * np.log10(r / (1 - r)) - 20), 2)

# ---- other blocks, the same bytes ----
x = (.1 * vowel * talk)[:60000] + rng.normal(0, .01, 60000)
whole = products(x, 44100, len(x))
for block in (1, 7, 160, 1000, 44100):
    for a, b in zip(whole, products(x[:3000] if block == 1 else x, 44100, block)):
        if block == 1:
            continue
        same(f"blocks of {block}", a.tobytes() == b.tobytes(), True)

driver.stdin.close()
if driver.wait():
    sys.exit("the driver failed")
sys.exit(1 if failed else 0)

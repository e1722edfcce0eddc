#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jumps of the hum under real voices that the signal mains_hum finds: minutes put together of real train clips, with hum of
-40, -46 and -52 dB under a voice of -26 dB, half of them with a jump of 30 to 180 degrees.

    hum_jumps.py UNMASK N LABELS.csv
Needs ffmpeg and NumPy. Same input, same hum."""
import csv, json, os, re, subprocess, sys, tempfile
import numpy as np

RATE, CLIPS, NEAR_S = 16000, 15, .5
unmask, n, labels = sys.argv[1], int(sys.argv[2]), sys.argv[3]
rng = np.random.default_rng(5)
with open(labels, newline="") as f:
    paths = [os.path.join(os.path.dirname(labels), r["path"]) for r in csv.DictReader(f) if r["split"] == "train" and r["label"] == "real"]
pool = []
for path in rng.permutation(paths)[:120]:
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"], capture_output=True)
    sound = np.frombuffer(raw.stdout, np.float32).astype(float)
    pool.append(sound / max(np.sqrt(np.mean(sound ** 2)), 1e-9) * .05)
heard, found, false = {False: 0, True: 0}, 0, 0
with tempfile.TemporaryDirectory() as folder:
    files, truth, reports = [], [], os.path.join(folder, "reports")
    os.mkdir(reports)
    for k in range(n):
        voice = np.concatenate([pool[i] for i in rng.permutation(len(pool))[:CLIPS]])[:60 * RATE]
        t = np.arange(len(voice)) / RATE
        phase = 2 * np.pi * (1 + k % 3) * np.cumsum((50, 60)[k % 2] + .015 * np.sin(2 * np.pi * t / 40 + k)) / RATE
        at, deg = rng.uniform(.1, .85) * t[-1], rng.uniform(30, 180)
        truth.append(at if k >= n // 2 else None)
        phase += (t > at) * np.radians(deg) * (k >= n // 2)
        mixed = voice + 10 ** ((-40, -46, -52)[k // 3 % 3] / 20) * np.sqrt(2) * np.sin(phase)
        files.append(os.path.join(folder, "%04d.wav" % k))
        subprocess.run(["ffmpeg", "-v", "error", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-", files[-1]], check=True,
                       input=np.clip(np.round(mixed * 32768), -32768, 32767).astype("<i2").tobytes())
    subprocess.run([unmask, "analyze", "--quiet", "--signals", "mains_hum", "--json", reports, *files], stdout=subprocess.DEVNULL)
    for at, name in zip(truth, sorted(os.listdir(reports))):
        with open(os.path.join(reports, name)) as f:
            signal = next(s for s in json.load(f)["signals"] if s["name"] == "mains_hum")
        if signal["status"] != "scored":
            continue
        heard[at is not None] += 1
        told = [float(re.match(r"at ([\d.]+) s", e["text"]).group(1)) for e in signal["evidence"]]
        near = [t for t in told if at is not None and abs(t - at) <= NEAR_S]
        found += bool(near)
        false += len(told) - len(near)
print("hum heard in %d of %d minutes; of %d jumps in these %d found within %.1f s; %d told where none is" %
      (sum(heard.values()), n, heard[True], found, NEAR_S, false))

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does voice_generated accuse more often when it speaks of each voice, and does it find one generated voice of two? Conversations of
two real speakers (two of three), or of a real and a generated one, in turns of 3 to 6 s.

    voice_conversations.py UNMASK N SEED VOICES/labels.csv CLIPS/labels.csv
Train rows of the sources that the voice network was not trained on (part 1/5 by the hash of their names), and real train clips with
sound. Told: in how many conversations the score of the file, and that of file or any voice, is called manipulated. Needs ffmpeg
and NumPy."""
import csv, json, os, subprocess, sys, tempfile
from collections import Counter, defaultdict
import numpy as np

RATE, LEAST_S, MOST_S, FILES = 16000, 6, 20, 6
unmask, n, seed, voices, clips = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
rng = np.random.default_rng(seed)


def fnv(name):
    h = 2166136261
    for b in name.encode():
        h = ((h ^ b) * 16777619) & 0xffffffff
    return h


def rows(labels):
    with open(labels, newline="") as f:
        for r in csv.DictReader(f):
            if r["split"] == "train":
                yield r, os.path.join(os.path.dirname(labels), r["path"])


pool = {"real": defaultdict(list), "fake": defaultdict(list)}
for r, path in rows(voices):
    if fnv(r["source"]) % 5 == 1 and r["kind"] not in ("partial", "splice"):
        pool[r["label"]][r["source"] + "|" + r["group" if r["label"] == "real" else "generator"]].append(path)
for r, path in rows(clips):
    if r["label"] == "real":
        pool["real"][r["source"] + "|" + r["path"]].append(path)
cache = {}


def sound_of(path):
    if path not in cache:
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-vn", "-ac", "1", "-ar", str(RATE), "-t", str(MOST_S), "-f", "f32le", "-"], capture_output=True)
        x = np.frombuffer(raw.stdout, np.float32).astype(float)
        loud = np.flatnonzero(np.abs(x) > .02 * np.abs(x).max()) if len(x) else []
        x = x[loud[0]:loud[-1] + 1] if len(loud) else x[:0]
        cache[path] = x / np.sqrt(np.mean(x ** 2) + 1e-12) * .05 if len(x) else x
    return cache[path]


def turns_of(label, who):
    paths = pool[label][who]
    x = np.concatenate([sound_of(paths[i]) for i in rng.permutation(len(paths))[:FILES]])[:MOST_S * RATE]
    at, out = 0, []
    while len(x) - at > 2 * RATE:
        length = int(rng.uniform(3, 6) * RATE)
        out.append(x[at:at + length])
        at += length
    return out


def conversation(other):
    first, second = speakers["real"][rng.integers(len(speakers["real"]))], speakers[other][rng.integers(len(speakers[other]))]
    while first == second:
        second = speakers[other][rng.integers(len(speakers[other]))]
    turns, sound = (turns_of("real", first), turns_of(other, second)), [np.zeros(RATE // 2)]
    for i in range(max(map(len, turns))):
        for t in turns:
            if i < len(t):
                sound += [t[i], np.zeros(int(rng.uniform(.2, 1) * RATE))]
    sound = np.concatenate(sound)
    return sound + 10 ** (-65 / 20) * rng.standard_normal(len(sound))


speakers = {k: [w for w in sorted(p) if sum(len(sound_of(f)) for f in p[w][:FILES]) > LEAST_S * RATE] for k, p in pool.items()}
print("speakers:", {k: len(v) for k, v in speakers.items()})
counts = Counter()
with tempfile.TemporaryDirectory() as folder:
    reports, files = os.path.join(folder, "reports"), []
    os.mkdir(reports)
    for k in range(n):
        files.append(os.path.join(folder, "%04d.wav" % k))
        sound = conversation("fake" if k % 3 == 2 else "real")
        subprocess.run(["ffmpeg", "-v", "error", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-", files[-1]], check=True,
                       input=np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes())
    subprocess.run([unmask, "analyze", "--quiet", "--threads", "1", "--signals", "voice_generated", "--json", reports, *files], stdout=subprocess.DEVNULL)
    for name in sorted(os.listdir(reports)):
        with open(os.path.join(reports, name)) as f:
            report = json.load(f)
        kind = "mixed" if int(name[:4]) % 3 == 2 else "real"
        scored = [r for r in report["signals"][0]["results"] if r["score"] is not None]
        if not scored:
            counts[kind, "silent"] += 1
            continue
        of = [r["log_lr"] for r in scored if r.get("subject", {}).get("kind") == "voice"]
        whole = next(r["log_lr"] for r in scored if not r.get("subject"))
        counts[kind, "all"] += 1
        counts[kind, "two voices scored"] += len(of) > 1
        counts[kind, "file called"] += whole >= .731406  # of the built-in calibration
        counts[kind, "file or voice called"] += max(of + [whole]) >= .731406
for key, c in sorted(counts.items()):
    print(*key, c)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks when, by the signal speaker_turns, in conversations put together of real recordings: 1, 2 or 3 speakers of one
source, EACH_S seconds of each (or what they say, but no less than 5/24 of it) in turns of 3 to 6 s, pauses of 0.2 to 1.5 s, levels
that differ by up to 6 dB, noise of -55 dB, every third through a telephone's band.

    speaker_turns.py UNMASK N SPLIT FOLDS EACH_S LABELS.csv...
FOLDS: "01" takes speakers of the folds 0 and 1 of five only, as tools/speaker_model.py numbers them; "" all.
Of the time in which both say that somebody speaks, the share that has the wrong voice under the best naming. Needs ffmpeg
and NumPy. Same input, same conversations."""
import csv, itertools, json, os, subprocess, sys, tempfile, zlib
from collections import Counter, defaultdict
import numpy as np

RATE, GRID = 16000, 1600
UNKNOWN = {"google-internal-multi", "ami-wsj", "vad-recorded", "vad-timit", ""}
unmask, n, split, folds, each_s = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5])
rng = np.random.default_rng(7)
pool = defaultdict(lambda: defaultdict(list))  # source, speaker: paths
for labels in sys.argv[6:]:
    with open(labels, newline="") as f:
        for r in csv.DictReader(f):
            who = r.get("speaker") or r.get("group")
            source = r.get("source") or r["path"].split("/")[0]
            if r["split"] == split and r["label"] == "real" and who not in UNKNOWN and not who.endswith("unknown") and not (
                    folds and str(zlib.crc32(who.encode()) % 5) not in folds):
                pool[source][who].append(os.path.join(os.path.dirname(labels), r["path"]))
sources = sorted(s for s in pool if len(pool[s]) >= 3)
cache = {}


def sound_of(path):
    if path not in cache:
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"], capture_output=True)
        x = np.frombuffer(raw.stdout, np.float32).astype(float)
        loud = np.flatnonzero(np.abs(x) > .02 * np.abs(x).max())
        x = x[loud[0]:loud[-1] + 1]
        cache[path] = x / np.sqrt(np.mean(x ** 2)) * .05
    return cache[path]


def turns_of(speakers, paths):
    """What each says, cut into turns of 3 to 6 s, one speaker after another."""
    left = {}
    for s in speakers:
        x = np.concatenate([sound_of(p) for p in rng.permutation(paths[s])[:8]])[:int(each_s * RATE)]
        left[s] = [x[int(at):int(at + length)] for at, length in cuts(len(x))]
    out, last = [], None
    while any(left.values()):
        ready = [s for s in speakers if left[s] and s != last] or [s for s in speakers if left[s]]
        last = ready[rng.integers(len(ready))]
        out.append((last, left[last].pop(0)))
    return out


def cuts(n):
    at = 0
    while n - at > 2 * RATE:
        length = rng.uniform(3, 6) * RATE
        yield at, length
        at += length


def conversation(k):
    while True:  # of a source in which enough speakers say enough
        source = sources[rng.integers(len(sources))]
        who = [s for s in sorted(pool[source]) if sum(len(sound_of(p)) for p in pool[source][s][:8]) >= each_s * 5 / 24 * RATE]
        if len(who) > k % 3:
            break
    speakers = [who[i] for i in rng.permutation(len(who))[:1 + k % 3]]
    sound, truth = [np.zeros(RATE // 2)], [np.full(RATE // 2, -1)]
    level = {s: 10 ** (rng.uniform(-3, 3) / 20) for s in speakers}
    for s, x in turns_of(speakers, pool[source]):
        pause = int(rng.uniform(.2, 1.5) * RATE)
        sound += [x * level[s], np.zeros(pause)]
        truth += [np.full(len(x), speakers.index(s)), np.full(pause, -1)]
    sound = np.concatenate(sound)
    return source, sound + 10 ** (-55 / 20) * rng.standard_normal(len(sound)), np.concatenate(truth)


def told_of(report, n_grid):
    signal = next(s for s in report["signals"] if s["name"] == "speaker_turns")
    if signal["status"] != "scored":
        return None, 0
    told = np.full(n_grid, -1)
    voices = [s for s in signal["series"] if s["subject"] and s["subject"]["kind"] == "voice"]
    for s in voices:
        for t, v in s["samples"]:
            if v > .5:
                told[max(0, int((t - .25) * RATE / GRID)):int((t + .25) * RATE / GRID)] = s["subject"]["id"] - 1
    return told, max(1, len(voices))


counts, wrong, both, per = Counter(), defaultdict(float), defaultdict(float), Counter()
with tempfile.TemporaryDirectory() as folder:
    files, truths, reports = [], [], os.path.join(folder, "reports")
    os.mkdir(reports)
    for k in range(n):
        source, sound, truth = conversation(k)
        files.append(os.path.join(folder, "%04d.wav" % k))
        truths.append((source, 1 + k % 3, truth))
        band = ["-af", "highpass=f=300,lowpass=f=3400"] if k // 3 % 3 == 2 else []
        subprocess.run(["ffmpeg", "-v", "error", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-", *band, files[-1]], check=True,
                       input=np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes())
    subprocess.run([unmask, "analyze", "--quiet", "--threads", "1", "--signals", "speaker_turns", "--json", reports, *files], stdout=subprocess.DEVNULL)
    for (source, speakers, truth), name in zip(truths, sorted(os.listdir(reports))):
        truth = truth[GRID // 2::GRID]
        with open(os.path.join(reports, name)) as f:
            told, n_told = told_of(json.load(f), len(truth))
        if told is None:
            counts[speakers, "too short"] += 1
            continue
        counts[speakers, n_told] += 1
        per[source, speakers, n_told] += 1
        if n_told == 1:
            told[:] = 0
        q = (truth >= 0) & (told >= 0)
        right = 0
        for names in itertools.permutations(range(max(n_told, speakers)), speakers):
            right = max(right, sum(((truth == i) & (told == v) & q).sum() for i, v in enumerate(names)))
        wrong[speakers] += q.sum() - right
        both[speakers] += q.sum()
for s in (1, 2, 3):
    told = ", ".join("%s: %d" % (v, c) for (k, v), c in sorted(counts.items(), key=str) if k == s)
    print("%d speakers: voices told %s; wrong voice in %.1f %% of %.0f s" % (s, told, 100 * wrong[s] / max(both[s], 1), both[s] * GRID / RATE))
if os.environ.get("BY_SOURCE"):
    for key, c in sorted(per.items()):
        print(key, c)

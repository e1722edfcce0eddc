#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the signal codec_history finds in real speech whose history is known: taken to another rate, so that whatever it went
through before is gone (`none`), then through one encoder of FFmpeg, or cut after it.

    codec_grids.py UNMASK SPLIT COUNT LABELS.csv...
Needs ffmpeg and NumPy. Same input, same files."""
import collections, csv, json, os, re, subprocess, sys, tempfile
import numpy as np

STRETCH = 1.037  # of time: no encoder's frames survive it
LEAST_S, MOST_S = 6, 30
RATES = 22050, 24000, 32000, 44100, 48000  # 64 kbit/s for one channel of less leave hardly a zero
BEGIN = {"mp3": 48, "aac": 0}  # of the frames, when the delay that the encoder declares is taken off
unmask, split, count, lists = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]


def raw(arguments, **more):
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], capture_output=True, **more).stdout


def of_interest(path):
    """Its rate, or 0: too short, or of a rate at which an encoder leaves hardly a zero."""
    told = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,duration", "-of", "csv=p=0", path],
                          capture_output=True, text=True).stdout.split()[0].split(",")
    return int(told[0]) if int(told[0]) in RATES and float(told[1]) >= LEAST_S else 0


def decoded(path):
    return np.frombuffer(raw(["-i", path, "-ac", "1", "-f", "s16le", "-"]), "<i2").astype(float)


def stretched(x):
    n, spectrum = int(len(x) * STRETCH), np.fft.rfft(x)
    return np.fft.irfft(np.pad(spectrum, (0, n // 2 + 1 - len(spectrum))), n) * (n / len(x))


def samples(x):
    return np.clip(np.round(x), -32768, 32767).astype("<i2").tobytes()


def written(path, x, rate):
    raw(["-y", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-", path], input=samples(x))


rng = np.random.default_rng(17)
rows = []
for path in lists:
    with open(path, newline="") as f:
        rows += [os.path.join(os.path.dirname(path), r["path"]) for r in csv.DictReader(f) if r["split"] == split and r["label"] == "real"]
with tempfile.TemporaryDirectory() as folder:
    truth = {}
    for path in rng.permutation(rows):
        rate = of_interest(path)
        if not rate:
            continue
        x = stretched(decoded(path)[:MOST_S * rate])
        i = len({name.split(".")[0] for name in truth})
        if i >= count:
            break
        made = [("none", None, 0, x)]
        for codec, suffix in (("mp3", "mp3"), ("aac", "m4a")):
            for kbps in (64, 128, 192):
                coded = os.path.join(folder, "coded." + suffix)
                raw(["-y", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-", "-b:a", "%dk" % kbps, coded], input=samples(x))
                y = np.frombuffer(raw(["-i", coded, "-f", "s16le", "-ac", "1", "-"]), "<i2").astype(float)
                made.append(("%s %d" % (codec, kbps), codec, 0, y))
                if kbps == 128:
                    at, out = len(y) // 2, int(rng.integers(3000, 9000))
                    made.append(("%s cut" % codec, codec, at / rate, np.concatenate([y[:at], y[at + out:]])))
        for k, (kind, codec, cut, y) in enumerate(made):
            name = "%04d.%d.wav" % (i, k)
            written(os.path.join(folder, name), y, rate)
            truth[name] = (kind, codec, cut)
    os.mkdir(os.path.join(folder, "reports"))
    subprocess.run([unmask, "analyze", "--quiet", "--no-timing", "--threads", "1", "--signals", "codec_history", "--json",
                    os.path.join(folder, "reports"), *(os.path.join(folder, n) for n in truth)], stdout=subprocess.DEVNULL)
    tally = collections.defaultdict(collections.Counter)
    for name, (kind, codec, cut) in truth.items():
        with open(os.path.join(folder, "reports", name + ".json")) as f:
            signal = next(s for s in json.load(f)["signals"] if s["name"] == "codec_history")
        text, t = json.dumps(signal["results"]), tally[kind]
        found = {c.lower(): int(o) for c, o in re.findall(r"(MP3|AAC) from sample (\d+) on", text)}
        t["n"] += 1
        t["found"] += codec in found
        t["exact"] += codec in found and (cut > 0 or found[codec] == BEGIN[codec])
        t["of another"] += bool(set(found) - {codec})
        near = [e for e in signal["evidence"] if abs((e["from_s"] + e["to_s"]) / 2 - cut) <= .1]
        t["cut found"] += bool(cut and near)
        t["moves told"] += len(signal["evidence"])
for kind in sorted(tally):
    print("%-8s" % kind, " ".join("%s %d" % (k, tally[kind][k]) for k in ("n", "found", "exact", "of another", "cut found", "moves told")))

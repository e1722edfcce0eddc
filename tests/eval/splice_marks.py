#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boundaries that the signal sound_splices finds: false alarms per minute on real recordings, hits within 0.1 and 0.3 s
where it is known that there is a cut.

    splice_marks.py UNMASK SPLIT LABELS.csv...         real rows; splices.csv beside a list: known intervals
    splice_marks.py --make N ...                       and N cuts of each kind made of those real rows: `hard`, a part
                                                       left out anywhere; `pause`, two recordings joined in pauses
Needs ffmpeg and NumPy. Same input, same cuts."""
import collections, csv, json, os, re, subprocess, sys, tempfile
import numpy as np

KINDS = {"wave": "the wave jumps", "silence": "digital silence", "line": "the zero line", "background": "the background changes",
         "band": "above 4.4 kHz"}
LEAST_S = 1.5
arguments = sys.argv[1:]
made = int(arguments.pop(1)) if arguments[0] == "--make" else 0
arguments = arguments[1:] if made else arguments
unmask, split, lists = arguments[0], arguments[1], arguments[2:]


def boundaries(paths):
    """Of each: seconds, and its boundaries as (time, kinds, strength). One run for all: starting takes longest."""
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        links, reports = [], os.path.join(folder, "reports")
        os.mkdir(reports)
        for i, path in enumerate(paths):
            links.append(os.path.join(folder, "%05d%s" % (i, os.path.splitext(path)[1])))
            os.symlink(os.path.abspath(path), links[-1])
        if links:
            subprocess.run([unmask, "analyze", "--quiet", "--no-timing", "--signals", "sound_splices", "--json", reports, *links],
                           stdout=subprocess.DEVNULL)
        for name in sorted(os.listdir(reports)):
            with open(os.path.join(reports, name)) as f:
                report = json.load(f)
            found = []
            for e in next(s for s in report["signals"] if s["name"] == "sound_splices")["evidence"]:
                t, strength = re.match(r"at ([\d.]+) s", e["text"]), re.search(r"\(([\d.]+) times", e["text"])
                found.append((float(t.group(1)), {k for k, w in KINDS.items() if w in e["text"]}, float(strength.group(1))))
            answers.append((report["analysed"]["seconds"], found))
    return answers


def decoded(path):
    rate = int(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate", "-of", "csv=p=0", path],
                              capture_output=True, text=True).stdout.split()[0].strip(","))
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "-"], capture_output=True).stdout
    return np.frombuffer(raw, "<i2").astype(float) / 32768, rate


def written(path, sound, rate):
    raw = np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes()
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-", path], input=raw, check=True)


def pause(sound, rate, low, high):
    power = np.convolve(sound * sound, np.ones(int(.03 * rate)), "same")
    a, b = int(low * len(sound)), int(high * len(sound))
    return a + int(np.argmin(power[a:b]))


def told(name, cuts):
    """cuts: [(the times of one file, its boundaries)]"""
    n = sum(len(t) for t, _ in cuts)
    if not n:
        return
    for within in (.1, .3):
        hit = collections.Counter()
        for times, found in cuts:
            for t in times:
                near = [k for at, kinds, _ in found if abs(at - t) <= within for k in kinds]
                hit.update(set(near))
                hit["any"] += bool(near)
        print("%-10s %4d cuts, within %.1f s: %3.0f %%" % (name, n, within, 100 * hit["any"] / n),
              " ".join("%s %d" % (k, hit[k]) for k in KINDS if hit[k]))


real = []
for path in lists:
    folder = os.path.dirname(path)
    with open(path, newline="") as f:
        real += [os.path.join(folder, r["path"]) for r in csv.DictReader(f) if r["split"] == split and r["label"] == "real"]
minutes, alarms, with_alarm, by_source = 0, collections.Counter(), 0, collections.Counter()
for path, (seconds, found) in zip(real, boundaries(real)):
    minutes += seconds / 60
    for at, kinds, strength in found:
        alarms.update(kinds)
        by_source["/".join(path.split(os.sep)[-3:-1])] += 1
        if os.environ.get("VERBOSE"):
            print(path, at, sorted(kinds), strength)
    alarms["any"] += len(found)
    with_alarm += bool(found)
print("%d real recordings, %.1f minutes: %.2f false alarms per minute, in %d files;" %
      (len(real), minutes, alarms["any"] / minutes, with_alarm),
      " ".join("%s %.2f" % (k, alarms[k] / minutes) for k in KINDS))
print("  most in", by_source.most_common(4))
for path in lists:
    known = os.path.join(os.path.dirname(path), "splices.csv")
    if not os.path.exists(known):
        continue
    groups, rows = collections.defaultdict(list), []
    with open(known, newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["path"].startswith("splices_" + split)]
    for r, (_, found) in zip(rows, boundaries([os.path.join(os.path.dirname(path), r["path"]) for r in rows])):
        times = sorted({float(r["start_s"]), float(r["end_s"])})
        groups["inserted" if len(times) > 1 else "joined"].append((times, found))
    for name, cuts in groups.items():
        told(name, cuts)
if made:
    rng = np.random.default_rng(17)
    sounds = [decoded(p) for p in rng.permutation(real)[:3 * made]]
    sounds = [(x, rate) for x, rate in sounds if len(x) > LEAST_S * rate]
    with tempfile.TemporaryDirectory() as folder:
        cuts = {"hard": ([], []), "pause": ([], [])}  # times, paths

        def keep(kind, at, sound):
            cuts[kind][0].append([at / rate])
            cuts[kind][1].append(os.path.join(folder, "%s%04d.wav" % (kind, i)))
            written(cuts[kind][1][-1], sound, rate)

        for i, (x, rate) in enumerate(sounds[:made]):
            a = int(rng.uniform(.3, .5) * len(x))
            keep("hard", a, np.concatenate([x[:a], x[a + int(rng.uniform(.1, .3) * len(x)):]]))
            other = [y for y, r in sounds[i + 1:] + sounds[:i] if r == rate]
            if other:
                a, b = pause(x, rate, .4, .7), pause(other[0], rate, .3, .6)
                keep("pause", a, np.concatenate([x[:a], other[0][b:] * np.std(x) / max(np.std(other[0]), 1e-6)]))
        for kind, (times, paths) in cuts.items():
            told(kind, [(t, found) for t, (_, found) in zip(times, boundaries(paths))])

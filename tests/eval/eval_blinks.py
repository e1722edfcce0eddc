#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks found against blinks that are known: precision, recall, F1 and timing.

    eval_blinks.py UNMASK SAMPLE [--keep DIR] [--seeds 101,104] [--rates 15,17,24,30] [--sizes 640x480,320x240]
                   [--seconds 30] [--models DIR]
    eval_blinks.py UNMASK --real FOLDER [--labels FILE] [--thin N] [--split train|dev]

The first form renders heads with SAMPLE (unmask-sample), with glasses and without; where ffmpeg is there, each clip is
also looked at after H.264 at crf 28. DIR keeps the clips for the next run. The second form looks at the clips below FOLDER
that FILE names (blinks.tsv: those of shared/data/faces/videos, every frame looked at; blinks_media.tsv: of media/clips,
all of split train, closings looked at); --thin 2 drops every second frame, in both phases. `partial` ones (half closed,
squinting) count neither way, `none` says that a clip has none. A blink is found when it overlaps with the true one or is
at most two frames away; each counts once. Timing: middle of the blink that was found less the middle of the closed lids.
"""
import argparse
import collections
import csv
import json
import os
import shutil
import statistics
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def analyse(args, path):
    """Blinks of all persons as (from_s, to_s), seconds, frames a second, whether a rate was stated."""
    command = [args.unmask, "analyze", "--quiet", "--no-timing", "--json", "-", "--signals", "blink"]
    if args.models:
        command += ["--models", args.models]
    report = json.loads(subprocess.run(command + [path], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    signal = report["signals"][0]
    found = [(e["from_s"], e["to_s"]) for e in signal["evidence"] if e["text"].startswith("blink of")]
    return sorted(found), report["analysed"]["seconds"], report["media"]["video"]["frames_per_s"], signal["status"] == "scored"


class Count:
    def __init__(self):
        self.hits = self.missed = self.false = self.clips = self.scored = 0
        self.seconds, self.late_s = 0.0, []

    def add(self, found, true, partial, fps, seconds, scored):
        near, left = 2 / fps + 1e-6, list(found)
        for first, last in true:
            hit = next((f for f in left if f[0] <= last + near and f[1] >= first - near), None)
            if hit:
                left.remove(hit)
                self.hits += 1
                self.late_s.append((hit[0] + hit[1] - first - last) / 2)
            else:
                self.missed += 1
        self.false += sum(not any(f[0] <= b + near and f[1] >= a - near for a, b in partial) for f in left)
        self.seconds += seconds
        self.clips += 1
        self.scored += scored

    def merge(self, other):
        for key, value in vars(other).items():
            setattr(self, key, getattr(self, key) + value)

    def line(self, name):
        precision = self.hits / (self.hits + self.false) if self.hits + self.false else float("nan")
        recall = self.hits / (self.hits + self.missed) if self.hits + self.missed else float("nan")
        both = 2 * self.hits + self.false + self.missed
        f1 = 2 * self.hits / both if both else float("nan")
        late = 1000 * statistics.median(map(abs, self.late_s)) if self.late_s else float("nan")
        return (f"{name:28} {self.hits + self.missed:5} {self.hits:5} {self.false:5} {precision:9.3f} {recall:7.3f} {f1:6.3f}"
                f" {60 * self.false / max(self.seconds, 1):9.2f} {late:9.0f} {self.scored:3} of {self.clips}")


HEAD = f"{'':28} {'true':>5} {'found':>5} {'false':>5} {'precision':>9} {'recall':>7} {'F1':>6} {'false/min':>9} {'off by ms':>9} stated"


def rendered(args, folder, seed, size, rate, worn):
    path = os.path.join(folder, f"s{seed}_{size}_{rate}_{worn}.mp4")
    if not os.path.exists(path + ".truth.json"):
        command = [args.sample, "--seed", seed, "--fps", rate, "--size", size, "--seconds", args.seconds, "--yaw-range", "18"]
        subprocess.run(command + (["--glasses"] if worn == "glasses" else []) + [path], check=True, stderr=subprocess.DEVNULL)
    return path


def encoded(path):
    """The same clip by H.264 at crf 28, or None."""
    out = path[:-4] + "_crf28.mp4"
    if not os.path.exists(out) and shutil.which("ffmpeg"):
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-an", "-c:v", "libx264", "-crf", "28", out], check=True)
    return out if os.path.exists(out) else None


def on_rendered(args, folder):
    table, totals = collections.defaultdict(Count), collections.defaultdict(Count)
    for size in args.sizes.split(","):
        for rate in args.rates.split(","):
            for worn in ("bare", "glasses"):
                for seed in args.seeds.split(","):
                    path = rendered(args, folder, seed, size, rate, worn)
                    with open(path + ".truth.json", encoding="utf-8") as f:
                        person = json.load(f)["persons"][0]
                    true = [(b["closed_s"], b["opening_s"]) for b in person["blinks"]]
                    for clip, how in ((path, "as written"), (encoded(path), "crf 28")):
                        if clip:
                            found, seconds, fps, scored = analyse(args, clip)
                            table[size, rate, worn, how].add(found, true, [], fps, seconds, scored)
    print(HEAD)
    for (size, rate, worn, how), count in table.items():
        print(count.line(f"{rate} fps {worn} {size} {how}"))
        totals[f"{rate} fps {worn}"].merge(count)
    print()
    for name in sorted(totals):
        print(totals[name].line(name))


def thinned(path, folder, thin):
    """The clip itself, or its every thin-th frame in each phase, without loss and at the same times."""
    if thin == 1:
        yield path
        return
    for phase in range(thin):
        out = os.path.join(folder, f"thin{phase}.mkv")
        select = f"select=eq(mod(n\\,{thin})\\,{phase})"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-an", "-vf", select, "-vsync", "passthrough", "-c:v", "ffv1", out],
                       check=True)
        yield out


def on_real(args, folder):
    rows, total = collections.defaultdict(list), Count()
    with open(args.labels, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            rows[row["clip"]].append(row)
    print(HEAD)
    for clip, marks in rows.items():
        if args.split and not clip.startswith(args.split + "/"):
            continue
        at = {kind: [(float(r["t_s"]),) * 2 for r in marks if r["kind"] == kind] for kind in ("blink", "partial")}
        count = Count()
        for path in thinned(os.path.join(args.real, clip), folder, args.thin):
            found, seconds, fps, scored = analyse(args, path)
            count.add(found, at["blink"], at["partial"], fps, seconds, scored)
        print(count.line(clip[-28:]))
        total.merge(count)
    print(total.line("all"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unmask")
    parser.add_argument("sample", nargs="?")
    parser.add_argument("--keep")
    parser.add_argument("--seeds", default="101,104")
    parser.add_argument("--rates", default="15,17,24,30")
    parser.add_argument("--sizes", default="640x480,320x240")
    parser.add_argument("--seconds", default="30")
    parser.add_argument("--models")
    parser.add_argument("--real")
    parser.add_argument("--labels", default=os.path.join(HERE, "blinks.tsv"))
    parser.add_argument("--thin", type=int, default=1)
    parser.add_argument("--split")
    args = parser.parse_args()
    if not args.real and not args.sample:
        parser.error("SAMPLE or --real")
    with tempfile.TemporaryDirectory(prefix="unmask-blinks-") as folder:
        if args.real:
            on_real(args, folder)
        else:
            if args.keep:
                os.makedirs(args.keep, exist_ok=True)
            on_rendered(args, args.keep or folder)


main()

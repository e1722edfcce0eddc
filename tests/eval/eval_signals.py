#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well each signal separates labelled recordings: AUC on train and dev apart, and scores for fit_calibration.

    eval_signals.py --unmask build/cli/unmask --data DIR --signals radial [--models DIR] [--limit 200] [--out scores.csv]

DIR holds labels.csv with the columns path, label (real|fake), split (train|dev) and perhaps kind and source. The score
of a recording is that of its most suspicious person. Rows of split dev are reported and never used to choose anything;
fit_calibration reads only the train rows of the file written by --out.
"""
import argparse
import collections
import csv
import json
import os
import random
import subprocess


def rows_of(data, limit):
    with open(os.path.join(data, "labels.csv"), newline="") as f:
        rows = [r for r in csv.DictReader(f) if r.get("kind") != "no-face"]
    random.Random(1).shuffle(rows)
    taken = collections.Counter()
    for r in rows:
        r["group"] = (r.get("source") or r["path"].split("/")[0]).replace(",", " ")
        key = (r["split"], r["label"], "/".join(r["path"].split("/")[:2]))
        taken[key] += 1
        if not limit or taken[key] <= limit:
            yield r


def analyse(args, path):
    command = [args.unmask, "analyze", "--quiet", "--no-timing", "--json", "-", "--signals", args.signals]
    if args.models:
        command += ["--models", args.models]
    run = subprocess.run(command + [path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        return json.loads(run.stdout)["signals"]
    except (ValueError, KeyError):
        return None


def auc(real, fake):
    """Chance that a fake scores above a real one, ties half."""
    ranked = sorted([(s, 0) for s in real] + [(s, 1) for s in fake])
    wins = below = i = 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        fakes = sum(label for _, label in ranked[i:j])
        wins += fakes * (below + (j - i - fakes) / 2)
        below += j - i - fakes
        i = j
    return wins / (len(real) * len(fake)) if real and fake else float("nan")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--unmask", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--signals", required=True)
    p.add_argument("--models")
    p.add_argument("--limit", type=int, default=0, help="recordings per split, label and folder; 0 = all")
    p.add_argument("--out", help="CSV for fit_calibration")
    args = p.parse_args()
    scores, silent, unread = collections.defaultdict(list), collections.Counter(), 0
    lines = ["signal,version,split,group,label,score"]
    for r in rows_of(args.data, args.limit):
        signals = analyse(args, os.path.join(args.data, r["path"]))
        if signals is None:
            unread += 1
            continue
        for s in signals:
            found = [x["score"] for x in s["results"] if x["score"] is not None]
            if not found:
                silent[s["name"], r["split"]] += 1
                continue
            scores[s["name"], r["split"], r["label"]].append(max(found))
            lines.append(f'{s["name"]},{s["version"]},{r["split"]},{r["group"]},{r["label"]},{max(found):.9g}')
    for name in args.signals.split(","):
        for split in ("train", "dev"):
            real, fake = scores[name, split, "real"], scores[name, split, "fake"]
            print(f"{name:18s} {split:5s} AUC {auc(real, fake):.3f} on {len(real)} real, {len(fake)} fake; "
                  f"not applicable to {silent[name, split]}")
    if unread:
        print(f"{unread} recordings could not be read")
    if args.out:
        with open(args.out, "w") as f:
            f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays out one recording of each of some two hundred further speakers of LibriSpeech as a labelled set, out of a git mirror.

more_speakers.py MIRROR.git OUT LABELS.csv...: MIRROR is that of resemble-ai/Resemblyzer (audio_data/librispeech_train-clean-100).
Nobody who is listed in LABELS already, of whatever split: by the number that LibriSpeech, LibriTTS and MLS share.
"""
import csv
import os
import re
import subprocess
import sys

FOLDER = "audio_data/librispeech_train-clean-100/"
git = ["git", "--git-dir=" + sys.argv[1]]
out = sys.argv[2]
listed = set()
for name in sys.argv[3:]:
    with open(name, newline="") as f:
        for row in csv.DictReader(f):
            listed.update(re.findall(r"^(?:libri|ls|ltts|mls)-(\d+)$", row.get("speaker") or row.get("group") or ""))
os.makedirs(os.path.join(out, "clean100"), exist_ok=True)
rows = []
for path in subprocess.run(git + ["ls-tree", "--name-only", "HEAD", FOLDER], check=True, capture_output=True, text=True).stdout.split():
    file = os.path.basename(path)
    who = file.split("-")[0]
    if not file.endswith(".flac") or who in listed:
        continue
    with open(os.path.join(out, "clean100", file), "wb") as f:
        subprocess.run(git + ["show", "HEAD:" + path], check=True, stdout=f)
    rows.append(["clean100/" + file, "real", "", "", "", "ls-" + who, "resemble-ai/Resemblyzer", "train"])
with open(os.path.join(out, "labels.csv"), "w", newline="") as f:
    csv.writer(f).writerows([["path", "label", "kind", "generator", "pair_id", "group", "source", "split"]] + rows)
print(len(rows), "speakers")

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""voice_timing_praat.py UNMASK: pauses and syllables against a Praat script of the same method (de Jong & Wempe 2009) on 20 real
recordings. Skipped (77) without Praat or UNMASK_TESTDATA. A peak or a frame at a threshold may be decided otherwise."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

DATA = os.path.join(os.environ.get("UNMASK_TESTDATA", "../shared"), "data/audio")
CLIPS = 20
LIMITS = {"syllables": 1, "pauses": 0, "sounding_s": .05}
ALLOWED = 2  # of the recordings, for each number
SCRIPT = """form x
  sentence file
endform
s = Read from file: file$
m = Convert to mono
all = Get total duration
i = To Intensity: 50, 0, "yes"
low = Get minimum: 0, 0, "Parabolic"
high = Get maximum: 0, 0, "Parabolic"
most = Get quantile: 0, 0, 0.99
level = most - 25
below = -25 - (high - most)
if level < low
  level = low
endif
g = To TextGrid (silences): below, 0.3, 0.1, "silent", "sounding"
n = Get number of intervals: 1
first = 0
last = 0
for k to n
  label$ = Get label of interval: 1, k
  if label$ = "sounding"
    first = if first = 0 then k else first fi
    last = k
  endif
endfor
pauses = 0
sounding = 0
for k to n
  label$ = Get label of interval: 1, k
  a = Get start time of interval: 1, k
  b = Get end time of interval: 1, k
  if label$ = "sounding"
    sounding += b - a
  elsif k > first and k < last
    pauses += 1
  endif
endfor
selectObject: i
x = Down to Matrix
y = To Sound (slice): 1
p = To PointProcess (extrema): 1, "yes", "no", "Sinc70"
peaks = Get number of points
np = 0
for k to peaks
  selectObject: p
  t = Get time from index: k
  selectObject: y
  v = Get value at time: 1, t, "Cubic"
  if v > level
    np += 1
    time'np' = t
    value'np' = v
  endif
endfor
selectObject: m
h = To Pitch (ac): 0, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600
syllables = 0
for k to np
  t = time'k'
  selectObject: y
  if k < np
    q = k + 1
    u = time'q'
    dip = Get minimum: t, u, "None"
  else
    dip = Get minimum: t, 0, "None"
    u = Get end time
    dip = Get minimum: t, u, "None"
  endif
  if value'k' - dip > 2
    selectObject: g
    w = Get interval at time: 1, t
    label$ = Get label of interval: 1, w
    selectObject: h
    f = Get value at time: t, "Hertz", "Linear"
    if label$ = "sounding" and f <> undefined
      syllables += 1
    endif
  endif
endfor
writeInfoLine: "syllables: ", syllables
appendInfoLine: "pauses: ", pauses
appendInfoLine: "sounding_s: ", sounding
"""


def main():
    if not shutil.which("praat") or not os.path.exists(os.path.join(DATA, "labels.csv")):
        print("skipped: no praat, or no UNMASK_TESTDATA", file=sys.stderr)
        return 77
    with open(os.path.join(DATA, "labels.csv"), encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["label"] == "real"]
    rows = rows[::max(1, len(rows) // (2 * CLIPS))][:2 * CLIPS:2]
    outside, sums = dict.fromkeys(LIMITS, 0), {key: [0, 0] for key in LIMITS}
    with tempfile.TemporaryDirectory(prefix="unmask-praat-") as folder:
        script, wav = os.path.join(folder, "timing.praat"), os.path.join(folder, "clip.wav")
        with open(script, "w", encoding="utf-8") as f:
            f.write(SCRIPT)
        for row in rows:
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", os.path.join(DATA, row["path"]), "-c:a", "pcm_s16le", wav], check=True)
            text = subprocess.run(["praat", "--run", script, wav], capture_output=True, text=True, check=True).stdout
            theirs = {line.split(":")[0]: float(line.split(":")[1]) for line in text.splitlines()}
            ours = json.loads(subprocess.run([sys.argv[1], "voice", "--json", wav], capture_output=True, text=True, check=True).stdout)
            for key, limit in LIMITS.items():
                sums[key][0] += ours[key]
                sums[key][1] += theirs[key]
                if abs(ours[key] - theirs[key]) > limit:
                    print(f"{row['path']}: {key}: {ours[key]:.5g} here, {theirs[key]:.5g} in Praat", file=sys.stderr)
                    outside[key] += 1
    for key, (a, b) in sums.items():
        print(f"{key}: {a:.5g} here, {b:.5g} in Praat; {outside[key]} of {len(rows)} recordings outside", file=sys.stderr)
    return 1 if any(n > ALLOWED for n in outside.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

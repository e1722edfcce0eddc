#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks on the rendered head against its truth file, frame by frame: distance of the points, and the opening of the
eyes (mean lid distance over eye width, "EAR" in the truth).

    eval_sample.py UNMASK CLIP [--models DIR]      CLIP.truth.json lies beside it (unmask-sample writes both)
"""
import json, math, subprocess, sys

unmask, clip, extra = sys.argv[1], sys.argv[2], sys.argv[3:]
truth = json.load(open(clip + ".truth.json"))["frames"]
lines = subprocess.run([unmask, "faces", "--every", "0", "--json", *extra, clip], check=True, capture_output=True, text=True).stdout
found = {f["frame"]: f["faces"] for f in map(json.loads, lines.splitlines()) if "faces" in f}
distance = lambda a, b: math.hypot(a[0] - b[0], a[1] - b[1])
opening = lambda e: (distance(e[1], e[5]) + distance(e[2], e[4])) / 2 / distance(e[0], e[3])
errors, points, said, real, missed = [], [], [], [], 0
for i, frame in enumerate(truth):
    faces = found.get(i, [])
    want = frame["faces"][0]
    if not faces:
        missed += 1
        continue
    flat = faces[0]["points"]
    got = list(zip(flat[::2], flat[1::2]))
    eyes = distance(want["points"][36], want["points"][45])
    errors.append(sum(distance(a, b) for a, b in zip(got, want["points"])) / 68 / eyes)
    points.append((opening(got[36:42]) + opening(got[42:48])) / 2)
    said.append(sum(faces[0].get("eye_opening", [math.nan] * 2)) / 2)
    real.append(want["ear"])
mean = lambda v: sum(v) / len(v)
low, high = min(real), max(real)


def openings(ours):
    a, b = mean(ours), mean(real)
    cov = sum((x - a) * (y - b) for x, y in zip(ours, real))
    r = cov / math.sqrt(sum((x - a) ** 2 for x in ours) * sum((y - b) ** 2 for y in real))
    closed = [o for o, t in zip(ours, real) if t < low + .15 * (high - low)]
    open_ = [o for o, t in zip(ours, real) if t > high - .15 * (high - low)]
    return "correlation %.3f with the truth, closed %.3f, open %.3f" % (r, mean(closed), mean(open_))


print("%d frames, %d without a face; points off by %.1f %% of the eye distance" % (len(truth), missed, 100 * mean(errors)))
print("eye opening (truth %.3f to %.3f), from the points: %s" % (low, high, openings(points)))
if not math.isnan(said[0]):
    print("as the network says: " + openings(said))

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""trace_set KIND SAVED SPLIT OUT LABELS...: photos with and without a part of another history, for `unmask evaluate`.

Real photos of that split of the lists, at least 280 pixels on either side, in an order drawn by seed. Of the first 120 the odd
ones get a square of 2/5 of the shorter side:
  resampling   of another photo, enlarged 1.05 to 1.9 times, linear or cubic
  cfa          of another photo; all 120 pass through a colour filter and an interpolation first, the part does not
  median       median filtered, 3 x 3 or 5 x 5
  contrast     brightened by a curve, or stretched (here the whole photo, not a part)
SAVED: png, a JPEG quality, or half (half the size, JPEG 95). Writes OUT/labels.csv with these, and OUT/real.csv with the 300
that follow, as they are, beside the changed ones."""
import csv
import os
import sys

import cv2
import numpy as np

MADE, REAL, LEAST, SEED = 120, 300, 280, 16


def photos(split, lists):
    for path in lists:
        with open(path, encoding="utf-8") as f:
            for row in csv.DictReader(f):
                name = os.path.join(os.path.dirname(path), row["path"])
                if row["label"] == "real" and row["split"] == split and name.endswith((".jpg", ".jpeg", ".png")):
                    yield name


def mosaic(image):
    """What a camera with a Bayer filter sees, interpolated again. Noise of a sensor first: these photos are smooth by JPEG."""
    noisy = np.clip(np.rint(image + rng.normal(0, 2, image.shape)), 0, 255).astype(np.uint8)
    y, x = np.mgrid[:image.shape[0], :image.shape[1]]
    name, pattern = (("BG", [[2, 1], [1, 0]]), ("GB", [[1, 2], [0, 1]]))[rng.integers(2)]  # OpenCV's names for R G, G R
    raw = np.take_along_axis(noisy, np.array(pattern)[y % 2, x % 2][..., None], 2)[..., 0]
    return cv2.cvtColor(raw, getattr(cv2, f"COLOR_BAYER_{name}2BGR" + str(rng.choice(["", "_VNG", "_EA"]))))


def changed(image, other, kind):
    side = min(image.shape[:2] + other.shape[:2]) * 2 // 5
    v, u = (int(rng.integers(0, n - side)) for n in image.shape[:2])
    part = image[v:v + side, u:u + side]
    if kind == "resampling":
        by = rng.uniform(1.05, 1.9)
        part = cv2.resize(other, None, fx=by, fy=by, interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])))
    elif kind == "cfa":
        part = np.clip(np.rint(other + rng.normal(0, 2, other.shape)), 0, 255).astype(np.uint8)
    elif kind == "median":
        part = cv2.medianBlur(part, int(rng.choice([3, 5])))
    elif kind == "contrast":
        curve = np.arange(256.)
        curve = 255 * (curve / 255) ** rng.choice([.6, .75, 1.3, 1.6]) if rng.random() < .5 else (curve - 128) * rng.uniform(1.1, 1.5) + 128
        return cv2.LUT(image, np.clip(np.rint(curve), 0, 255).astype(np.uint8))
    y, x = (int(rng.integers(0, n - side + 1)) for n in part.shape[:2])
    out = image.copy()
    out[v:v + side, u:u + side] = part[y:y + side, x:x + side]
    return out


def save(path, image, saved):
    if saved == "half":
        image = cv2.resize(image, None, fx=.5, fy=.5, interpolation=cv2.INTER_AREA)
    quality = 95 if saved == "half" else None if saved == "png" else int(saved)
    path += ".jpg" if quality else ".png"
    cv2.imwrite(path, image, [cv2.IMWRITE_JPEG_QUALITY, quality] if quality else [])
    return os.path.basename(path)


kind, saved, split, out = sys.argv[1:5]
rng = np.random.default_rng(SEED)
names = sorted(photos(split, sys.argv[5:]))
rng.shuffle(names)
made, real, before = [], [], None
os.makedirs(out, exist_ok=True)
for name in names:
    image = cv2.imread(name) if len(made) < MADE or len(real) < REAL else None
    if image is None or min(image.shape[:2]) < LEAST:
        continue
    if before is not None and len(made) < MADE:
        fake = len(made) % 2
        photo = mosaic(image) if kind == "cfa" else image
        photo = changed(photo, before, kind) if fake else photo
        made.append((save(os.path.join(out, f"{len(made):03}"), photo, saved), "fake" if fake else "real", split))
    elif len(made) == MADE:
        real.append((os.path.abspath(name), "real", split))
    before = image
for table, rows in (("labels.csv", made), ("real.csv", real + made[1::2])):
    with open(os.path.join(out, table), "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([("path", "label", "split"), *rows])

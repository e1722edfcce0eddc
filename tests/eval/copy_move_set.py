#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""copy_move_set SPLIT OUT LABELS...: labelled photos with and without a copied part, for `unmask evaluate`.

Real photos of that split of the lists, at least 200 pixels on either side, in an order drawn by seed. Of the first 120 the odd
ones get a part (a fifth of the shorter side, with soft borders, from where there is detail) copied elsewhere; all 120 are
saved as JPEG 60 to 95. Writes OUT/labels.csv with these, and OUT/real.csv with the 300 that follow, as they are, beside the
copied ones."""
import csv
import os
import sys

import cv2
import numpy as np

MADE, REAL, LEAST, SEED = 120, 300, 200, 16


def photos(split, lists):
    for path in lists:
        with open(path, encoding="utf-8") as f:
            for row in csv.DictReader(f):
                name = os.path.join(os.path.dirname(path), row["path"])
                if row["label"] == "real" and row["split"] == split and name.endswith((".jpg", ".jpeg", ".png")):
                    yield name


def copied(image, rng):
    side = min(image.shape[:2]) // 5
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height, width = gray.shape
    spots = [(rng.integers(0, height - side), rng.integers(0, width - side)) for _ in range(20)]
    y, x = max(spots, key=lambda s: gray[s[0]:s[0] + side, s[1]:s[1] + side].std())
    while True:
        v, u = rng.integers(0, height - side), rng.integers(0, width - side)
        if max(abs(v - y), abs(u - x)) > side:
            break
    mask = np.zeros((side, side), np.float32)
    mask[2:-2, 2:-2] = 1
    mask = cv2.GaussianBlur(mask, (5, 5), 0)[..., None]
    out = image.copy()
    part = mask * image[y:y + side, x:x + side] + (1 - mask) * image[v:v + side, u:u + side]
    out[v:v + side, u:u + side] = np.rint(part).astype(np.uint8)
    return out


split, out, rng = sys.argv[1], sys.argv[2], np.random.default_rng(SEED)
names = sorted(photos(split, sys.argv[3:]))
rng.shuffle(names)
made, real = [], []
for name in names:
    image = cv2.imread(name) if len(made) < MADE or len(real) < REAL else None
    if image is None or min(image.shape[:2]) < LEAST:
        continue
    if len(made) < MADE:
        fake = len(made) % 2
        made.append((f"{len(made):03}.jpg", "fake" if fake else "real", split))
        os.makedirs(out, exist_ok=True)
        cv2.imwrite(os.path.join(out, made[-1][0]), copied(image, rng) if fake else image,
                    [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))])
    elif len(real) < REAL:
        real.append((os.path.abspath(name), "real", split))
for table, rows in (("labels.csv", made), ("real.csv", real + made[1::2])):
    with open(os.path.join(out, table), "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([("path", "label", "split"), *rows])

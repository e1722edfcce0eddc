#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mean 3-D face shape (68 iBUG points, mm) from 2-D annotations: prints the table of src/faces/shape.c.

usage: face_shape.py annotations.tsv        (only rows with split train and scheme ibug68 are read)

Alternates a scaled-orthographic pose per face with a least-squares shape, as in Tomasi and Kanade (IJCV 1992)
but with metric rotations kept throughout and a left-right symmetric shape. The start is a half ellipsoid under
the mean frontal points. Jaw points are contour points that slide with the pose, so they do not take part in the
pose; points of the mouth take part with half weight. Axes: x image right, y down, z away from the camera (the
nose has the smallest z); origin midway between the outer eye corners; these are 90 mm apart (biocular width of adults,
Farkas, Anthropometry of the Head and Face, 1994: 87.8 mm women, 91.2 mm men).
"""
import csv
import sys

import numpy as np

MIRROR = list(range(16, -1, -1)) + list(range(26, 16, -1)) + [27, 28, 29, 30, 35, 34, 33, 32, 31] + \
    [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40] + [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55] + \
    [64, 63, 62, 61, 60, 67, 66, 65]
WEIGHT = np.array([0.0] * 17 + [0.5] * 10 + [1.0] * 9 + [1.0] * 12 + [0.5] * 20)


def read(path):
    out = []
    with open(path, newline="") as f:
        for row in csv.reader(f, delimiter="\t"):
            if row[7] == "train" and row[8] == "ibug68":
                out.append(np.array(row[9:145], float).reshape(68, 2))
    return np.array(out)


def symmetric(shape):
    other = shape[MIRROR] * [-1, 1, 1]
    return (shape + other) / 2


def pose(points, shape, weight):
    """Scaled-orthographic pose by weighted least squares, the 2 x 3 matrix projected onto s * (two rows of R)."""
    w = weight / weight.sum()
    cp, cs = w @ points, w @ shape
    a, b = shape - cs, points - cp
    m = np.linalg.solve((a.T * w) @ a, (a.T * w) @ b).T
    u, s, vt = np.linalg.svd(m, full_matrices=False)
    return s.mean() * (u @ vt), cp, cs


def main():
    faces = read(sys.argv[1])
    size = np.linalg.norm(faces[:, 45] - faces[:, 36], axis=1)
    turn = np.abs(np.linalg.norm(faces[:, 30] - faces[:, 36], axis=1) /
                  np.linalg.norm(faces[:, 30] - faces[:, 45], axis=1))
    frontal = faces[np.abs(np.log(turn)) < 0.15]
    flat = np.zeros((68, 2))
    for p in frontal:
        c = (p[36] + p[45]) / 2
        d = (p[45] - p[36]) / np.linalg.norm(p[45] - p[36])
        flat += (p - c) @ np.array([[d[0], -d[1]], [d[1], d[0]]]) / np.linalg.norm(p[45] - p[36])
    flat = 90 * flat / len(frontal)
    rho = np.clip(1 - (flat[:, 0] / 85) ** 2 - ((flat[:, 1] - 25) / 110) ** 2, 0, 1)
    shape = np.column_stack([flat, -70 * np.sqrt(rho)])
    shape[27:31, 2] -= [2, 9, 16, 22]
    shape[31:36, 2] -= [8, 12, 14, 12, 8]
    shape = symmetric(shape)
    for step in range(200):
        rows, right, weights = [], [], []
        for p in faces:
            m, cp, cs = pose(p, shape, WEIGHT)
            scale = np.linalg.norm(m[0])
            rows.append(m / scale)
            right.append((p - cp) / scale + (m / scale) @ cs)
            residual = np.sqrt((WEIGHT @ ((p - cp - (shape - cs) @ m.T) ** 2).sum(1)) / WEIGHT.sum()) / scale
            weights.append(1 / (1 + (residual / 4) ** 2))  # odd expressions and bad rows count less
        rows, right, weights = np.array(rows), np.array(right), np.array(weights)
        normal = np.einsum("n,nij,nik->jk", weights, rows, rows)
        new = np.empty_like(shape)
        for i in range(68):
            new[i] = np.linalg.solve(normal, np.einsum("n,nij,ni->j", weights, rows, right[:, i]))
        new = symmetric(new)
        new -= (new[36] + new[45]) / 2
        new *= 90 / np.linalg.norm(new[45] - new[36])
        moved, shape = np.abs(new - shape).max(), new
    shape[:, 0] = (shape[:, 0] - shape[MIRROR, 0]) / 2
    print("/* %d faces, last step moved %.3f mm */" % (len(faces), moved), file=sys.stderr)
    for i in range(0, 68):
        print("    {%.1ff, %.1ff, %.1ff}, /* %d */" % (*np.round(shape[i], 1) + 0.0, i))


main()

#!/usr/bin/env python3
"""Lays out further DFDC face crops with their originals as a labelled set, out of a git mirror.

dfdc_crops.py MIRROR.git SHARED OUT [--per-original N]: MIRROR is that of i-Shreyansh/DeepFake-Detection
(faces_224/ and metadata.csv), SHARED holds media/dfdc_reserved.csv and media/stills.csv. No video that is
reserved, or listed already, and none with such an original. A fake whose centre hardly differs from its
original was changed in its sound only, and is left out.
"""
import argparse
import csv
import io
import os
import subprocess

import cv2
import numpy as np

LEAST = 5  # gray levels of mean difference in the centre


class Blobs:
    """The files of a commit, through one git process."""

    def __init__(self, git_dir):
        self.git = ['git', '--git-dir=' + git_dir]
        self.cat = subprocess.Popen(self.git + ['cat-file', '--batch'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        tree = subprocess.run(self.git + ['ls-tree', '-r', 'HEAD'], check=True, stdout=subprocess.PIPE).stdout
        self.id = dict(line.split(b'\t')[::-1] for line in tree.splitlines())

    def read(self, path):
        entry = self.id.get(path.encode())
        if entry is None:
            return None
        self.cat.stdin.write(entry.split()[2] + b'\n')
        self.cat.stdin.flush()
        head = self.cat.stdout.readline().split()
        if len(head) != 3:
            return None
        data = self.cat.stdout.read(int(head[2]))
        self.cat.stdout.read(1)
        return data


def centre(data):
    gray = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(gray, (224, 224)).astype(np.float32)[56:168, 56:168]


def taken(shared):
    """The videos and originals that must not come in."""
    names = set()
    with open(os.path.join(shared, 'media', 'dfdc_reserved.csv'), newline='') as f:
        names.update(row['video'].removesuffix('.mp4') for row in csv.DictReader(f))
    with open(os.path.join(shared, 'media', 'stills.csv'), newline='') as f:
        for row in csv.DictReader(f):
            if row['repository'] == 'i-Shreyansh/DeepFake-Detection':
                names.add(os.path.splitext(os.path.basename(row['path']))[0])
                names.add(row['pair_id'].removeprefix('dfdc_'))
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('mirror')
    parser.add_argument('shared')
    parser.add_argument('out')
    parser.add_argument('--per-original', type=int, default=2, help='at most so many fakes of one original')
    o = parser.parse_args()
    blobs = Blobs(o.mirror)
    closed = taken(o.shared)
    fakes = {}
    for row in csv.DictReader(io.StringIO(blobs.read('metadata.csv').decode())):
        video, original = row['videoname'].removesuffix('.mp4'), row['original'].removesuffix('.mp4')
        if row['label'] == 'FAKE' and not {video, original} & closed:
            fakes.setdefault(original, []).append(video)
    for label in ('real', 'fake'):
        os.makedirs(os.path.join(o.out, label), exist_ok=True)
    rows = []
    for original in sorted(fakes):
        real = blobs.read(f'faces_224/{original}.jpg')
        if real is None:
            continue
        middle, kept = centre(real), 0
        for video in sorted(fakes[original]):
            data = blobs.read(f'faces_224/{video}.jpg') if kept < o.per_original else None
            if data is None or np.abs(centre(data) - middle).mean() < LEAST:
                continue
            rows.append((f'fake/{video}.jpg', 'fake', 'face-swap', 'dfdc', original))
            with open(os.path.join(o.out, rows[-1][0]), 'wb') as f:
                f.write(data)
            kept += 1
        if kept:
            rows.append((f'real/{original}.jpg', 'real', 'real', 'dfdc_original', original))
            with open(os.path.join(o.out, rows[-1][0]), 'wb') as f:
                f.write(real)
    table = os.path.join(o.out, 'labels.csv')
    with open(table + '.part', 'w', newline='') as f:
        writer = csv.writer(f)
        writer.writerow('path label kind generator pair_id group source split'.split())
        for path, label, kind, generator, original in rows:
            writer.writerow([path, label, kind, generator, 'dfdc_' + original, 'dfdc_' + original,
                             'i-Shreyansh/DeepFake-Detection', 'train'])
    os.replace(table + '.part', table)
    print(f'{sum(r[1] == "fake" for r in rows)} fakes of {sum(r[1] == "real" for r in rows)} originals in {o.out}')


if __name__ == '__main__':
    main()

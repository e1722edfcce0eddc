#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""um_canny_run and um_image_to_gray against cv2.Canny and cv2.cvtColor: not one pixel may differ.

usage: canny_cv2.py DRIVER. Frames of real videos come from UNMASK_TESTDATA, when it is there.
OpenCV's results here are those of its own code (Debian's build has no IPP, whose results may differ).
"""
import glob
import os
import struct
import subprocess
import sys

try:
    import cv2
    import numpy as np
except ImportError:
    print("skipped: no python3-opencv", file=sys.stderr)
    sys.exit(77)

driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
tests, different = 0, 0


def ask(image, aperture, l2=False, plain=False, low=0.0, high=0.0):
    height, width = image.shape[:2]
    channels = image.shape[2] if image.ndim == 3 else 1
    driver.stdin.write(struct.pack("=6i2d", width, height, channels, aperture, l2, plain, low, high))
    driver.stdin.write(np.ascontiguousarray(image).tobytes())
    driver.stdin.flush()
    out = driver.stdout.read(width * height)
    assert len(out) == width * height, "the driver stopped"
    return np.frombuffer(out, np.uint8).reshape(height, width)


def same(ours, theirs, what):
    global tests, different
    tests += 1
    wrong = int((ours != theirs).sum())
    if wrong:
        different += 1
        if different < 10:
            print(f"{what}: {wrong} of {ours.size} pixels differ", file=sys.stderr)


def canny(image, low, high, aperture, l2, plain=False):
    theirs = cv2.Canny(image, low, high, apertureSize=aperture, L2gradient=l2)
    same(ask(image, aperture, l2, plain, low, high), theirs,
         f"{image.shape} low {low} high {high} aperture {aperture} l2 {l2} plain {plain}")
    return int(np.count_nonzero(theirs))


rng = np.random.default_rng(0)
sizes = [(1, 1), (1, 50), (50, 1), (2, 3), (3, 2), (7, 33), (64, 64), (101, 77), (33, 129), (240, 321)]
pairs = [(50, 150), (100.7, 200.2), (200, 40), (0, 10), (-3, 0), (0, 0), (63.999, 64.001), (1500, 2500), (900, 40000)]
for channels in (1, 3):
    for size in sizes:
        for sigma in (0, 0.8, 3.0):
            image = rng.integers(0, 256, size + ((3,) if channels == 3 else ()), dtype=np.uint8)
            if sigma:
                image = cv2.GaussianBlur(image, (0, 0), sigma)
                image = cv2.normalize(image, None, 0, 255, cv2.NORM_MINMAX)
            for aperture in (3, 5, 7):
                factor = {3: 1, 5: 12, 7: 160}[aperture]
                for l2 in (False, True):
                    for low, high in pairs:
                        canny(image, low * factor, high * factor, aperture, l2)
                        if aperture == 3 and channels == 1:
                            canny(image, low, high, aperture, l2, plain=True)
for aperture in (3, 5, 7):  # the steepest gradients there are: black and white pixels only
    for l2 in (False, True):
        canny((rng.integers(0, 2, (200, 200)) * 255).astype(np.uint8), 100, 800, aperture, l2)
        canny(np.kron([[0, 1], [1, 0]] * 20, np.full((9, 13), 255)).astype(np.uint8), 100, 800, aperture, l2)
canny(cv2.GaussianBlur(rng.integers(0, 256, (3, 32768), dtype=np.uint8), (0, 0), 1), 50, 100, 3, False)
canny(cv2.GaussianBlur(rng.integers(0, 256, (32768, 3), dtype=np.uint8), (0, 0), 1), 50, 100, 3, True)

for red in range(0, 256):  # every colour there is
    green, blue = np.mgrid[0:256, 0:256].astype(np.uint8)
    image = np.dstack([np.full_like(green, red), green, blue])
    same(ask(image, 0), cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), f"gray of red {red}")

data = os.environ.get("UNMASK_TESTDATA", "")
frames, edges = 0, 0
for path in sorted(glob.glob(f"{data}/data/faces/videos/*/*/*.mp4"))[::3]:
    video = cv2.VideoCapture(path)
    for _ in range(6):
        for _ in range(9):
            video.grab()
        ok, bgr = video.read()
        if not ok or frames == 50:
            break
        gray = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        modes = [(gray, 3, False), (gray, 3, True), (bgr, 3, bool(frames & 1)), (gray, 5 + frames % 2 * 2, False)]
        for image, aperture, l2 in modes:
            factor = {3: 1, 5: 12, 7: 160}[aperture]
            edges += canny(image, 100 * factor, 200 * factor, aperture, l2)
        frames += 1
driver.stdin.close()
if driver.wait():
    sys.exit("the driver failed")
print(f"OpenCV {cv2.__version__}: {tests} pictures, {different} differ; {frames} real frames with {edges} edge pixels",
      file=sys.stderr)
if not frames:
    print("no real frames: set UNMASK_TESTDATA", file=sys.stderr)
sys.exit(1 if different else 0)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the signals of stills compute, against plain versions with OpenCV (libjpeg) and NumPy.

usage: stills_cv2.py DRIVER (stills_driver). Skipped (77) without either.
"""
import subprocess
import sys

try:
    import cv2
    import numpy as np
    from scipy import fft, ndimage, signal
except ImportError:
    print("skipped: no python3-opencv or python3-scipy", file=sys.stderr)
    sys.exit(77)

driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
failed = 0


def check(what, value, limit):
    global failed
    bad = not value <= limit
    failed += bad
    print(f"{what}: {value:.3g} (at most {limit:g}){' FAILED' if bad else ''}", file=sys.stderr)


def ask(what, parameter, image, shape):
    driver.stdin.write(f"{what} {parameter} {image.shape[1]} {image.shape[0]}\n".encode() + image.tobytes())
    driver.stdin.flush()
    data = driver.stdout.read(4 * int(np.prod(shape)))
    assert len(data) == 4 * np.prod(shape), "the driver stopped"
    return np.frombuffer(data, np.float32).reshape(shape)


def again(image, quality):
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


rng = np.random.default_rng(16)
noise = ndimage.gaussian_filter(rng.normal(0, 1, (200, 264)), 1.2)
photo = np.clip(128 + 90 * noise + np.linspace(-60, 60, 264), 0, 255).astype(np.uint8)

BASE = np.array([16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
                 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87,
                 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]).reshape(8, 8)


def exact(image, quality):
    """The same in double precision, on whole blocks."""
    table = np.clip((BASE * (200 - 2 * quality) + 50) // 100, 1, 255)
    rows, cols = image.shape[0] // 8, image.shape[1] // 8
    blocks = image[:8 * rows, :8 * cols].reshape(rows, 8, cols, 8).swapaxes(1, 2) - 128.
    c = fft.dctn(blocks, axes=(2, 3), norm="ortho") / table
    steps = np.sign(c) * np.floor(abs(c) + .5 + 1e-6) * table  # halves away from zero
    back = fft.idctn(steps, axes=(2, 3), norm="ortho").swapaxes(1, 2).reshape(8 * rows, 8 * cols)
    return np.clip(np.rint(back + 128), 0, 255)


# libjpeg's transforms are in whole numbers: a coefficient next to a half step may fall to the other side, which
# changes its whole block by up to a step. In single precision some exact halves do, too: four of the 64 cosine products
# are rational, so that halves are frequent.
for quality in (50, 75, 90, 95):
    for image in (photo, photo[:193, :251].copy()):
        ours = ask("error_level", quality, image, image.shape)
        plain = np.abs(image.astype(int) - again(image, quality))
        check(f"error level, quality {quality}, libjpeg: pixels that differ by more than 1", (abs(ours - plain) > 1).mean(), .06)
        check(f"error level, quality {quality}, libjpeg: mean difference", abs(ours - plain).mean(), .3)
        plain = exact(image, quality)
        h, w = plain.shape
        plain = np.abs(image[:h, :w] - plain)
        check(f"error level, quality {quality}, exact: pixels that differ", (abs(ours[:h, :w] - plain) > .5).mean(), .04)


def box(again_image):
    """Farid's mean square difference over 16 x 16 pixels, at the corners of blocks."""
    sums = np.pad(((photo - again_image.astype(float)) ** 2).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    return ((sums[16:, 16:] - sums[:-16, 16:] - sums[16:, :-16] + sums[:-16, :-16]) / 256)[::8, ::8]


# pixels that are rounded between add 1 / 12 of a square level
for quality in (50, 70, 90):
    ours = ask("ghost", quality, photo, (25, 33))[:24, :32]
    for name, plain, limit in (("libjpeg", box(again(photo, quality)), .3), ("exact", box(exact(photo, quality)), .2)):
        check(f"ghost, quality {quality}, {name}: mean difference but for rounding", abs((plain - ours).mean() - 1 / 12), .02)
        check(f"ghost, quality {quality}, {name}: root of the mean square difference",
              np.sqrt(np.mean((plain - ours - 1 / 12) ** 2)), limit)


def votes(image):
    """ZERO's votes from the definition: blocks at all places in the order of rows, double precision."""
    h, w = image.shape
    blocks = np.lib.stride_tricks.sliding_window_view(image.astype(float), (8, 8))
    zeros = (abs(fft.dctn(blocks, axes=(2, 3), norm="ortho")) < .5 - 1e-4).sum((2, 3))
    zeros -= abs(blocks.sum((2, 3)) / 8) < .5 - 1e-4  # the mean does not count
    constant = (blocks == blocks[..., :1]).all((2, 3)) | (blocks == blocks[..., :1, :]).all((2, 3))
    best, vote = np.zeros((h, w), int), np.full((h, w), -1)
    for y in range(h - 7):
        for x in range(w - 7):
            b, v = best[y:y + 8, x:x + 8], vote[y:y + 8, x:x + 8]
            z = zeros[y, x]
            v[b == z] = -1
            v[b < z] = -1 if constant[y, x] else x % 8 + 8 * (y % 8)
            np.maximum(b, z, out=b)
    vote[:7] = vote[-7:] = vote[:, :7] = vote[:, -7:] = -1
    return vote


for name, image in (("never compressed", photo[:90, :110].copy()), ("quality 80", again(photo, 80)[3:103, 2:132].copy()),
                    ("flat and clipped", np.where(photo > 128, 255, photo // 64)[:80, :90].astype(np.uint8))):
    check(f"votes, {name}: pixels that differ", (ask("votes", 0, image, image.shape) != votes(image)).mean(), 2e-3)


# Kirchner's map and what is made of its spectrum, in double precision
window = photo[60:126, 31:97].copy()
flat = ask("trace", 0, window, (64 * 64 + 2 * 32 * 32,))
residue = signal.convolve2d(window.astype(float), np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 4, "valid")
plain = np.exp(-residue ** 2 / 8)
check("map of residues", abs(flat[:4096].reshape(64, 64) - plain).max(), 1e-6)
hann = np.hanning(129)[1::2]  # at half pixels
power = abs(fft.fft2((plain - plain.mean()) * np.outer(hann, hann))) ** 2
ring = np.ones((9, 9))
ring[3:6, 3:6] = 0
ratio = power / ndimage.convolve(power, ring / 72, mode="wrap")
i, j = np.arange(1, 33)[None, :], np.arange(32)[:, None]
plain = np.stack([ratio[j, i], ratio[i, -j % 64]])
ours = flat[4096:].reshape(2, 32, 32)
check("spectrum of the map, relative", (abs(ours - plain) / plain).max(), 1e-3)

# The error of the mean of four neighbours, on the two colours of a chessboard
ours = ask("filter_array", 0, photo, (12, 16))
error = signal.convolve2d(photo.astype(float), np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]) / 4, "valid")[:192, :256]
squares = error.reshape(24, 8, 32, 8).swapaxes(1, 2)
even = np.indices((8, 8)).sum(0) % 2 == 0
plain = np.log((squares[..., even].var(-1) + .1) / (squares[..., ~even].var(-1) + .1)).reshape(12, 2, 16, 2).mean((1, 3))
check("variances on a chessboard", abs(ours - plain).max(), 1e-5)

# A median filter's residue over a linear one's
ours = ask("median_residue", 0, photo, (12, 16))
mean = signal.convolve2d(photo.astype(float), np.outer([1, 2, 1], [1, 2, 1]) / 16, "same")
plain = [abs(photo - other)[1:193, 1:257].reshape(12, 16, 16, 16).mean((1, 3)) + .05
         for other in (cv2.medianBlur(photo, 3).astype(float), mean)]
check("residue of a median filter", abs(ours - np.log(plain[0] / plain[1])).max(), 1e-5)

driver.stdin.close()
sys.exit(failed > 0)

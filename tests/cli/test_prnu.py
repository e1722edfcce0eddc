#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_prnu.py: the fingerprint of a camera that is known, because it was made: found in what that camera took, whole, turned
or cut out, and in nothing else; the number is that of the papers' formulas in NumPy; damaged fingerprints are refused."""
import json
import math
import os
import shutil
import struct
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.environ["UNMASK_SOURCE_DIR"], "tests/unit"))
try:
    import cv2
    import numpy as np
    from numpy_noise import noise, residual
except ImportError:
    print("skipped: no python3-opencv or python3-scipy", file=sys.stderr)
    sys.exit(77)
from fixtures import check, end, photo, read, run, write

ROOT = tempfile.mkdtemp(prefix="unmask-prnu-")
os.chdir(ROOT)
HEIGHT, WIDTH, REFERENCES = 240, 320, 12
rng = np.random.default_rng(7)


def sensor():
    return rng.normal(0, .02, (HEIGHT, WIDTH))


def scene():
    waves = sum(cv2.resize(rng.normal(0, 1, (k * 3 // 4, k)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * 384 / k
                for k in (8, 16, 32, 64))
    return np.clip(130 + waves, 5, 255)


def shot(pattern):
    s = scene()
    return np.clip(s * (1 + pattern) + rng.normal(0, 2, s.shape), 0, 255).astype(np.uint8)


# ---- the formulas ----
def level(gray):
    v = gray.astype(float)
    flat = np.zeros(gray.shape, bool)
    for axis in (0, 1):
        same = np.diff(gray.astype(int), axis=axis) == 0
        flat |= np.insert(same, same.shape[axis], False, axis) | np.insert(same, 0, False, axis)
    flat &= gray >= 250
    return np.where(flat, 0, np.where(v < 252, v / 252, np.exp(-(v - 252) ** 2 / 6)))


def clean(x):
    x = x.copy()
    for top in (0, 1):
        for left in (0, 1):
            part = x[top::2, left::2]
            part -= part.mean(1, keepdims=True)
            part -= part.mean(0, keepdims=True)
    spectrum = np.fft.fft2(x)
    magnitude = np.abs(spectrum) / math.sqrt(x.size)
    kept = noise(magnitude, x.var(ddof=1))
    return np.fft.ifft2(spectrum * kept / np.where(magnitude == 0, 1, magnitude)).real


def sums(pictures):
    return sum(residual(p) * level(p) for p in pictures), sum(level(p) ** 2 for p in pictures)


def pce(references, picture):
    top, below = sums(references)
    camera, other = clean(top / (below + 1)), np.zeros((HEIGHT, WIDTH))
    height, width = picture.shape
    other[:height, :width] = clean(sums([picture])[0])
    c = np.fft.ifft2(np.fft.fft2(camera) * np.conj(np.fft.fft2(other))).real
    places = c[:HEIGHT - height + 1, :WIDTH - width + 1]
    y, x = np.unravel_index(places.argmax(), places.shape)
    far = np.roll(c, (5 - y, 5 - x), (0, 1))
    mask = np.ones(c.shape, bool)
    mask[:11, :11] = False
    return math.copysign(c[y, x] ** 2, c[y, x]) / (far[mask] ** 2).mean(), int(x), int(y)


def asked(*files):
    status, out, error = run("prnu", "--json", "--against", "camera.prnu", *files)
    check(status == 0, f"prnu --against: {status} {error[-300:]}")
    return [json.loads(line) for line in out.splitlines()]


def against_numpy(references, ours, picture, name):
    value, x, y = pce(references, picture)
    check(abs(ours["pce"] - value) <= 1e-3 * max(abs(value), 1), f"{name}: {ours['pce']} in C, {value} in NumPy")
    check((ours["x"], ours["y"]) == (x, y), f"{name}: at {ours['x']}, {ours['y']} in C, {x}, {y} in NumPy")


mine, others = sensor(), sensor()
references = [shot(mine) for _ in range(REFERENCES)]
for i, picture in enumerate(references):
    cv2.imwrite(f"reference{i}.png", picture)
status, said, error = run("prnu", "--out", "camera.prnu", *(f"reference{i}.png" for i in range(REFERENCES)))
check(status == 0 and b"fingerprint of 12 pictures, 320 x 240" in said, f"prnu --out: {status} {said} {error}")

same, other = [shot(mine) for _ in range(3)], [shot(others) for _ in range(8)]
same[0][100:130, 100:150] = 255  # saturated: says nothing there
for i, picture in enumerate(same):
    cv2.imwrite(f"same{i}.png", picture)
    cv2.imwrite(f"compressed{i}.jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
for i, picture in enumerate(other):
    cv2.imwrite(f"other{i}.png", picture)
cut = same[1][31:31 + 160, 57:57 + 200]
cv2.imwrite("cut.png", cut)
cv2.imwrite("half.png", cv2.resize(same[1], (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA))

for i, answer in enumerate(asked(*(f"same{i}.png" for i in range(3)))):
    check(answer["same_camera"] and answer["places"] == 1, f"not found in what the camera took: {answer}")
    against_numpy(references, answer, same[i], f"same{i}")
for answer in asked(*(f"compressed{i}.jpg" for i in range(3))):
    check(answer["same_camera"], f"not found after JPEG 85: {answer}")
for i, answer in enumerate(asked(*(f"other{i}.png" for i in range(8)))):
    check(not answer["same_camera"] and abs(answer["pce"]) < 25, f"found in another camera's picture: {answer}")
    against_numpy(references, answer, other[i], f"other{i}")
found = asked("cut.png")[0]
check(found["same_camera"] and (found["x"], found["y"]) == (57, 31) and found["places"] == 121 * 81, f"cut out: {found}")
against_numpy(references, found, cut, "cut")
check(not asked("half.png")[0]["same_camera"], "scaled pictures keep no fingerprint; this one does")

# turned by the file, as telephones do: what the sensor gave counts
for orientation, turn in ((6, cv2.ROTATE_90_COUNTERCLOCKWISE), (8, cv2.ROTATE_90_CLOCKWISE), (3, cv2.ROTATE_180)):
    exif = b"eXIf", b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + b"\0\0\0\0\0\0"
    png = read("same2.png")
    chunk = struct.pack(">I", len(exif[1])) + exif[0] + exif[1] + struct.pack(">I", zlib.crc32(exif[0] + exif[1]))
    write("turned.png", png[:33] + chunk + png[33:])
    answer = asked("turned.png")[0]
    check(answer["same_camera"] and answer == {**asked("same2.png")[0], "path": "turned.png"}, f"turned: {orientation} {answer}")

# what is wrong
good = read("camera.prnu")
for what, bad in (("cut short", good[:-1]), ("a bit", good[:5000] + bytes([good[5000] ^ 1]) + good[5001:]), ("empty", b""),
                  ("a picture", read("same0.png")), ("huge", good[:16] + b"\xff\xff\xff\x7f" * 2 + good[24:]),
                  ("no pictures", good[:24] + b"\0\0\0\0" + good[28:])):
    write("bad.prnu", bad)
    status, out, error = run("prnu", "--against", "bad.prnu", "same0.png")
    check(status == 3 and error.count(b"\n") == 1 and b"bad.prnu" in error, f"a fingerprint that is {what}: {status} {error}")
write("small.png", photo())
check(run("prnu", "--out", "x.prnu", "small.png")[0] == 2, "pictures smaller than 64 x 64")
check(not os.path.exists("x.prnu"), "a fingerprint of nothing was written")
check(run("prnu", "--out", "x.prnu", "same0.png", "cut.png")[0] == 4, "pictures of two sizes")
check(run("prnu", "same0.png")[0] == 2 and run("prnu", "--out", "a", "--against", "camera.prnu", "same0.png")[0] == 2, "which of the two?")
check(run("prnu", "--against", "camera.prnu", "absent.png", "same0.png")[0] == 4, "one of two is not there")
os.chdir("/")
shutil.rmtree(ROOT)
end()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_voice.py: the drawing of unmask voice, read by independent parsers, and what else it writes."""
import base64
import html.parser
import math
import os
import re
import struct
import tempfile
import xml.etree.ElementTree as tree
import zlib

from fixtures import check, end, read, run, tone, write

os.chdir(tempfile.mkdtemp(prefix="unmask-voice-"))
RATE, SVG = 16000, "{http://www.w3.org/2000/svg}"


def voice(seconds):
    """Eight harmonics of 150 Hz for the first half, then silence."""
    n = int(seconds * RATE)
    samples = [int(2000 * sum(math.cos(2 * math.pi * 150 * h * i / RATE) for h in range(1, 9))) if i < n // 2 else 0
               for i in range(n)]
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 2 * n, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", 2 * n)
    return head + struct.pack(f"<{n}h", *samples)


def pixels(png):
    """Width, height and rows of bytes (PNG 1.2, filters undone)."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    check((depth, kind) == (8, 2), f"PNG of {depth} bits, kind {kind}")
    data, at = b"", 8
    while at < len(png):
        n, name = struct.unpack(">I4s", png[at:at + 8])
        data += png[at + 8:at + 8 + n] if name == b"IDAT" else b""
        at += n + 12
    data, rows, before = zlib.decompress(data), [], bytes(3 * width)
    for y in range(height):
        kind, row = data[y * (3 * width + 1)], bytearray(data[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for i, value in enumerate(row):
            a, b, c = row[i - 3] if i > 2 else 0, before[i], before[i - 3] if i > 2 else 0
            p = a + b - c
            paeth = a if abs(p - a) <= min(abs(p - b), abs(p - c)) else b if abs(p - b) <= abs(p - c) else c
            row[i] = (value + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        rows.append(bytes(row))
        before = rows[-1]
    return width, height, rows


def drawn(text):
    root = tree.fromstring(text)
    images = root.findall(f".//{SVG}image")
    check(len(images) == 1, "one picture")
    png = images[0].get("href").partition(",")[2]
    for e in root.iter():
        check(not [k for k in e.attrib if k.startswith("on")] and e.tag not in (SVG + "script", SVG + "foreignObject"), e.tag)
    return root, pixels(base64.b64decode(png, validate=True))


def figure():
    write("a&b.wav", voice(1))
    got, out, error = run("voice", "--plot", "v.svg", "a&b.wav")
    check(got == 0 and out.startswith(b"a&b.wav: 1.000 s") and out.endswith(b"plot written to v.svg\n"), f"{got} {error} {out[-80:]}")
    root, (width, height, rows) = drawn(read("v.svg"))
    texts = ["".join(e.itertext()) for e in root.iter(SVG + "text")]
    check("a&b.wav" in texts and "time in seconds" in texts and "pitch in Hz" in texts and "150.000 Hz" in texts, texts[:8])
    # light where the harmonics are, dark between the last of them and in the silence
    at = lambda t, hz: sum(rows[min(height - 1, int(height * (1 - hz / 5000)))][3 * int(t * width):3 * int(t * width) + 3])
    check(at(.25, 1200) > 500 and at(.25, 150) > 200 and at(.25, 3000) < 100 and at(.75, 1200) < 30,
          [at(.25, 1200), at(.25, 150), at(.25, 3000), at(.75, 1200)])
    # the contour lies where its axis says, in the first half only
    line = [e.get("d") for e in root.iter(SVG + "path") if e.get("class") == "contour"][0]
    points = [tuple(map(float, p)) for p in re.findall(r"[ML]([\d.]+) ([\d.]+)", line)]
    left, right = 84, 1004
    check(len(points) > 30 and max(x for x, _ in points) < left + .55 * (right - left), f"contour: {points[:2]}")
    marks = {float(e.get("y")) - 4.5: float(e.text) for e in root.iter(SVG + "text") if e.get("class") == "pitch"}
    (y0, hz0), (y1, hz1) = sorted(marks.items())[0], sorted(marks.items())[-1]
    hz = [hz0 + (y - y0) / (y1 - y0) * (hz1 - hz0) for _, y in points]
    check(abs(sorted(hz)[len(hz) // 2] - 150) < .5 and all(abs(v - 150) < 3 for v in hz), f"pitch: {min(hz)} to {max(hz)}")


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        check(tag not in ("script", "link", "iframe"), tag)


def page():
    check(run("voice", "--json", "--plot", "v.html", "a&b.wav")[1].count(b"\n") == 1, "JSON beside a page")
    text = read("v.html").decode()
    Page().feed(text)
    check("default-src 'none'" in text and text.startswith("<!DOCTYPE html>"), "page")
    drawn(text[text.index("<svg"):text.index("</svg>") + 6])


def refused():
    write("tone.wav", tone())
    got, _, error = run("voice", "--plot", "two.svg", "a&b.wav", "tone.wav")
    check(got == 2 and error == b"unmask voice: --plot takes one input\n" and not os.path.exists("two.svg"), f"two: {got} {error}")
    for name in ("v.png", "v.JPG", "v.pdf"):
        got, _, error = run("voice", "--plot", name, "a&b.wav")
        check(got == 2 and error == f"unmask voice: {name}: the name must end in .svg or .html\n".encode() and not os.path.exists(name),
              f"{name}: {got} {error}")
    check(run("voice", "--top-hz", "50", "a&b.wav")[0] == 2, "a spectrogram of 50 Hz")
    check(run("voice", "--top-hz", "2000", "a&b.wav")[0] == 2, "--top-hz without a plot")
    for place in ("/dev/stdout", "-"):
        got, out, _ = run("voice", "--plot", place, "--top-hz", "2000", "a&b.wav")
        check(got == 0 and out.startswith(b"<svg") and b">2000</text>" in out and b">3000</text>" not in out, f"standard output: {place}")
        check(not os.path.exists("-"), "a file called -")
        drawn(out)


figure()
page()
refused()
end()

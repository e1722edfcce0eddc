# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files of the kinds that the commands read, and a way to run the program on them."""
import os
import struct
import subprocess
import sys
import zlib

UNMASK = os.environ["UNMASK_BIN"]
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"failed: {what}", file=sys.stderr)


def end():
    print(f"{len(failures)} failed", file=sys.stderr)
    sys.exit(1 if failures else 0)


def run(*args, **options):
    """Exit status, standard output and error as bytes; 'hang' after a minute."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    program = options.pop("program", UNMASK)
    try:
        done = subprocess.run([program, *args], stderr=subprocess.PIPE, timeout=60, check=False, **options)
    except subprocess.TimeoutExpired:
        return "hang", b"", b""
    return done.returncode, done.stdout, done.stderr


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def tone(n=800):
    """8 kHz mono."""
    samples = struct.pack("<8h", 0, 8192, 12288, 8192, 0, -8192, -12288, -8192) * (n // 8)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16,
                       b"data", len(samples))
    return head + samples


def clip(frames):
    """64 x 48, dark left, bright right, as YUV4MPEG."""
    picture = b"FRAME\n" + (b"\x10" * 32 + b"\xeb" * 32) * 48 + b"\x80" * 1536
    return b"YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg\n" + picture * frames


def photo(chunks=(), height=48):
    """64 wide, gray, as PNG; further chunks (type, data) in front of the pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x10" * 32 + b"\xeb" * 32) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, height, 8, 0, 0, 0, 0)) +
            b"".join(chunk(*c) for c in chunks) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


NETWORK = b"unmask-network 1 tiny\nx = input 3 8 8\ny = conv x 4\noutput y\n"

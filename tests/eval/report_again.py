#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""report_again.py UNMASK FILE...: analyses each file, makes its reports again from the JSON alone, and compares.

Exit status 1 when a page, summary or JSON report differs by a byte."""
import pathlib
import subprocess
import sys
import tempfile

unmask, files = sys.argv[1], sys.argv[2:]
same = different = 0


def run(*args):
    return subprocess.run([unmask, *map(str, args)], check=True, capture_output=True).stdout


with tempfile.TemporaryDirectory() as folder:
    d = pathlib.Path(folder)
    for file in files:
        out = run("analyze", "--json", d / "a.json", "--html", d / "a.html", file)
        summary = b"".join(line for line in out.splitlines(True) if b" written to " not in line)
        again = run("report", d / "a.json", "--json", d / "b.json", "--html", d / "b.html")
        equal = [summary == again] + [(d / f"a.{x}").read_bytes() == (d / f"b.{x}").read_bytes() for x in ("json", "html")]
        if all(equal):
            same += 1
        else:
            different += 1
            print(f"{file}: summary, JSON, page the same: {equal}")
print(f"{same} files the same, {different} not")
sys.exit(different > 0)

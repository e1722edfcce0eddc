#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_exports.py LIBRARY HEADERS...: the library exports what the headers declare with UM_API, no more, no less."""
import re
import subprocess
import sys


def declared(header):
    with open(header, encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", f.read(), flags=re.S)
    text = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)
    names = set()
    for statement in re.findall(r"\bUM_API\b([^;{]*)", text):
        statement = re.sub(r"\bUM_PRINTF\([^)]*\)", "", statement)
        name = re.search(r"\b(um_\w+)\s*(?:\(|\[|$)", statement.strip())
        if not name:
            sys.exit(f"{header}: UM_API declares nothing that can be read here: {' '.join(statement.split())}")
        names.add(name.group(1))
    return names


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    symbols = [line.split()[-2:] for line in lines.splitlines()]
    return {name.split("@")[0] for kind, name in symbols if kind != "A"}  # A: the name of the version itself


def main():
    library, headers = sys.argv[1], sys.argv[2:]
    promised = set().union(*(declared(h) for h in headers))
    given = exported(library)
    for name in sorted(promised - given):
        print(f"{name} is declared with UM_API, and not exported")
    for name in sorted(given - promised):
        print(f"{name} is exported, and no header in include/unmask declares it")
    print(f"{len(promised)} functions declared, {len(given)} symbols exported")
    return 1 if promised != given or not promised else 0


sys.exit(main())

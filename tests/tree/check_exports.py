#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_exports.py LIBRARY HEADERS...: the library exports what the headers declare with UM_API, no more, no less; and no two headers
give one name to a type of their own, which C lets pass when one of them keeps its type opaque."""
import re
import subprocess
import sys


def code_of(header):
    with open(header, encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/|//[^\n]*", "", f.read(), flags=re.S)


def types_of(header):
    return set(re.findall(r"\btypedef (?:struct|enum|union) (um_\w+)", code_of(header)))


def declared(header):
    text = code_of(header)
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
    twice = [f"{name} is a type of {a} and of {b}" for i, a in enumerate(headers) for b in headers[:i] for name in types_of(a) & types_of(b)]
    print("\n".join(twice), end="\n" if twice else "")
    print(f"{len(promised)} functions declared, {len(given)} symbols exported")
    return 1 if promised != given or not promised or twice else 0


sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered heads that cross keep their names: no switch, no double, as many persons as there are.

    persons_rendered.py UNMASK UNMASK_SAMPLE
"""
import os
import subprocess
import sys
import tempfile

try:
    from mot import Score
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
    sys.exit(77)
from eval_persons import ask, read_rendered

OPTIONS = "--scene cross --persons 3 --seed 4 --seconds 6 --fps 10 --size 320x180"
MISSED = 0.08  # share of the faces: those that come out from behind another head


def main():
    unmask, sample = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        clip = os.path.join(folder, "cross.mp4")
        subprocess.run([sample, clip, *OPTIONS.split()], check=True, stderr=subprocess.DEVNULL)
        truth, score = read_rendered(clip + ".truth.json"), Score()
        persons = {p for frame in truth.values() for p, _, _ in frame}
        hidden = sum(not demanded for frame in truth.values() for _, _, demanded in frame)
        for i, _, said in ask(unmask, clip):
            score.add(truth[i], said, i)
    print(f"{score.persons_said()} of {len(persons)} persons, {score.switches} switches, {score.doubles} doubles, "
          f"{score.misses} of {score.demanded} faces missed, {score.ghosts} ghosts, {hidden} hidden")
    print(*score.events, sep="\n")
    return not (len(truth) == 60 and len(persons) == 3 and hidden > 20 and score.persons_said() == 3 and score.ghosts == 0
                and score.switches == score.doubles == 0 and score.misses <= MISSED * score.demanded)



if __name__ == "__main__":
    sys.exit(main())

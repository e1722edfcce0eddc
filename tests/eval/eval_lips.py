#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables from the lines of eval_lips.

    eval_lips FILE... > real.tsv; eval_lips --own FAKE... > fake.tsv
    eval_lips.py real.tsv [fake.tsv...]
    eval_lips.py --heads rendered.tsv

For each condition of the first list: how many recordings are scored, and the AUC of the altered ones against the same
recordings with their own sound; of those clearly in time with it, by how much the shift that is stated moves when the sound
is moved by 200, 310 or 400 ms, less that; then the AUC of each further list. Intervals: 95 %, by drawing files anew 1,000 times.
Of a recording with several persons the one with the highest score counts, as in a verdict. --heads: by how many milliseconds
the shift that is stated differs from the one that was made, for heads whose lips are in time with their voice."""
import collections
import math
import random
import re
import sys

MOVED = "-400", "-310", "-200", "200", "310", "400"  # ms


def lines(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            name, condition, person, score, words = line.rstrip("\n").split("\t")
            yield name, condition, float(score) if score != "-" else None, words


def scores(path):
    """{condition: {file: (score, words)}}; None: not scored"""
    out = collections.defaultdict(dict)
    for name, condition, score, words in lines(path):
        before = out[condition].get(name, (None, ""))[0]
        if name not in out[condition] or (score is not None and (before is None or score > before)):
            out[condition][name] = score, words
    return out


def auc(high, low):
    return sum((h > l) + .5 * (h == l) for h in high for l in low) / (len(high) * len(low))


def interval(high, low, paired):
    draw, values = random.Random(1), []
    for _ in range(1000):
        if paired:
            at = [draw.randrange(len(high)) for _ in high]
            values.append(auc([high[i] for i in at], [low[i] for i in at]))
        else:
            values.append(auc(draw.choices(high, k=len(high)), draw.choices(low, k=len(low))))
    return f"{auc(high, low):.2f} [{sorted(values)[25]:.2f}, {sorted(values)[974]:.2f}]"


def stated_ms(words):
    """by how much the sound comes after the lips; None: not said"""
    found = re.search(r"(\d+) ms (after|before) the lips", words)
    return int(found[1]) * (1 if found[2] == "after" else -1) if found else None


def shift_errors(real):
    """of recordings clearly in time: |shift stated with moved sound - shift stated before - by how much it was moved|"""
    before = {f: stated_ms(w) for f, (_, w) in real["0"].items() if "moves with" in w}
    return before, sorted(abs(stated_ms(real[c][f][1]) - ms - int(c)) for f, ms in before.items() for c in MOVED
                          if stated_ms(real[c].get(f, (None, ""))[1]) is not None)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--heads":
        errors = []
        for name, condition, score, words in lines(sys.argv[2]):
            ms = stated_ms(words)
            if ms is not None and (condition == "0" or condition in MOVED):
                errors.append(ms - int(condition))
                print(f"{name.rsplit('/', 1)[-1]} {condition} ms: {ms} ms, {'clear' if 'clearly' not in words else 'not clear'}")
        print(f"{len(errors)} shifts: error {min(errors)} to {max(errors)} ms, mean {sum(errors) / len(errors):.1f} ms")
        return
    real = scores(sys.argv[1])
    own = {f: s for f, (s, _) in real["0"].items() if s is not None}
    words = [w for s, w in real["0"].values() if s is not None]
    print(f"own sound: {len(own)} of {len(real['0'])} scored, {sum('moves with' in w for w in words)} clearly in time, "
          f"{sum('shifted or' in w for w in words)} clearly not, {sum(s > 0 for s in own.values())} above 0")
    for condition in sorted(real, key=lambda c: (c == "foreign", c != "foreign" and int(c))):
        both = [f for f in own if real[condition].get(f, (None,))[0] is not None]
        if condition == "0" or not both:
            continue
        high, low = [real[condition][f][0] for f in both], [own[f] for f in both]
        print(f"{condition}: {len(both)} scored, AUC {interval(high, low, True)}, above 0: {sum(s > 0 for s in high)}, clearly "
              f"shifted: {sum('shifted or' in real[condition][f][1] for f in both)}, clearly in time: "
              f"{sum('moves with' in real[condition][f][1] for f in both)}")
    before, errors = shift_errors(real)
    if errors:
        print(f"clearly in time: stated shift {min(before.values())} to {max(before.values())} ms; moved by 200 to 400 ms either "
              f"way {len(errors)} times: error median {errors[len(errors) // 2]}, nine of ten at most "
              f"{errors[math.ceil(.9 * len(errors)) - 1]}, most {errors[-1]} ms")
    for path in sys.argv[2:]:
        given = scores(path)["0"]
        high = [s for s, _ in given.values() if s is not None]
        if high:
            print(f"{path}: {len(high)} of {len(given)} scored, AUC {interval(high, list(own.values()), False)}, above 0: "
                  f"{sum(s > 0 for s in high)}")


main()

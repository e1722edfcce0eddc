#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells speakers apart: learns models/unmask_speaker.txt from the frames that unmask-speaker writes.

usage: speaker_model.py FRAMES                    equal error rates by cross-validation over five folds of speakers
       speaker_model.py FRAMES OUT [FOLDS]        the model; "01": without the speakers of the folds 0 and 1
       speaker_model.py FRAMES --with MODEL       equal error rates of a model
FRAMES: files with commas between them; only the first is measured on, from the others is learnt, too.

Linear discriminant analysis of the numbers of src/voice/speaker.h over stretches of 1.5 and 3 s of voice: the directions in
which speakers differ most against how much one speaker does, over all lines (takes) and recordings. Each speaker has the
same weight. A tape that runs faster or slower makes another speaker. Each direction is scaled so that stretches of 2.5 s
of one recording as it is vary by 1; how much the means of speakers vary in it goes with it.
"""
import csv
import sys
import zlib

import numpy as np

CEPSTRA, VALUES, SIZE = 20, 21, 32
BLOCK = 50  # frames of voice: half a second
STRETCHES = ((3, 3), (6, 3))  # blocks, and from one to the next
UNIT = 5  # blocks in a point of src/voice/turns.h
DRIFT = .1  # in all numbers; src/voice/turns.c has more where voices vary more
SHRINK = .02  # of the scatter within, towards that of equal directions
# groups that are no speaker, but several whom nobody has named; so are those called after a repository
UNKNOWN = {"google-internal-multi", "ami-wsj", "vad-recorded", "vad-timit", ""}


def sums(x):
    """Of each block of frames of voice: n, c, c^2, slope^2."""
    c = x[:, :CEPSTRA].astype(float)
    d = (2 * (c[4:] - c[:-4]) + c[3:-1] - c[1:-3]) / 10
    voiced = x[2:-2, CEPSTRA] > .5
    c, d = c[2:-2][voiced], d[voiced]
    n = len(c) // BLOCK
    part = [v[:n * BLOCK].reshape(n, BLOCK, CEPSTRA).sum(1) for v in (c, c * c, d * d)]
    return np.concatenate([np.full((n, 1), float(BLOCK))] + part, 1)


def read(path, prefix):
    """Blocks by (speaker, source, take): recordings of one behind each other."""
    frames = np.fromfile(path, np.float32).reshape(-1, VALUES)
    out, at = {}, 0
    with open(path + ".csv", newline="") as f:
        for row in csv.DictReader(f):
            x = frames[at:at + int(row["frames"])]
            at += int(row["frames"])
            if row["group"] in UNKNOWN or row["group"].endswith("unknown") or "/" in row["group"] or len(x) < 5:
                continue
            speaker = prefix + row["group"] + ("" if row["faster"] == "0" else "/" + row["faster"])
            out.setdefault((speaker, row["source"], row["take"]), []).append(sums(x))
    return {key: np.concatenate(v) for key, v in out.items()}


def numbers(blocks, k, hop):
    total = np.vstack([np.zeros((1, blocks.shape[1])), np.cumsum(blocks, 0)])
    i = np.arange(0, len(blocks) - k + 1, hop)
    s = total[i + k] - total[i]
    n, c, cc, dd = s[:, :1], s[:, 1:21], s[:, 21:41], s[:, 41:]
    c, cc, dd = c / n, cc / n, dd / n
    return np.concatenate([c[:, 1:], np.sqrt(np.maximum(cc - c * c, 0)), np.sqrt(dd)], 1)


def learn(groups):
    """offset [SIZE], weight [SIZE][59], spread [SIZE]"""
    x, who = [], []
    for key, blocks in groups.items():
        for k, hop in STRETCHES:
            v = numbers(blocks, k, hop)
            x.append(v)
            who += [key[0]] * len(v)
    x = np.concatenate(x)
    mean, deviation = x.mean(0), x.std(0)
    x = (x - mean) / deviation
    _, who, n = np.unique(who, return_inverse=True, return_counts=True)
    centre = np.zeros((len(n), x.shape[1]))
    np.add.at(centre, who, x)
    centre /= n[:, None]
    rest = x - centre[who]
    within = (rest / n[who][:, None]).T @ rest / len(n)
    within = (1 - SHRINK) * within + SHRINK * np.trace(within) / len(within) * np.eye(len(within))
    between = centre.T @ centre / len(n)
    inverse = np.linalg.inv(np.linalg.cholesky(within))
    value, vector = np.linalg.eigh(inverse @ between @ inverse.T)
    weight = (inverse.T @ vector[:, ::-1][:, :SIZE]).T / deviation
    within, between = variances(weight, groups)
    weight /= np.sqrt(within)[:, None]
    return -weight @ mean, weight, between / within


def variances(weight, groups):
    """Of stretches of a real recording as it is, and of the means of speakers."""
    rest, centre = [], {}
    for (who, _, take), blocks in groups.items():
        if take != "0" or "/" in who or ":" in who or len(blocks) < 2 * UNIT:
            continue
        p = numbers(blocks, UNIT, UNIT) @ weight.T
        rest.append((p - p.mean(0)) * np.sqrt(len(p) / (len(p) - 1)))
        centre.setdefault(who, []).append(p.mean(0))
    return np.concatenate(rest).var(0), np.array([np.mean(v, 0) for v in centre.values()]).var(0)


def unlike(model, a, b, k):
    """Log odds that points of k blocks each are of two voices: as odds() of src/voice/turns.c."""
    one = 2 * UNIT / k + 2 * DRIFT
    two = one + 2 * model[2]
    return ((a - b) ** 2 * (1 / one - 1 / two) - np.log(two / one)).sum(1) / 2


def equal_error_rate(same, other):
    at = np.sort(np.concatenate([same, other]))
    missed = np.searchsorted(np.sort(same), at) / len(same)
    false = 1 - np.searchsorted(np.sort(other), at) / len(other)
    i = np.argmin(abs(missed - false))
    return (missed[i] + false[i]) / 2


def trials(model, groups, k):
    """How alike stretches of k blocks within a source and a take are: of one speaker, of two."""
    same, other, by = [], [], {}
    for (who, source, take), blocks in groups.items():
        if "/" not in who[-4:] and take in ("0", "1"):
            by.setdefault((source, take), []).append((who, numbers(blocks, k, k)))
    for speakers in by.values():
        p = np.concatenate([model[0] + x @ model[1].T for _, x in speakers])
        who = np.concatenate([[w] * len(x) for w, x in speakers])
        i, j = np.triu_indices(len(p), 1)
        v, equal = -unlike(model, p[i], p[j], k), who[i] == who[j]
        same.append(v[equal])
        other.append(v[~equal])
    return np.concatenate(same), np.concatenate(other)


def report(pairs):
    for k, (same, other) in pairs.items():
        print(f"{k / 2} s: equal error rate {equal_error_rate(same, other):.3f}, {len(same)} pairs of one speaker, "
              f"{len(other)} of two")


def main():
    names = sys.argv[1].split(",")
    groups, others = read(names[0], ""), {}
    for name in names[1:]:
        others.update(read(name, f"{names.index(name)}:"))
    speakers = {key[0].split("/")[0] for key in groups}
    more = {key[0].split("/")[0] for key in others}
    print(f"{len(speakers)} speakers and {len(more)} more, {sum(map(len, groups.values())) / 2 / 60:.0f} minutes of voice in all takes")
    if len(sys.argv) > 2 and sys.argv[2] == "--with":  # FRAMES --with MODEL: measured as it is
        model = np.loadtxt(sys.argv[3]) / 1e6
        report({k: trials((model[:, 0], model[:, 1:-1], model[:, -1]), groups, k) for k in (3, 6, 12)})
        return
    fold = {s: zlib.crc32(s.encode()) % 5 for s in speakers}
    if len(sys.argv) > 2:
        without = sys.argv[3] if len(sys.argv) > 3 else ""
        offset, weight, spread = learn(others | {key: v for key, v in groups.items() if str(fold[key[0].split("/")[0]]) not in without})
        np.savetxt(sys.argv[2], np.rint(1e6 * np.column_stack([offset, weight, spread])).astype(int), "%d")
        return
    pairs = {k: ([], []) for k in (3, 6, 12)}
    for f in range(5):
        model = learn(others | {key: v for key, v in groups.items() if fold[key[0].split("/")[0]] != f})
        held = {key: v for key, v in groups.items() if fold[key[0].split("/")[0]] == f}
        for k, lists in pairs.items():
            for to, found in zip(lists, trials(model, held, k)):
                to.append(found)
    report({k: tuple(map(np.concatenate, v)) for k, v in pairs.items()})


main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures against scikit-learn.

usage: eval_sklearn.py DRIVER (eval_driver). Skipped (77) without scikit-learn.
"""
import subprocess
import sys

try:
    import numpy as np
    from sklearn import calibration, metrics
except ImportError:
    print("skipped: no python3-sklearn", file=sys.stderr)
    sys.exit(77)

BINS = 15
LIMIT = 1e-12  # sums of 2,000 doubles in another order
driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
failed = 0


def ask(label, score):
    driver.stdin.write(f"{len(score)}\n" + "".join(f"{y:d} {float(p)!r}\n" for y, p in zip(label, score)))
    driver.stdin.flush()
    return [np.array(driver.stdout.readline().split(), float) for _ in range(2)]


def check(what, ours, theirs):
    global failed
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    bad = ours.shape != theirs.shape or not np.all(np.abs(ours - theirs) <= LIMIT)
    failed += bad
    if bad:
        print(f"{what}: {ours}, not {theirs}", file=sys.stderr)


def calibration_error(label, score):
    """From scikit-learn's curve, which leaves out empty bins; how many are in each is not in it."""
    came, said = calibration.calibration_curve(label, score, n_bins=BINS)
    n = np.bincount(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], score), minlength=BINS)
    return np.sum(n[n > 0] * np.abs(came - said)) / len(score)


random = np.random.default_rng(14)
for n, steps, prior in [(2, 0, .5), (7, 4, .5), (50, 0, .2), (400, 16, .5), (2000, 0, .05), (2000, 100, .9)]:
    label = random.random(n) < prior
    label[:2] = [False, True]
    score = np.clip(random.normal(.35 + .3 * label, .25), 0, 1)
    if steps:  # many ties
        score = np.round(score * steps) / steps
    values, curve = ask(label, score)
    alarm, hit, _ = metrics.roc_curve(label, score, drop_intermediate=False)
    check(f"n={n} curve", curve, np.stack([alarm, hit], 1).ravel())
    for name, ours, theirs in zip(
            ["AUC", "average precision", "log loss", "Brier", "ECE", "accuracy", "F1"], values,
            [metrics.roc_auc_score(label, score), metrics.average_precision_score(label, score),
             metrics.log_loss(label, np.clip(score, 1e-15, 1 - 1e-15)), metrics.brier_score_loss(label, score),
             calibration_error(label, score), metrics.accuracy_score(label, score >= .5),
             metrics.f1_score(label, score >= .5, zero_division=0)]):
        check(f"n={n} {name}", ours, theirs)
driver.stdin.close()
if driver.wait() != 0 or failed:
    sys.exit(1)

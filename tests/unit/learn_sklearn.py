#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classifiers against scikit-learn.

usage: learn_sklearn.py DRIVER (learn_driver). Skipped (77) without scikit-learn.
"""
import json
import subprocess
import sys
import warnings

try:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.mixture import GaussianMixture
    from sklearn.svm import SVC
except ImportError:
    print("skipped: no python3-sklearn", file=sys.stderr)
    sys.exit(77)

warnings.simplefilter("ignore")  # our own end of a fit is not theirs
driver = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
failed = 0


def ask(kind, label, x, penalty=1., parts=1, cost=1., gamma=1.):
    driver.stdin.write(f"{kind} {x.shape[0]} {x.shape[1]} {penalty} {parts} {cost!r} {gamma!r}\n" + "".join(
        f"{y:d} {' '.join(repr(float(v)) for v in row)}\n" for y, row in zip(label, x)))
    driver.stdin.flush()
    return json.loads(driver.stdout.readline()), np.array(driver.stdout.readline().split(), float)


def check(what, ours, theirs, limit):
    global failed
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    bad = ours.shape != theirs.shape or not np.all(np.abs(ours - theirs) <= limit * (1 + np.abs(theirs)))
    failed += bad
    if bad:
        print(f"{what}: {ours}, not {theirs}", file=sys.stderr)


def mixture(ours, inputs, **how):
    """scikit-learn's, begun where ours ended."""
    shares = np.array(ours["shares"])
    means = np.array(ours["means"]).reshape(-1, inputs)
    precisions = 1 / np.array(ours["variances"]).reshape(-1, inputs)
    return GaussianMixture(len(shares), covariance_type="diag", weights_init=shares / shares.sum(), means_init=means,
                           precisions_init=precisions, reg_covar=0, **how)


random = np.random.default_rng(15)
for n, inputs, prior, penalty in [(40, 1, .5, 1), (200, 5, .2, .01), (200, 5, .8, 30), (300, 20, .5, 1)]:
    label = random.random(n) < prior
    x = random.normal(size=(n, inputs)) + .7 * label[:, None] * (np.arange(inputs) % 3 == 0)
    ours, scores = ask("logistic", label, x, penalty=penalty)
    model = LogisticRegression(C=1 / penalty, class_weight="balanced", tol=1e-10, max_iter=10000).fit(x, label)
    # both stop near the minimum of a loss of about n log 2, of which doubles know the weights to about 1e-6
    check(f"logistic {n} {inputs}", ours["weights"], np.append(model.coef_[0], model.intercept_), 1e-5)
    check(f"logistic {n} {inputs} scores", scores, model.decision_function(x), 1e-4)

for n, inputs, parts in [(400, 3, 1), (600, 2, 3), (600, 6, 2)]:
    label = np.arange(n) % 3 == 0
    centre = random.normal(scale=6, size=(2, parts, inputs))
    x = centre[label.astype(int), random.integers(parts, size=n)] + random.normal(size=(n, inputs))
    ours, scores = ask("gmm", label, x, parts=parts)
    ratio = np.zeros(n)
    for fake, name in enumerate(["real", "fake"]):
        rows = x[label == fake]
        step = mixture(ours[name], inputs, max_iter=1).fit(rows)  # one step of theirs moves it no further
        for field, theirs in [("shares", step.weights_), ("means", step.means_), ("variances", step.covariances_)]:
            check(f"gmm {n} {inputs} {parts} {name} {field}", ours[name][field], theirs.ravel(), 1e-3)
        ratio += (1 if fake else -1) * step.score_samples(x)
        own = GaussianMixture(parts, covariance_type="diag", n_init=10, tol=1e-9, max_iter=1000, random_state=1).fit(rows)
        check(f"gmm {n} {inputs} {parts} {name} likelihood", step.score(rows), own.score(rows), 1e-4)
    check(f"gmm {n} {inputs} {parts} scores", scores, ratio, 1e-2)

for n, inputs, prior, cost, gamma in [(60, 1, .5, 1, 1.), (200, 4, .2, .1, .25), (200, 4, .7, 30, .1), (400, 12, .5, 3, .02)]:
    label = random.random(n) < prior
    x = random.normal(size=(n, inputs))
    x[:, 0] *= np.where(label, 3, 1)  # around the real ones: no plane divides them
    ours, scores = ask("svm", label, x, cost=cost, gamma=gamma)
    model = SVC(C=cost, gamma=gamma, class_weight="balanced").fit(x, label)
    what = f"svm {n} {inputs}"
    # both are libsvm's steps from the same start in the same order to the same end
    check(f"{what} number of vectors", len(ours["weights"]), model.n_support_.sum(), 0)
    check(f"{what} vectors", ours["vectors"], model.support_vectors_.ravel(), 1e-11)
    check(f"{what} weights", ours["weights"], model.dual_coef_[0], 1e-9)
    check(f"{what} constant", ours["constant"], model.intercept_[0], 1e-9)
    check(f"{what} scores", scores, model.decision_function(x), 1e-9)
driver.stdin.close()
if driver.wait() != 0 or failed:
    sys.exit(1)

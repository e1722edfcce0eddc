#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells whether lips move with a sound: learns models/unmask_lips.txt from what unmask-lips wrote.

usage: lip_model.py --rows LABELS...    what unmask-lips is to look at: seconds, folder and path of each row
       lip_model.py [--epochs N] [--seed N] [--piece S] STEPS LABELS...              beside the plain measure, sources left out
       lip_model.py [--epochs N] [--seed N] --out MODEL [--golden C] STEPS LABELS...   the model, learnt from all of them

STEPS: what unmask-lips wrote, of rows with split=train of the LABELS (CSV: path, label, split, source, group). Needs Debian's
python3-torch; with an OpenBLAS before it in LD_LIBRARY_PATH it is ten times as fast.

Two towers (src/signals/face/lip_network.h), each without what is slower than half a second: a picture of the mouth (12 x 16, 25 a
second) and six measures of its landmarks, over five pictures; 32 mel bands in steps of 20 ms over 12 of them; 32 numbers out of
each. Their agreement is the coefficient of correlation over all numbers and steps, at shifts of -15 to 15 steps; the score is
that of lip_sync. Learnt: the agreement near the shift of the recording (by the plain measure where it is clear, else the usual
shifts) exceeds that at others and that with sounds of other sources. From: real recordings, and fakes that follow their sound by
the plain measure, of other sources than those measured on. Spoiled: speed of the tape, pitch, noise, colour of the sound, flip,
place and contrast.

Prints AUC of moved and foreign sound against the own one by condition, whole and in pieces of S seconds, of both measures, and
of both curves averaged, as lip_sync does. Intervals: 95 %, of the difference in mean AUC to the plain measure, by drawing
recordings, and sources, anew 300 times.

MODEL: a line of each layer's weights and one of its offsets, in millionths, [input][output]. C: inputs and outputs of the towers
for test_lip_network."""
import argparse
import csv
import os
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

RATE, MOST, FOLDS, DIM, SEGMENT, BATCH = 25, 15, 5, 32, 75, 16
EARLY, LATE = MOST - 2, MOST + 5  # usual shifts, as in lip_sync
SHIFTS = -25, -10, -5, 5, 10, 25  # steps of 40 ms
SPEEDS = .93, 1, 1.07
LEARNING_RATE, DECAY, DROP, SHARPNESS, MARGIN = 4e-3, .02, .2, .08, 2.5
UNITS = np.array([.03, .04, .02, .02, .03, .04], np.float32)  # by how much the measures vary
FACE = np.dtype([("t", "f8"), ("person", "i4"), ("yaw", "f4"), ("points", "f4", (68, 2)), ("mouth", "u1", (24, 32))])
SECONDS = {"real": 30, "talking": 30, "lipsync": 10, "audio-driven": 10}  # of which kinds how much is seen
SOUND = np.dtype([("k", "i8"), ("mel", "f4", 64), ("speaks", "f4")])

warnings.simplefilter("ignore", RuntimeWarning)


# ---- recordings ----

def records(path):
    with open(path, "rb") as f:
        data = f.read()
    at, found = 0, {1: [], 2: []}
    while at + 4 <= len(data):
        tag = int.from_bytes(data[at:at + 4], "little")
        kind = FACE if tag == 1 else SOUND
        found[tag].append(np.frombuffer(data, kind, 1, at + 4)[0])
        at += 4 + kind.itemsize
    return found[1], found[2]


def at_steps(t, v, n):
    """by straight lines between pictures at most 100 ms apart; NaN where not known"""
    steps = np.arange(n) / RATE
    i = np.clip(np.searchsorted(t, steps) - 1, 0, len(t) - 2)
    w = (steps - t[i]) / (t[i + 1] - t[i])
    out = v[i] + (v[i + 1] - v[i]) * w.reshape(-1, *[1] * (v.ndim - 1))
    out[(w < -1e-6) | (w > 1 + 1e-6) | (t[i + 1] - t[i] > .1001)] = np.nan
    return out


def slow(x, known):
    """mean over half a second of what is known, and where enough is"""
    at = np.arange(len(known))
    low, high = np.clip(at - 6, 0, None), np.clip(at + 7, None, len(known))
    total = np.concatenate([np.zeros((1,) + x.shape[1:]), np.cumsum(x, 0)])
    count = np.concatenate([[0], np.cumsum(known)])
    n = count[high] - count[low]
    return (total[high] - total[low]) / np.maximum(n, 1)[:, None], known * (n >= 7)


def fast(x):
    known = ~np.isnan(x)
    mean, enough = slow(np.where(known, x, 0)[:, None], known.astype(float))
    return np.where(enough > 0, x - mean[:, 0], np.nan)


def recording(path):
    faces, sounds = records(path)
    persons = [f["person"] for f in faces]
    if not persons or not sounds:
        return None
    main = max(set(persons), key=persons.count)
    last = max(f["t"] for f in faces)
    faces = [f for f in faces if f["person"] == main and abs(f["yaw"]) <= 45 and np.hypot(*(f["points"][36] - f["points"][45])) >= 40]
    if len(faces) < 40:
        return None
    p, mouth = np.array([f["points"] for f in faces], float), np.array([f["mouth"] for f in faces], np.float32)

    def apart(a, b):
        return np.hypot(*(p[:, a] - p[:, b]).T) / np.hypot(*(p[:, 36] - p[:, 45]).T)
    dark = 1 - mouth[:, 8:17, 11:21].mean((1, 2)) / np.maximum(mouth.mean((1, 2)), 1)
    inner, outer = ((61, 67), (62, 66), (63, 65)), ((50, 58), (51, 57), (52, 56))
    measures = np.stack([apart(33, 57), dark, apart(48, 54), sum(apart(*q) for q in inner) / 3, sum(apart(*q) for q in outer) / 3,
                         apart(33, 8)], 1)
    n, t = int(last * RATE) + 1, np.array([f["t"] for f in faces])
    d = {"mouth": at_steps(t, mouth, n), "measures": at_steps(t, measures, n)}
    mel, speaks = np.full((4 * n, 64), np.nan, np.float32), np.zeros(4 * n)
    for s in sounds:  # the frames of a step, as in lip_sync: three before it, and its own
        if s["k"] + 3 < 4 * n:
            mel[s["k"] + 3], speaks[s["k"] + 3] = s["mel"], s["speaks"]
    d["mel"], d["speech"] = mel, (speaks > .5).reshape(n, 4).mean(1) >= .5
    d["x"] = fast(d["measures"][:, 0] + .3 * d["measures"][:, 1])
    d["y"] = fast(np.nanmean(np.clip(mel, -14, 14)[:, 9:46].mean(1).reshape(n, 4), 1))
    known = ~np.isnan(d["x"]) & ~np.isnan(d["y"])
    return d if known.sum() >= 2.5 * RATE and (known & d["speech"]).sum() >= 1.2 * RATE else None


def recordings(folder, lists):
    same, out = {}, []  # sources and groups that belong together

    def root(a):
        while same.setdefault(a, a) != a:
            a = same[a]
        return a
    for path in lists:
        with open(path, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                file = os.path.join(folder, row["path"].replace("/", "__") + ".lips")
                if row["split"] != "train" or not os.path.exists(file):
                    continue
                d = recording(file)
                if d:
                    source, group = (row.get(k) or row["path"] for k in ("source", "group"))
                    same[root("group " + group)] = root("source " + source)
                    out.append(d | {"name": row["path"], "real": row["label"] == "real", "source": "source " + source})
    for d in out:
        d["source"] = root(d["source"])
    return out


def print_rows(lists):
    for path in lists:
        with open(path, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                if row["split"] == "train" and row["kind"] in SECONDS:
                    print(SECONDS[row["kind"]], os.path.dirname(path), row["path"])


# ---- agreement ----

def curve(x, y, first=0, end=None, least=45):
    """coefficients of x[i] and y[i + lag] over the steps first..end of x; [n] or [n, numbers]"""
    x, y, r = x.reshape(len(x), -1), y.reshape(len(y), -1), np.full(2 * MOST + 1, np.nan)
    for lag in range(-MOST, MOST + 1):
        low, high = max(first, -lag), min(len(x) if end is None else end, len(x), len(y) - lag)
        a, b = x[low:high], y[low + lag:high + lag]
        ok = ~(np.isnan(a[:, 0]) | np.isnan(b[:, 0])) if high > low else np.zeros(0, bool)
        if ok.sum() >= least:
            a, b = a[ok] - a[ok].mean(0), b[ok] - b[ok].mean(0)
            r[lag + MOST] = (a * b).sum() / max(1e-12, np.sqrt((a * a).sum() * (b * b).sum()))
    return r


def score(r):
    return np.nanmax(np.r_[r[:EARLY], r[LATE + 1:]]) - np.nanmax(r[EARLY:LATE + 1])


def moved(y, by, n):
    out = np.full((n,) + y.shape[1:], np.nan, np.float32)
    low, high = max(0, by), min(n, len(y) + by)
    out[low:high] = y[low - by:high - by]
    return out


def aim(d):
    """the shifts to be learnt"""
    r = curve(d["x"], d["y"])
    k = int(np.nanargmax(r))
    rival = np.nanmax(np.where(abs(np.arange(len(r)) - k) > 4, r, -1))
    seconds = (~np.isnan(d["x"] + moved(d["y"], 0, len(d["x"])))).sum() / RATE
    clear = r[k] - rival >= .15 and r[k] * np.sqrt(seconds) >= 1.2 and EARLY - 1 <= k <= LATE + 2
    return (k - 1, k + 1) if clear else (EARLY, LATE)


# ---- the network ----

def stretched(a, speed):
    at = np.arange(int((len(a) - 1) / speed)) * speed
    low = at.astype(int)
    return a if speed == 1 else a[low] + (a[low + 1] - a[low]) * (at - low).reshape(-1, *[1] * (a.ndim - 1)).astype(np.float32)


def seen(d, speed):
    x, g = stretched(d["mouth"], speed), stretched(d["measures"], speed)
    known = (~np.isnan(x[:, 0, 0])).astype(np.float32)
    x = np.nan_to_num(x.reshape(-1, 12, 2, 16, 2).mean((2, 4)).reshape(-1, 192))
    g = np.nan_to_num(g)
    (mx, enough), (mg, _) = slow(x, known), slow(g, known)
    x, g = (x - mx) * enough[:, None], (g - mg) * enough[:, None] / UNITS
    return x.astype(np.float32), g.astype(np.float32), enough


def even(x, known):
    """of one look: pictures of the same contrast"""
    return x / (np.sqrt((x ** 2).sum() / (192 * known.sum() + 1)) + 1e-3)


def heard(d, speed, spoil):
    a = stretched(d["mel"], speed)
    a = a[:len(a) // 4 * 4]
    if spoil:
        a = np.roll(a, spoil.integers(-3, 4), 1) + np.repeat(spoil.normal(0, 1.5, (1, 8)), 8, 1)
        a = np.log(np.exp(a) + np.exp(spoil.uniform(-12, -2) + spoil.normal(0, .6, a.shape)))
    known = (~np.isnan(a[:, 0])).reshape(-1, 4).all(1).astype(np.float32)
    a = np.nan_to_num(np.clip(a, -14, 14).reshape(-1, 2, 2, 32, 2).mean((2, 4)).reshape(-1, 64)) * known[:, None]
    mean, enough = slow((a[:, :32] + a[:, 32:]) / 2, known)
    return ((a - np.tile(mean, 2)) * enough[:, None] / 2.5).astype(np.float32), enough


class Mouth(nn.Module):
    def __init__(self):
        super().__init__()
        self.look, self.drop = nn.Linear(192, 48), nn.Dropout(DROP)
        self.time = nn.Conv1d(54, 54, 5, padding=2, groups=54)
        self.out = nn.Sequential(nn.Linear(54, 64), nn.ReLU(), nn.Dropout(DROP), nn.Linear(64, DIM))

    def forward(self, x, g):
        z = torch.cat([self.drop(self.look(x)), g], 2)
        return self.out(self.time(z.transpose(1, 2)).transpose(1, 2))


class Sound(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.Sequential(
            nn.Conv1d(32, 48, 3, padding=1), nn.ReLU(), nn.Dropout(DROP), nn.Conv1d(48, 48, 2, 2), nn.ReLU(),
            nn.Conv1d(48, 48, 5, padding=2, groups=48), nn.Conv1d(48, 64, 1), nn.ReLU(), nn.Dropout(DROP), nn.Conv1d(64, DIM, 1))

    def forward(self, a):
        return self.all(a.reshape(len(a), -1, 32).transpose(1, 2)).transpose(1, 2)


def by_shift(s):
    """sums along the diagonals of [batch, 75, 105]"""
    width = SEGMENT + 2 * MOST
    return s.contiguous().as_strided((len(s), SEGMENT, 2 * MOST + 1), (SEGMENT * width, width + 1, 1)).sum(1)


def centred(x, known):
    m = known[..., None]
    return (x - (x * m).sum(1, keepdim=True) / m.sum(1, keepdim=True).clamp(min=1)) * m


def agreements(v, a, mv, ma):
    vv = by_shift((v * v).sum(2, keepdim=True) * mv[..., None] * ma[:, None])
    aa = by_shift(mv[..., None] * (a * a).sum(2)[:, None])
    return by_shift(torch.bmm(v, a.transpose(1, 2))) / (vv * aa + 1e-6).sqrt()


def cut(a, first, n):
    """rows first..first + n, zeros where there are none"""
    out = np.zeros((n,) + a.shape[1:], np.float32)
    low, high = max(0, first), min(len(a), first + n)
    if high > low:
        out[low - first:high - first] = a[low:high]
    return out


def batches(data, rng, sources):
    order = [i for i, d in enumerate(data) for _ in range(max(1, int((~np.isnan(d["x"])).sum() / SEGMENT)))]
    rng.shuffle(order)
    for b in range(0, len(order) - BATCH // 2, BATCH):
        out = [[] for _ in range(7)]
        for d in (data[i] for i in order[b:b + BATCH]):
            speed = rng.integers(len(SPEEDS))
            (x, g, mv), (a, ma) = d["seen"][speed], d["heard"][speed][rng.integers(2)]
            for _ in range(8):
                s = int(rng.integers(0, max(1, min(len(mv), len(ma)) - SEGMENT)))
                if mv[s:s + SEGMENT].sum() > 45:
                    break
            x = even(cut(x, s, SEGMENT), mv[s:s + SEGMENT]).reshape(-1, 12, 16)
            if rng.random() < .5:
                x = x[:, :, ::-1]
            if rng.random() < .6:
                x = np.roll(x, (rng.integers(-1, 2), rng.integers(-1, 2)), (1, 2))
            for to, v in zip(out, (x.reshape(-1, 192) * rng.uniform(.7, 1.3), cut(g, s, SEGMENT), cut(mv, s, SEGMENT),
                                   cut(a, s - MOST, SEGMENT + 2 * MOST), cut(ma, s - MOST, SEGMENT + 2 * MOST), d["aim"],
                                   sources.index(d["source"]))):
                to.append(v)
        yield [torch.tensor(np.array(v, np.float32)) for v in out]


def loss_of(r, foreign, aims):
    shifts, low, high = torch.arange(2 * MOST + 1)[None], aims[:, :1], aims[:, 1:]
    near, far = (shifts >= low) & (shifts <= high), (shifts < low - 2) | (shifts > high + 2)

    def soft(v, which):
        return torch.logsumexp((v / SHARPNESS).masked_fill(~which, -1e4), 1) - torch.log(which.sum(1).float())
    good = soft(r, near)
    return (F.softplus(soft(r, far) + MARGIN - good) + F.softplus(soft(foreign, foreign > -1) + MARGIN - good)).mean()


def learn(data, epochs, seed):
    torch.manual_seed(seed)
    rng, mouth, sound = np.random.default_rng(seed), Mouth(), Sound()
    sources = sorted({d["source"] for d in data})
    optimizer = torch.optim.AdamW([*mouth.parameters(), *sound.parameters()], LEARNING_RATE, weight_decay=DECAY)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * .5 * (1 + np.cos(np.pi * epoch / epochs))
        for x, g, mv, a, ma, aims, source in batches(data, rng, sources):
            v, s = centred(mouth(x, g), mv), centred(sound(a), ma)
            rolls = [0, 3, 5, 7]
            r = agreements(v.repeat(4, 1, 1), torch.cat([s.roll(k, 0) for k in rolls]), mv.repeat(4, 1),
                           torch.cat([ma.roll(k, 0) for k in rolls])).reshape(4, len(x), -1)
            other = torch.stack([source != source.roll(k) for k in rolls[1:]])[..., None]
            foreign = r[1:].masked_fill(~other, -1).transpose(0, 1).flatten(1)
            optimizer.zero_grad()
            loss_of(r[0], foreign, aims).backward()
            optimizer.step()
    return mouth.eval(), sound.eval()


@torch.no_grad()
def numbers(mouth, sound, d):
    """as in lip_sync: of each second, from the look of three that it is the middle of"""
    (x, g, mv), (a, ma) = d["seen"][1], d["heard"][1][0]
    v = np.full((len(mv), DIM), np.nan, np.float32)
    for own in range(0, len(mv), RATE):
        first, end = own - RATE, min(own + RATE, len(mv))
        pictures = even(cut(x, first, SEGMENT), cut(mv, first, SEGMENT))
        out = mouth(torch.tensor(pictures)[None], torch.tensor(cut(g, first, SEGMENT))[None])[0].numpy()
        v[own:end] = out[RATE:RATE + end - own]
    s = sound(torch.tensor(a)[None])[0].numpy().copy()
    v[mv == 0], s[ma == 0] = np.nan, np.nan
    return v, s


def layers(mouth, sound):
    """(weights [inputs][outputs], offsets), in the order of src/signals/face/lip_network.c"""
    def of(layer):
        w = layer.weight.detach()
        if w.dim() == 3:  # of a convolution: [output][input][tap]; one input each where it only weighs
            w = w.permute(2, 1, 0).reshape(-1, len(w)).T
        return w.T.numpy(), layer.bias.detach().numpy()
    return [of(v) for v in (mouth.look, mouth.time, mouth.out[0], mouth.out[3], *(sound.all[i] for i in (0, 3, 5, 6, 9)))]


def write(path, mouth, sound):
    with open(path, "w", encoding="ascii") as f:
        for values in (v for pair in layers(mouth, sound) for v in pair):
            print(*np.rint(1e6 * values.astype(float).ravel()).astype(int), file=f)


@torch.no_grad()
def write_golden(path, mouth, sound):
    """of sines, some steps of which are not known: rows of what both towers make of one look"""
    def wave(width):
        return np.sin(.37 * np.arange(SEGMENT)[:, None] + 1.7 * np.arange(width))
    picture = 100 + 50 * wave(192).reshape(-1, 12, 16).repeat(2, 1).repeat(2, 2)
    measures = .3 + .05 * wave(6)
    for a in (picture, measures):
        a[20:23], a[40:49] = np.nan, np.nan
    mel = (3 * wave(64) - 5).reshape(-1, 2, 32).repeat(2, 1).reshape(-1, 32).repeat(2, 1)
    mel[4 * 60] = np.nan
    d = {"mouth": picture, "measures": measures, "mel": mel}
    (x, g, known), (a, heard_at) = seen(d, 1), heard(d, 1, None)
    outs = {"mouth": (mouth(torch.tensor(even(x, known).astype(np.float32))[None], torch.tensor(g)[None])[0], known),
            "sound": (sound(torch.tensor(a)[None])[0], heard_at)}
    rows = 0, 12, 30, 38, 74
    with open(path, "w", encoding="ascii") as f:
        print("/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* clang-format off: by tools/lip_model.py --golden, with PyTorch */",
              file=f)
        print("enum { GOLDEN_ROWS = %d };\nstatic const int golden_row[] = {%s};" % (len(rows), ", ".join(map(str, rows))), file=f)
        for name, (out, known) in outs.items():
            print("enum { GOLDEN_%s_KNOWN = %d };" % (name.upper(), known.sum()), file=f)
            print("static const float golden_%s[GOLDEN_ROWS][%d] = {" % (name, DIM), file=f)
            for r in rows:
                v = ["%.5ff" % q for q in out[r]]
                print("    {" + ",\n     ".join(", ".join(v[k:k + 8]) for k in range(0, DIM, 8)) + "},", file=f)
            print("};", file=f)


# ---- tables ----

def auc(high, low):
    high, low = high[~np.isnan(high)], low[~np.isnan(low)]
    return (high[:, None] > low).mean() + .5 * (high[:, None] == low).mean()


def aucs(s):
    """of scores [recordings, conditions], the first with the own sound: for each shift, and for foreign sound"""
    return np.array([auc(s[:, c], s[:, 0]) for c in range(1, 1 + len(SHIFTS))] + [auc(s[:, 1 + len(SHIFTS):].ravel(), s[:, 0])])


def added(plain, net, fold):
    """plain + w net, w the best of the other folds"""
    out = np.empty_like(plain)
    for k in set(fold):
        rest = fold != k
        w = max(np.linspace(0, 1, 11), key=lambda w: aucs(w * net[rest] + (1 - w) * plain[rest]).mean())
        out[~rest] = w * net[~rest] + (1 - w) * plain[~rest]
    return out


def table(title, plain, net, fold, sources, who):
    print(f"{title}: {len(plain)}, from {len(set(who))} recordings of {len(set(sources))} sources")
    print("  " + " " * 16 + "".join(f"{40 * s:+7d}" for s in SHIFTS) + " foreign    mean  usual")
    rng = np.random.default_rng(1)
    for name, s in (("plain", plain), ("network", net), ("added", added(plain, net, fold))):
        row = aucs(s)
        print(f"  {name:16s}" + "".join(f"{v:7.3f}" for v in row) + f" {row.mean():7.3f} {100 * np.nanmean(s[:, 0] < 0):5.0f} %", end="")
        for label in (who, sources) if s is not plain else ():
            names, places = sorted(set(label)), np.array(label)
            drawn = [np.concatenate([np.where(places == q)[0] for q in rng.choice(names, len(names))]) for _ in range(300)]
            low, high = np.nanquantile([aucs(s[d]).mean() - aucs(plain[d]).mean() for d in drawn], [.025, .975])
            print(f"  [{low:+.3f}, {high:+.3f}]", end="")
        print()


def folds_of(real):
    """whole sources, the longest first, each into the fold that has least"""
    seconds, fold = {}, {}
    for d in real:
        seconds[d["source"]] = seconds.get(d["source"], 0) + len(d["x"])
    filled = [0] * FOLDS
    for source in sorted(seconds, key=lambda q: (-seconds[q], q)):
        fold[source] = int(np.argmin(filled))
        filled[fold[source]] += seconds[source]
    return fold


def compare(real, embedded, others, piece):
    """scores of plain and network under all conditions, of pieces of so many steps (0: whole), and whose they are"""
    plain, net, who = [], [], []
    for i, d in enumerate(real):
        n = len(d["x"])
        v, own = embedded[i][i]
        sounds = [(moved(d["y"], k, n), moved(own, k, n)) for k in (0, *SHIFTS)]
        sounds += [(moved(real[j]["y"], 0, n), moved(embedded[i][j][1], 0, n)) for j in others[i]]
        for first in range(0, max(1, n - piece // 2), piece) if piece else (0,):
            end = first + piece if piece else n
            known = ~np.isnan(d["x"][first:end]) & ~np.isnan(sounds[0][0][first:end])
            if known.sum() >= 2.5 * RATE and (known & d["speech"][first:end]).sum() >= 1.2 * RATE:
                plain.append([score(curve(d["x"], y, first, end)) for y, _ in sounds])
                net.append([score(curve(v, s, first, end)) for _, s in sounds])
                who.append(i)
    return np.array(plain), np.array(net), who


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--epochs", type=int, default=20)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--piece", type=float, default=4)
    p.add_argument("--out")
    p.add_argument("--golden")
    p.add_argument("--rows", action="store_true")
    p.add_argument("steps")
    p.add_argument("labels", nargs="*")
    o = p.parse_args()
    if o.rows:
        print_rows([o.steps, *o.labels])
        return
    torch.set_num_threads(1)
    rng, every = np.random.default_rng(5), recordings(o.steps, o.labels)
    for d in every:
        d["aim"] = aim(d)
        d["seen"] = [seen(d, s) for s in SPEEDS]
        d["heard"] = [[heard(d, s, None), heard(d, s, rng)] for s in SPEEDS]
    real = [d for d in every if d["real"]]
    fakes = [d for d in every if not d["real"] and score(curve(d["x"], d["y"])) < -.03]
    fold = folds_of(real)
    size = sum(q.numel() for q in [*Mouth().parameters(), *Sound().parameters()])
    print(f"{len(real)} real recordings, {sum(len(d['x']) for d in real) / RATE:.0f} s; {len(fakes)} fakes that follow their sound, "
          f"{sum(len(d['x']) for d in fakes) / RATE:.0f} s; {size} weights")
    if o.out:
        towers = learn(real + fakes, o.epochs, o.seed)
        write(o.out, *towers)
        if o.golden:
            write_golden(o.golden, *towers)
        return
    choose = np.random.default_rng(0)
    others = [choose.choice([j for j, e in enumerate(real) if e["source"] != d["source"]], 3, replace=False) for d in real]
    embedded = [None] * len(real)
    for k in range(FOLDS):
        towers = learn([d for d in real + fakes if fold.get(d["source"]) != k], o.epochs, o.seed + k)
        for i, d in enumerate(real):
            if fold[d["source"]] == k:
                embedded[i] = {j: numbers(*towers, real[j]) for j in {i, *others[i]}}
        print(f"fold {k}: {', '.join(sorted(q for q in fold if fold[q] == k))}", flush=True)
    for title, piece in (("whole", 0), (f"pieces of {o.piece:g} s", int(o.piece * RATE))):
        plain, net, who = compare(real, embedded, others, piece)
        sources = [real[i]["source"] for i in who]
        table(title, plain, net, np.array([fold[q] for q in sources]), sources, who)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many persons a program sees in a recording, when and where: MOTA, IDF1, ghosts, switches and doubles (mot.py).

    eval_persons.py UNMASK [DATA]                    the clips of persons.tsv in DATA (data/faces/videos of the test data)
    eval_persons.py UNMASK --truth FILE CLIP         a rendered clip and its truth (unmask-sample writes both)
    eval_persons.py UNMASK --peer DIR CLIP|FOLDER... clips without labels: the truth of a frame is what two foreign detectors
                                                     of DIR both see (IoU above .5), what only one sees is ignored; MOTA,
                                                     IDF1 and switches have no meaning there
    eval_persons.py --self-test                      cases counted by hand

--models DIR   other networks for the program         --clips TEXT   only clips whose name contains TEXT
--errors       each error with its time               --cache DIR    keep what the peers saw
--every S      seconds between frames for the peers (.25); doubles are looked for in all frames
--seconds S    only the beginning of each clip

Exit status 1 when a frame has two boxes on one face, 2 when the program fails.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

try:
    import mot
    from mot import Score, f1, iou
except ImportError as missing:
    print(f"skipped: {missing}", file=sys.stderr)
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
VIDEOS = (".mp4", ".mpg", ".mov", ".avi", ".mkv", ".webm")
VISIBLE = 0.5  # share of a rendered face from which it is demanded; below, it is neither missed nor a ghost
AGREE = 0.5    # IoU from which two peers see the same face


# ---- what is true ----

def read_labels(path):
    """clip: person: [(t_s, box or None)], in order of time."""
    clips = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(path) as f:
        for line in f:
            if line.startswith("#") or line.startswith("clip\t") or not line.strip():
                continue
            clip, person, t, *box = line.rstrip("\n").split("\t")
            row = (float(t), tuple(map(float, box)) if any(box) else None)
            rows = clips[clip][person]
            if rows and rows[-1][0] >= row[0]:
                sys.exit(f"{path}: {clip}, {person}: {row[0]} s does not come after {rows[-1][0]} s")
            rows.append(row)
    return clips


def label_at(persons, t):
    """The truth of a moment: boxes between keyframes on straight lines, the last one until somebody is gone."""
    truth = []
    for person, rows in persons.items():
        before = [r for r in rows if r[0] <= t + 1e-3]
        after = [r for r in rows if r[0] > t + 1e-3]
        if not before or before[-1][1] is None:
            continue
        (t0, a), (t1, b) = before[-1], after[0] if after else before[-1]
        part = (t - t0) / (t1 - t0) if b is not None and t1 > t0 else 0
        box = tuple(p + part * (q - p) for p, q in zip(a, b)) if part else a
        truth.append((person, box, not person.startswith("ignore")))
    return truth


def read_rendered(path):
    """Frame number: truth."""
    with open(path) as f:
        truth = json.load(f)
    out = {}
    for frame in truth["frames"]:
        shares = [face.get("visible_share", sum(face["visible"]) / len(face["visible"])) for face in frame["faces"]]
        out[frame["index"]] = [(f"p{i + 1}", tuple(face["box"]), share >= VISIBLE)
                               for i, (face, share) in enumerate(zip(frame["faces"], shares)) if share > 0]
    return out


def agreed(seen):
    """The truth of a frame from the boxes of two peers."""
    first, second = ([tuple(b[:4]) for b in boxes] for boxes in seen)
    both = [b for b in first if any(iou(b, c) > AGREE for c in second)]
    one = [b for b in first if b not in both] + [c for c in second if not any(iou(b, c) > AGREE for b in first)]
    return [(f"{i}", b, True) for i, b in enumerate(both)] + [("ignore", b, False) for b in one]


class Peers:
    def __init__(self, folder, cache):
        import peers
        self.detectors = [peers.Detector(folder, name) for name in peers.NAMES]
        self.cache = cache

    def look(self, clip, numbers):
        """Frame number: boxes of each peer."""
        import cv2
        kept = os.path.join(self.cache, clip.strip("/").replace("/", "_") + ".json") if self.cache else None
        if kept and os.path.exists(kept):
            with open(kept) as f:
                return {int(k): v for k, v in json.load(f).items()}
        seen, film, i = {}, cv2.VideoCapture(clip), 0
        while i <= max(numbers, default=-1) and film.grab():
            if i in numbers:
                seen[i] = [d(film.retrieve()[1]) for d in self.detectors]
            i += 1
        if kept:
            os.makedirs(self.cache, exist_ok=True)
            with open(kept, "w") as f:
                json.dump(seen, f)
        return seen


# ---- what is said ----

def ask(unmask, clip, models=None, seconds=None):
    """[(number, t_s, [(name, box)])] of all frames."""
    command = [unmask, "faces", "--json", *(["--models", models] if models else []),
               *(["--max-seconds", str(seconds)] if seconds else []), clip]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(2)
    return [(f["frame"], f["t_s"], [(face.get("person", 0), tuple(face["box"])) for face in f["faces"]])
            for f in map(json.loads, run.stdout.splitlines())]


# ---- rows of the table ----

HEAD = (f'{"clip":34s} {"persons":>8s} {"MOTA":>6s} {"IDF1":>6s} {"faces":>6s} {"missed":>6s} {"ghosts":>6s} {"/min":>6s} {"who":>3s} '
        f'{"switch":>6s} {"double":>6s}')


class Sum:
    def __init__(self):
        self.ids = [0, 0, 0]
        self.n = collections.Counter()

    def add(self, score, labelled, minutes):
        for k, v in enumerate(score.ids()):
            self.ids[k] += v
        self.n.update(said=score.persons_said(), labelled=labelled, minutes=minutes, who=score.ghost_persons(),
                      **{k: getattr(score, k) for k in ("demanded", "misses", "ghosts", "switches", "doubles")})

    def row(self, name, peer):
        n = self.n
        demanded = n["demanded"] or float("nan")
        mota = f'{1 - (n["misses"] + n["ghosts"] + n["switches"]) / demanded:.3f}'
        persons = f'{n["said"]}/{n["labelled"]}'
        if peer:
            persons, mota = f'{n["said"]}', f'{1 - n["misses"] / demanded:.3f}'
        return (f'{name[-34:]:34s} {persons:>8s} {mota:>6s} {"-" if peer else "%.3f" % f1(self.ids):>6s} {n["demanded"]:6d} '
                f'{n["misses"]:6d} {n["ghosts"]:6d} {n["ghosts"] / max(n["minutes"], 1e-9):6.1f} {n["who"]:3d} '
                f'{"-" if peer else n["switches"]:>6} {n["doubles"]:6d}')


def show_errors(score, times):
    """Runs of the same error, with frames of at most half a second between."""
    runs = {}
    for kind, who, frame in score.events:
        t = times[frame]
        last = runs.setdefault((kind, who), [])
        if last and t - last[-1][1] <= 0.5:
            last[-1][1:] = [t, last[-1][2] + 1]
        else:
            last.append([t, t, 1])
    for (kind, who), spans in sorted(runs.items()):
        for a, b, n in spans:
            print(f"    {kind:7s} {who!s:12s} {a:7.2f} to {b:7.2f} s  {n} frame{'s' if n > 1 else ''}")


def clips_of(paths, part):
    """(name, path)"""
    for path in paths:
        if os.path.isfile(path):
            yield os.path.basename(path), path
        found = sorted(os.path.join(r, n) for r, _, names in os.walk(path) for n in names if n.endswith(VIDEOS))
        yield from ((os.path.relpath(p, path), p) for p in found if part in p)


def jobs(args):
    """(name, clip, truth of a frame or None where it is not known, persons labelled)."""
    if args.peer:
        peers = Peers(args.peer, args.cache)
        for name, clip in clips_of(args.data, args.clips):
            yield name, clip, lambda frames, clip=clip: peer_truth(args, peers, clip, frames), 0
    elif args.truth:
        rendered = read_rendered(args.truth)
        persons = {p[0] for frame in rendered.values() for p in frame if p[2]}
        yield os.path.basename(args.data[0]), args.data[0], lambda frames: rendered, len(persons)
    else:
        shared = os.environ.get("UNMASK_TESTDATA", os.path.join(HERE, "../../../shared"))
        data = args.data[0] if args.data else os.path.join(shared, "data/faces/videos")
        for clip, persons in read_labels(os.path.join(HERE, "persons.tsv")).items():
            if args.clips in clip:
                n = sum(not p.startswith("ignore") for p in persons)
                yield clip, os.path.join(data, clip), lambda frames, persons=persons: {
                    i: label_at(persons, t) for i, t, _ in frames}, n


def peer_truth(args, peers, clip, frames):
    numbers, due = set(), 0
    for i, t, _ in frames:
        if t >= due:
            numbers.add(i)
            due = t + args.every - 1e-3
    return {i: agreed(seen) for i, seen in peers.look(clip, numbers).items()}


def self_test():
    mot.self_test()
    persons = {"a": [(1.0, (0, 0, 10, 20)), (3.0, (8, 4, 14, 20)), (5.0, None)], "ignore1": [(0.0, (50, 0, 9, 9))]}
    poster = ("ignore1", (50, 0, 9, 9), False)
    assert label_at(persons, 0.9) == [poster]
    assert label_at(persons, 1.5) == [("a", (2, 1, 11, 20), True), poster]  # a quarter of the way
    assert label_at(persons, 4.9) == [("a", (8, 4, 14, 20), True), poster]  # stays until gone
    assert label_at(persons, 5.0) == [poster] and label_at(persons, 9.0) == [poster]
    # two peers: one face both see, one that each alone sees
    seen = agreed([[(0, 0, 10, 20, .9), (40, 0, 9, 9, .9)], [(1, 0, 10, 20, .8), (80, 0, 9, 9, .7)]])
    assert seen == [("0", (0, 0, 10, 20), True), ("ignore", (40, 0, 9, 9), False), ("ignore", (80, 0, 9, 9), False)]
    assert [d for _, _, d in agreed([[(0, 0, 10, 20, .9)], [(4, 0, 10, 20, .9)]])] == [False, False]  # IoU 3/7
    print("persons: the cases counted by hand agree")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    p = argparse.ArgumentParser(usage="\n" + __doc__.split("\n\n", 1)[1].rsplit("\n\n", 1)[0])
    p.add_argument("unmask")
    p.add_argument("data", nargs="*")
    p.add_argument("--models")
    p.add_argument("--clips", default="")
    p.add_argument("--truth")
    p.add_argument("--peer")
    p.add_argument("--cache")
    p.add_argument("--every", type=float, default=0.25)
    p.add_argument("--seconds", type=float)
    p.add_argument("--errors", action="store_true")
    args = p.parse_intermixed_args()
    total, n_clips = Sum(), 0
    print(HEAD.replace("MOTA", "recall") if args.peer else HEAD)
    for name, clip, truth_of, labelled in jobs(args):
        frames = ask(args.unmask, clip, args.models, args.seconds)
        truth, score = truth_of(frames), Score()
        for i, _, said in frames:
            if i in truth:
                score.add(truth[i], said, i)
            else:
                score.add_doubles([], said, i)
        step = (frames[-1][1] - frames[0][1]) / (len(frames) - 1) if len(frames) > 1 else 0
        one = Sum()
        for s in (one, total):
            s.add(score, labelled, len(frames) * step / 60 * (len(truth.keys() & {f[0] for f in frames}) / len(frames)))
        n_clips += 1
        print(one.row(name, args.peer), flush=True)
        if args.errors:
            show_errors(score, {i: t for i, t, _ in frames})
    print(total.row(f"{n_clips} clips", args.peer))
    return total.n["doubles"] > 0


if __name__ == "__main__":
    sys.exit(main())

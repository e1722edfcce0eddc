# SPDX-License-Identifier: GPL-3.0-or-later
"""How well persons are followed, from boxes and names per frame.

A frame is (truth, said): truth is a list of (person, box, demanded), said a list of (name, box); a box is (x, y, w, h). Who
is not demanded (too small, half hidden, a poster) is neither missed nor a ghost when somebody sees him.

MOTA     Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", EURASIP JIVP
         2008: a correspondence is kept as long as it overlaps enough, the others are given so that the overlap is largest;
         1 - (misses + ghosts + switches) / demanded boxes. A switch: a person comes under another name than the last time.
IDF1     Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", ECCV workshops 2016:
         one name for one person over the whole recording, chosen so that the most boxes agree.
doubles  pairs of boxes of one frame on one face: they overlap by more than MATCH, or the same truth is the best of both (by
         more than BELONGS).
"""
import numpy as np
from scipy.optimize import linear_sum_assignment

MATCH = 0.4    # IoU from which a box may stand for a person
BELONGS = 0.2  # IoU from which a box is on a face at all: a quarter of it, or half of each beside it
COVERED = 0.5  # share of a box inside somebody not demanded that makes it no ghost


def overlap(a, b):
    """Area that two boxes share."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(w, 0) * max(h, 0)


def iou(a, b):
    both = overlap(a, b)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def ignored(truth, box):
    """Is somebody who is not demanded seen with this box?"""
    _, place, demanded = truth
    return not demanded and (iou(place, box) >= MATCH or overlap(place, box) > COVERED * box[2] * box[3])


def doubles(truth, said):
    """Pairs (i, j) of `said` on one face."""
    home = []
    for _, box in said:
        share = [iou(box, t[1]) for t in truth]
        best = int(np.argmax(share)) if share else -1
        home.append(best if best >= 0 and share[best] > BELONGS else None)
    return [(i, j) for i in range(len(said)) for j in range(i)
            if iou(said[i][1], said[j][1]) > MATCH or (home[i] is not None and home[i] == home[j])]


class Score:
    """Counts of one recording; `events` says what went wrong where: (kind, person or name, frame)."""

    def __init__(self):
        self.demanded = self.misses = self.ghosts = self.switches = self.doubles = 0
        self.last = {}      # person: name the last time
        self.kept = {}      # person: name in the frame before
        self.agree = {}     # (person, name): frames in which they overlap enough
        self.seen = {}      # person: demanded frames
        self.named = {}     # name: boxes that count
        self.ghost_of = {}  # name: boxes that were ghosts
        self.events = []

    def add(self, truth, said, frame=0):
        share = np.array([[iou(t[1], s[1]) for s in said] for t in truth]).reshape(len(truth), len(said))
        pairs = self.correspond(truth, said, share)
        taken = {j for _, j in pairs}
        counted = [j in taken or not any(ignored(t, s[1]) for t in truth) for j, s in enumerate(said)]
        self.kept = {}
        found = set()
        for i, j in pairs:
            person, name = truth[i][0], said[j][0]
            self.kept[person] = name
            if not truth[i][2]:
                counted[j] = False
                continue
            found.add(i)
            if self.last.get(person, name) != name:
                self.switches += 1
                self.events.append(("switch", f"{person}:{self.last[person]}>{name}", frame))
            self.last[person] = name
        for i, (person, _, demanded) in enumerate(truth):
            if not demanded:
                continue
            self.demanded += 1
            self.seen[person] = self.seen.get(person, 0) + 1
            if i not in found:
                self.misses += 1
                self.events.append(("miss", person, frame))
            for j, s in enumerate(said):
                if share[i, j] >= MATCH and counted[j]:
                    self.agree[person, s[0]] = self.agree.get((person, s[0]), 0) + 1
        for j, (name, _) in enumerate(said):
            if not counted[j]:
                continue
            self.named[name] = self.named.get(name, 0) + 1
            if j not in taken:
                self.ghosts += 1
                self.ghost_of[name] = self.ghost_of.get(name, 0) + 1
                self.events.append(("ghost", name, frame))
        self.add_doubles(truth, said, frame)

    def add_doubles(self, truth, said, frame):
        for i, j in doubles(truth, said):
            self.doubles += 1
            self.events.append(("double", "+".join(map(str, sorted((said[i][0], said[j][0])))), frame))

    def correspond(self, truth, said, share):
        """Pairs (i, j): first those of the frame before, demanded persons before others."""
        names = [s[0] for s in said]
        pairs = []
        for i, t in enumerate(truth):
            name = self.kept.get(t[0])
            if name is not None and name in names and share[i, names.index(name)] >= MATCH:
                pairs.append((i, names.index(name)))
        for demanded in (True, False):
            rows = [i for i, t in enumerate(truth) if t[2] == demanded and i not in {p[0] for p in pairs}]
            columns = [j for j in range(len(said)) if j not in {p[1] for p in pairs}]
            if rows and columns:
                cost = 1 - share[np.ix_(rows, columns)]
                cost[cost > 1 - MATCH] = 1000  # as many pairs as possible, none below MATCH
                pairs += [(rows[a], columns[b]) for a, b in zip(*linear_sum_assignment(cost)) if cost[a, b] < 1000]
        return pairs

    def idtp(self):
        persons, names = sorted(self.seen), sorted(self.named)
        if not persons or not names:
            return 0
        gain = np.array([[self.agree.get((p, n), 0) for n in names] for p in persons])
        return int(gain[linear_sum_assignment(-gain)].sum())

    def mota(self):
        return 1 - (self.misses + self.ghosts + self.switches) / self.demanded if self.demanded else float("nan")

    def ids(self):
        """IDTP, and the two numbers it is compared with: IDF1 = 2 IDTP / (demanded + said)."""
        return self.idtp(), self.demanded, sum(self.named.values())

    def ghost_persons(self):
        """Names of which more boxes than half are ghosts."""
        return sum(2 * n > self.named[name] for name, n in self.ghost_of.items())

    def persons_said(self):
        return len(self.named)


def f1(ids):
    return 2 * ids[0] / (ids[1] + ids[2]) if ids[1] + ids[2] else float("nan")


def self_test():
    def box(x, y=0, w=10, h=20):
        return (x, y, w, h)

    def run(frames):
        s = Score()
        for i, (truth, said) in enumerate(frames):
            s.add([(t + (True,))[:3] for t in truth], said, i)
        return s

    def near(a, b):
        assert abs(a - b) < 1e-9, (a, b)

    near(iou(box(0), box(4)), 120 / 280)  # 6 of 10 columns
    near(iou(box(0), box(5)), 100 / 300)
    near(iou((0, 0, 4, 6), (1, 2, 6, 5)), 12 / (24 + 30 - 12))
    # followed without a fault
    s = run([([("a", box(0))], [(7, box(1))])] * 3)
    near(s.mota(), 1), near(f1(s.ids()), 1)
    # five frames: right, ghost beside, missed, found under another name, right: 1 - (1 + 1 + 1) / 5
    a = ("a", box(0))
    s = run([([a], [(1, box(0))]), ([a], [(1, box(0)), (2, box(50))]), ([a], []), ([a], [(3, box(2))]), ([a], [(3, box(0))])])
    assert (s.misses, s.ghosts, s.switches, s.doubles) == (1, 1, 1, 0)
    near(s.mota(), 1 - 3 / 5)
    near(f1(s.ids()), 2 * 2 / (5 + 5))  # name 1 or 3 agrees in two frames; boxes said: 1, 1, 2, 3, 3
    assert s.ghost_persons() == 1 and s.persons_said() == 3
    # two persons swap names in the fourth of seven frames: two switches, 3 + 3 boxes of the longer half are 4 + 4
    b = ("b", box(30))
    s = run([([a, b], [(1, box(0)), (2, box(30))])] * 3 + [([a, b], [(1, box(30)), (2, box(0))])] * 4)
    assert s.switches == 2 and s.misses == s.ghosts == 0
    near(s.mota(), 1 - 2 / 14), near(f1(s.ids()), 8 / 14)
    # fragmented: away for two frames and back under the same name is no switch; the absence costs nothing
    s = run([([a], [(1, box(0))]), ([], []), ([], []), ([a], [(1, box(0))])])
    near(s.mota(), 1), near(f1(s.ids()), 1)
    # a correspondence is kept while it overlaps enough, although another name would fit better; that one is a ghost
    s = run([([a], [(1, box(0))]), ([a], [(1, box(4)), (2, box(0))]), ([a], [(1, box(5)), (2, box(0))])])
    assert (s.switches, s.ghosts, s.misses) == (1, 2, 0)  # 1/3 < MATCH: given to 2, and 1 is the ghost
    assert s.doubles == 1 + 1  # 3/7 overlaps too much; 1/3 not, but the best truth of both is a
    # just above and just below MATCH and BELONGS
    s = run([([a], [(1, box(0)), (2, box(4))])])
    assert s.doubles == 1
    assert doubles([], [(1, box(0)), (2, box(5))]) == [] and doubles([], [(1, box(0)), (2, box(4))]) == [(1, 0)]
    assert doubles([a], [(1, box(0)), (2, box(6.6))]) == [(1, 0)]  # 3.4 / 16.6 = 0.205
    assert doubles([a], [(1, box(0)), (2, box(6.8))]) == []        # 3.2 / 16.8 = 0.190
    # not demanded: neither missed, nor a ghost, nor counted for IDF1; beside it a ghost is one
    poster = ("ignore", box(100, w=40, h=40), False)
    s = run([([a, poster], [(1, box(0)), (9, box(100, w=20, h=40)), (8, box(131, w=20, h=20))]), ([a, poster], [(1, box(0))])])
    assert (s.misses, s.ghosts, s.demanded, s.persons_said()) == (0, 1, 2, 2)  # 9 of 20 columns inside: a ghost
    near(f1(s.ids()), 2 * 2 / (2 + 3))
    s = run([([a, poster], [(1, box(0)), (8, box(129, w=20, h=20))])])
    assert s.ghosts == 0  # 11 of 20 inside
    # a person hidden for a while keeps the name
    s = run([([a], [(1, box(0))]), ([("a", box(0), False)], []), ([a], [(1, box(0))]), ([a], [(4, box(0))])])
    assert (s.misses, s.switches, s.demanded) == (0, 1, 3)
    # nobody there: every box is a ghost
    s = run([([], [(1, box(0))])] * 2)
    assert s.ghosts == 2 and s.mota() != s.mota()
    near(f1(s.ids()), 0)
    # the best giving, not the greedy one: 1 overlaps a by 8/12 and b by 6/14, 2 only a, by 7/13
    s = run([([("a", box(0)), ("b", box(6))], [(1, box(2)), (2, box(-3))])])
    assert s.misses == s.ghosts == 0

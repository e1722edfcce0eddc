#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose lips move with each voice, by the links of lip_sync, in clips put together of real ones.

    voice_links.py UNMASK FILE FILE...
Of each three neighbours A, B, C of the list two clips: A beside B, where first A is heard and then B ("both"), and A beside C, where first A
is heard and then B, who is not seen ("off"). So the list alternates between voices that are told apart. Whoever is not heard goes on talking: their clip is played from its middle on, and around. So every mouth moves
all the time, and who speaks is known. B is black for the first second, so that A is person 1. Needs ffmpeg."""
import json, os, subprocess, sys, tempfile
from collections import Counter

unmask, files = sys.argv[1], sys.argv[2:]
MOST_S = 10


def length(path):
    show = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]
    return min(MOST_S, float(subprocess.run(show, capture_output=True, text=True, check=True).stdout) - .1)


def played(i, clip_s, s, whole, name):
    """Filter: clip i from its start or (not whole) from its middle on and around, to s seconds."""
    size = "fps=25,scale=480:480:force_original_aspect_ratio=increase,crop=480:480,setsar=1"
    turned = "" if whole else "loop=loop=-1:size=%d,trim=start=%g,setpts=PTS-STARTPTS," % (int(clip_s * 25), clip_s / 2)
    return "[%d:v]%s,%strim=duration=%g,setpts=PTS-STARTPTS[%s];" % (i, size, turned, s, name)


def make(out, a, beside, heard):
    first, second = length(a), length(heard)
    graph = played(0, first, first, True, "a1") + played(0, first, second, False, "a2")
    graph += played(1, length(beside), first, False, "b1") + played(1, length(beside), second, heard == beside, "b2")
    graph += "[a1][a2]concat[a];[b1][b2]concat,drawbox=t=fill:color=black:enable='lt(t,1)'[b];[a][b]hstack[v];"
    sound = "[%d:a]aresample=44100,aformat=channel_layouts=mono,atrim=duration=%g,asetpts=PTS-STARTPTS,loudnorm,aresample=44100[%s];"
    graph += sound % (0, first, "x") + sound % (2, second, "y") + "[x][y]concat=v=0:a=1[s]"
    inputs = sum((["-t", str(MOST_S + 1), "-i", f] for f in (a, beside, heard)), [])
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[s]", "-t", str(first + second), "-crf", "18",
                    "-preset", "ultrafast", "-threads", "1", out], check=True)
    return first


def speaker(report, voice, first):
    """0: the first to be heard, 1: the second, None: it is in both halves."""
    series = next(s for s in report["signals"] if s["name"] == "speaker_turns")["series"]
    mine = next(s for s in series if s.get("subject") == {"kind": "voice", "id": voice})
    spoken = Counter(int(t > first) for t, v in mine["samples"] if v > .5)
    who, n = spoken.most_common(1)[0]
    return who if n > .8 * sum(spoken.values()) else None


counts = Counter()
with tempfile.TemporaryDirectory() as folder:
    folder = os.environ.get("KEEP", folder)
    for i in range(len(files) - 2):
        a, b, c = files[i:i + 3]
        for kind, beside in ("both", b), ("off", c):
            name = os.path.join(folder, "%s_%02d.mp4" % (kind, i))
            first = make(name, a, beside, b)
            subprocess.run([unmask, "analyze", "--quiet", "--threads", "1", "--signals", "lip_sync,speaker_turns", "--json", name + ".json", name],
                           stdout=subprocess.DEVNULL)
            with open(name + ".json") as f:
                report = json.load(f)
            lips = next(s for s in report["signals"] if s["name"] == "lip_sync")
            links = {l["voice"]: l for l in lips.get("links", [])}
            print(kind, *(os.path.basename(p) for p in (a, beside, b)), len(report["persons"]), "persons", len(report["voices"]), "voices")
            if len(report["voices"]) < 2:
                counts[kind, "one voice"] += 1
                continue
            for voice in (v["id"] for v in report["voices"]):
                who = speaker(report, voice, first)
                link = links.get(voice)
                true = None if who is None or (who == 1 and kind == "off") else who + 1
                what = "of both halves" if who is None else "off screen" if not true else "on screen"
                said = "unlinked" if not link else "linked" if not true else "right" if link["person"] == true else "wrong"
                counts[kind, what, said] += 1
                words = [r["words"] for r in lips["results"] if r.get("subject") == {"kind": "voice", "id": voice}]
                print("   voice", voice, what, said, link and (link["person"], link["confidence"]), *words)
for key, n in sorted(counts.items()):
    print(*key, n)

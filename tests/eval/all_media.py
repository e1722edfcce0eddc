#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""all_media.py UNMASK [OUT_DIR] [-- extra options]: analyse every clip, photo and voice of UNMASK_TESTDATA/data.

Prints, per set and kind, how many files ended in a report or in a clear reason, faces found, real-time factor and peak
memory. The reports stay in OUT_DIR (one folder per folder of media) for other evaluations."""
import collections, json, os, resource, subprocess, sys, tempfile, time

unmask = sys.argv[1]
extra = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else []
out = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] != "--" else tempfile.mkdtemp(prefix="unmask-all-")
root = os.environ.get("UNMASK_TESTDATA", "../shared")
kinds = {"mp4": "video", "mov": "video", "mpg": "video", "jpg": "photo", "flac": "sound", "mp3": "sound"}

folders = collections.defaultdict(list)
for folder, _, names in os.walk(os.path.join(root, "data")):
    for name in sorted(names):
        if name.rsplit(".", 1)[-1] in kinds:
            folders[folder].append(os.path.join(folder, name))

def peak_mb(pid_usage):
    return pid_usage.ru_maxrss / 1024

rows = collections.OrderedDict()
bad = []
for folder in sorted(folders):
    files = folders[folder]
    rel = os.path.relpath(folder, os.path.join(root, "data"))
    target = os.path.join(out, rel)
    os.makedirs(target, exist_ok=True)
    start = time.time()
    p = subprocess.Popen([unmask, "analyze", "--quiet", "--json", target, *extra, *files],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = p.stderr.read()
    _, status, usage = os.wait4(p.pid, 0)
    wall = time.time() - start
    reasons = [line for line in errors.splitlines() if line.startswith("unmask: ")]
    for path in files:
        kind = kinds[path.rsplit(".", 1)[-1]]
        key = ("/".join(rel.split("/")[:2]), kind)
        row = rows.setdefault(key, collections.Counter())
        row["files"] += 1
        row["wall"] += wall / len(files)
        row["mb"] = max(row["mb"], peak_mb(usage))
        try:
            with open(os.path.join(target, os.path.basename(path) + ".json")) as f:
                r = json.load(f)
        except OSError:
            if any(os.path.basename(path) in line for line in reasons):
                row["reason"] += 1
                bad += [line for line in reasons if os.path.basename(path) in line]
            else:
                row["LOST"] += 1
                bad.append("lost: %s (status %d)" % (path, status))
            continue
        row["report"] += 1
        row["faces"] += r["analysed"]["faces"]
        row["with_face"] += r["analysed"]["faces"] > 0
        row["media_s"] += r["analysed"]["seconds"] if kind != "photo" else 0
        row["frames"] += r["analysed"]["frames"]

print("%-34s %-6s %6s %7s %7s %5s %9s %9s %8s %9s %7s" % ("set", "kind", "files", "reports", "reasons", "lost",
      "with face", "faces", "media s", "wall/med", "peak MB"))
for (name, kind), r in rows.items():
    rtf = "%.2f" % (r["wall"] / r["media_s"]) if r["media_s"] else "%.0f ms" % (1000 * r["wall"] / r["files"])
    print("%-34s %-6s %6d %7d %7d %5d %9d %9d %8.0f %9s %7.0f" % (name, kind, r["files"], r["report"], r["reason"], r["LOST"],
          r["with_face"], r["faces"], r["media_s"], rtf, r["mb"]))
t = collections.Counter()
for r in rows.values():
    t.update({k: r[k] for k in ("files", "report", "reason", "LOST", "with_face", "faces")})
print("all: %(files)d files, %(report)d reports, %(reason)d reasons, %(LOST)d lost; a face in %(with_face)d files" % t)
for line in bad[:20]:
    print("  " + line)
sys.exit(t["LOST"] > 0)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""voice_praat.py UNMASK: the voice report against Praat's on real recordings. Skipped (77) without Praat or UNMASK_TESTDATA.

Each limit is relative to Praat's value, or absolute where it says so; what is left comes from the pitch: where Praat searches on
between lags, a parabola lies through quarters of a lag, so that a pulse may lie a step of the search further."""
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

DATA = os.path.join(os.environ.get("UNMASK_TESTDATA", "../shared"), "data/audio")
CLIPS = 50
ALLOWED = .1  # of the recordings, for each number: where one frame or pulse is decided otherwise, several numbers move together
# the report, then a line for each voiced frame of the formants
SCRIPT = """form x
  sentence file
endform
s = Read from file: file$
m = Convert to mono
p = To Pitch (ac): 0, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600
selectObject: m, p
q = To PointProcess (cc)
selectObject: m, p, q
r$ = Voice report: 0, 0, 75, 600, 1.3, 1.6, 0.03, 0.45
selectObject: m
f = To Formant (burg): 0, 5, 5500, 0.025, 50
writeInfoLine: r$
n = Get number of frames
for i to n
  selectObject: f
  t = Get time from frame number: i
  selectObject: p
  hz = Get value at time: t, "Hertz", "linear"
  if hz <> undefined
    selectObject: f
    line$ = "formants"
    for k to 4
      v = Get value at time: k, t, "hertz", "Linear"
      b = Get bandwidth at time: k, t, "hertz", "Linear"
      line$ = line$ + " " + string$(v) + " " + string$(b)
    endfor
    appendInfoLine: line$
  endif
endfor
"""
# a quarter of a second of each, as Praat takes minutes for the median of all slopes in a few seconds of sound
CPPS = """form x
  sentence file
endform
s = Read from file: file$
m = Convert to mono
c = To PowerCepstrogram: 60, 0.002, 5000, 50
cpps = Get CPPS: "no", 0.02, 0.0005, 60, 330, 0.05, "parabolic", 0.001, 0.05, "Exponential decay", "Robust slow"
writeInfoLine: "CPPS: ", cpps
"""
CPPS_S, CPPS_LIMIT_DB = .25, .2
#  key of ours: (Praat's line, factor to ours, relative limit, absolute limit)
LINES = {
    "median_hz": ("Median pitch", 1, 5e-4, 0), "mean_hz": ("Mean pitch", 1, 2e-3, 0), "sd_hz": ("Standard deviation", 1, 1e-2, .05),
    "min_hz": ("Minimum pitch", 1, 2e-3, 0), "max_hz": ("Maximum pitch", 1, 2e-3, 0),
    "pulses": ("Number of pulses", 1, 5e-3, 1), "periods": ("Number of periods", 1, 5e-3, 1),
    "mean_period_s": ("Mean period", 1, 1e-3, 0), "sd_period_s": ("Standard deviation of period", 1, 1e-2, 0),
    "unvoiced_share": ("Fraction of locally unvoiced frames", .01, 1e-2, .005), "breaks": ("Number of voice breaks", 1, 0, 0),
    "breaks_share": ("Degree of voice breaks", .01, 1e-2, .001),
    "jitter_local": ("Jitter (local)", .01, 1e-2, 5e-5), "jitter_absolute_s": ("Jitter (local, absolute)", 1, 1e-2, 5e-7),
    "jitter_rap": ("Jitter (rap)", .01, 1e-2, 5e-5), "jitter_ppq5": ("Jitter (ppq5)", .01, 1e-2, 5e-5),
    "jitter_ddp": ("Jitter (ddp)", .01, 1e-2, 1e-4),
    "shimmer_local": ("Shimmer (local)", .01, 1e-2, 1e-4), "shimmer_db": ("Shimmer (local, dB)", 1, 1e-2, 2e-3),
    "shimmer_apq3": ("Shimmer (apq3)", .01, 1e-2, 1e-4), "shimmer_apq5": ("Shimmer (apq5)", .01, 1e-2, 1e-4),
    "shimmer_apq11": ("Shimmer (apq11)", .01, 1e-2, 1e-4), "shimmer_dda": ("Shimmer (dda)", .01, 1e-2, 3e-4),
    "autocorrelation": ("Mean autocorrelation", 1, 1e-3, 0), "noise_to_harmonics": ("Mean noise-to-harmonics ratio", 1, 1e-2, 1e-4),
    "harmonics_db": ("Mean harmonics-to-noise ratio", 1, 0, .03),
}
LINES["cpps_db"] = ("CPPS", 1, 0, CPPS_LIMIT_DB)
for k in range(1, 5):
    LINES[f"formant{k}_hz"] = (f"F{k}", 1, 1e-2, 0)
    LINES[f"formant{k}_width_hz"] = (f"B{k}", 1, .1 if k == 4 else .05, 0)  # at the ceiling, little is left


def praat(script, path):
    """The values of the report by their names, and the medians of the frames that have the formant."""
    text = subprocess.run(["praat", "--run", script, path], capture_output=True, text=True, check=True).stdout
    values, rows = {}, []
    for line in text.splitlines():
        m = re.match(r"\s*([^:]+): (\S+)", line)
        if line.startswith("formants "):
            rows.append(line.split()[1:])
        elif m:
            number = re.match(r"[-+0-9.Ee]+", m.group(2))
            values[m.group(1)] = float(number.group(0)) if number and m.group(2) != "--undefined--" else None
    for i in range(8):
        v = [float(row[i]) for row in rows if not row[i].startswith("--")]
        values["FB"[i % 2] + str(i // 2 + 1)] = statistics.median(v) if v else None
    return values


def main():
    if not shutil.which("praat") or not os.path.exists(os.path.join(DATA, "labels.csv")):
        print("skipped: no praat, or no UNMASK_TESTDATA", file=sys.stderr)
        return 77
    with open(os.path.join(DATA, "labels.csv"), encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["label"] == "real"]
    rows = rows[::max(1, len(rows) // CLIPS)][:CLIPS]
    folder = tempfile.mkdtemp(prefix="unmask-praat-")
    script, worst, outside, compared = os.path.join(folder, "report.praat"), {}, dict.fromkeys(LINES, 0), 0
    cpps = os.path.join(folder, "cpps.praat")
    for path, text in ((script, SCRIPT), (cpps, CPPS)):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    for row in rows:
        wav = os.path.join(folder, "clip.wav")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", os.path.join(DATA, row["path"]), "-c:a", "pcm_s16le", wav], check=True)
        part = os.path.join(folder, "part.wav")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", wav, "-t", str(CPPS_S), part], check=True)
        theirs = praat(script, wav) | {"CPPS": praat(cpps, part)["CPPS"]}
        done = subprocess.run([sys.argv[1], "voice", "--json", wav], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{row['path']}: {done.stderr.strip()}", file=sys.stderr)
            for key in LINES:
                outside[key] += 1
            continue
        ours = json.loads(done.stdout)
        done = subprocess.run([sys.argv[1], "voice", "--json", part], capture_output=True, text=True, check=True)
        ours["cpps_db"] = json.loads(done.stdout)["cpps_db"]
        for key, (line, factor, relative, absolute) in LINES.items():
            a, b = ours[key], theirs.get(line)
            compared += 1
            if (a is None) != (b is None):
                print(f"{row['path']}: {key}: {a} here, {b} in Praat", file=sys.stderr)
                outside[key] += 1
            elif a is not None:
                off = abs(a - b * factor)
                ratio = off / max(relative * abs(b * factor) + absolute, 1e-12) if off else 0
                worst[key] = max(worst.get(key, (0, "")), (ratio, row["path"]))
                if ratio > 1:
                    print(f"{row['path']}: {key}: {a:.7g} here, {b * factor:.7g} in Praat", file=sys.stderr)
                    outside[key] += 1
    for key, (ratio, path) in worst.items():
        print(f"{key}: at most {ratio:.2f} of its limit ({path})", file=sys.stderr)
    print(f"{len(rows)} recordings, {compared} numbers, {sum(outside.values())} outside", file=sys.stderr)
    shutil.rmtree(folder)
    failed = [key for key, n in outside.items() if n > ALLOWED * len(rows)]
    if failed:
        print("too often outside:", ", ".join(f"{key} ({outside[key]})" for key in failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

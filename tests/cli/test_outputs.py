#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test_outputs.py UNMASK-SAMPLE: whatever command writes, and whatever it is told to write to: no input is harmed, links
and permissions stay, nothing waits for ever, nothing is left behind. Goes over every option that names a file."""
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from fixtures import NETWORK, UNMASK, check, clip, end, photo, read, run, tone, write

SAMPLE = os.path.abspath(sys.argv[1])
OUT = "OUT"
ROOT = tempfile.mkdtemp(prefix="unmask-outputs-")
os.chdir(ROOT)
write("tone.wav", tone())
write("clip.y4m", clip(2))
write("photo.png", photo())
write("large.png", photo(height=64))
write("tiny.net", NETWORK)
os.makedirs("set/real")
os.makedirs("set/fake")
write("set/real/r.wav", tone())
write("set/fake/f.wav", tone(1600))
write("scores.csv", b"path,mine\nreal/r.wav,-1\nfake/f.wav,1\n")
write("some.recipe", b"classifier = logistic\nsignals = provenance\n")
check(run("analyze", "--quiet", "--signals", "provenance", "--json", "report.json", "tone.wav")[0] == 0, "fixture")
evaluate = ["evaluate", "set", "--scores", "scores.csv", "--draws", "5"]
analyze = ["analyze", "--quiet", "--signals", "provenance"]
# option: (command line, end of the name, its inputs); OUT stands for the output
FILES = {
    ("analyze", "json"): (analyze + ["--json", OUT, "tone.wav"], ".json", ["tone.wav"]),
    ("analyze", "html"): (analyze + ["--html", OUT, "photo.png"], ".html", ["photo.png"]),
    ("analyze", "overlay"): (analyze + ["--overlay", OUT, "clip.y4m"], ".mkv", ["clip.y4m"]),
    ("report", "json"): (["report", "--json", OUT, "report.json"], ".json", ["report.json"]),
    ("report", "html"): (["report", "--html", OUT, "report.json"], ".html", ["report.json"]),
    ("evaluate", "json"): (evaluate + ["--json", OUT], ".json", ["scores.csv", "set/real/r.wav"]),
    ("evaluate", "html"): (evaluate + ["--html", OUT], ".html", ["scores.csv", "set/fake/f.wav"]),
    ("evaluate", "save-scores"): (evaluate + ["--save-scores", OUT], ".csv", ["scores.csv", "set/fake/f.wav"]),
    ("evaluate", "submission"): (evaluate + ["--submission", OUT], ".csv", ["scores.csv", "set/fake/f.wav"]),
    ("evaluate", "calibrate"): (["evaluate", "set", "--signals", "provenance", "--calibrate", OUT], ".json",
                                ["set/fake/f.wav"]),
    ("faces", "out"): (["faces", "photo.png", "--out", OUT], ".png", ["photo.png"]),
    ("edges", "out"): (["edges", "photo.png", "--out", OUT], ".png", ["photo.png"]),
    ("prnu", "out"): (["prnu", "large.png", "--out", OUT], ".prnu", ["large.png"]),
    ("voice", "plot"): (["voice", "--plot", OUT, "tone.wav"], ".svg", ["tone.wav"]),
    ("model", "onnx"): (["model", "tiny.net", "--onnx", OUT], ".onnx", ["tiny.net"]),
}
NOT_FITTED = {("evaluate", "calibrate"), ("evaluate", "submission")}  # two recordings are too few
FOLDERS = {
    ("evaluate", "cache"): ["evaluate", "set", "--signals", "provenance", "--draws", "5", "--cache", OUT],
    ("train", "cache"): ["train", "set", "--recipe", "some.recipe", "--out", "mine", "--cache", OUT],
    ("train", "out"): ["train", "set", "--recipe", "some.recipe", "--out", OUT],
    ("model", "out"): ["model", "tiny.net", "--repeat", "1", "--out", OUT],
}
INPUTS = {("analyze", "calibration"), ("evaluate", "calibration"), ("evaluate", "scores"), ("evaluate", "recipe"),
          ("train", "recipe"), ("signals", "calibration"), ("model", "run"), ("analyze", "trust"), ("probe", "trust"),
          ("prnu", "against")}
FOLDERS_READ = {(c, "models") for c in ("analyze", "faces", "evaluate", "train", "predict")}


def filled(line, out):
    return [out if word == OUT else word for word in line]


def content():
    """Everything below ROOT: what is there before and after must be equal where nothing may change."""
    found = {}
    for folder, _, names in os.walk("."):
        for name in names:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            found[path] = (stat.S_IFMT(info.st_mode), stat.S_IMODE(info.st_mode),
                           info.st_size if info.st_size > 1 << 20 else read(path) if stat.S_ISREG(info.st_mode) else os.readlink(path) if os.path.islink(path) else "")
    return found


def refused(status, line, out, what):
    before = content()
    got, _, error = run(*filled(line, out))
    check(got == status, f"{what}: exit status {got}, not {status}: {filled(line, out)} {error[-200:]}")
    check(content() == before, f"{what}: something changed: {filled(line, out)}")
    check(error.count(b"\n") == 1, f"{what}: one line of error: {error[-300:]}")


def never_an_input(line, inputs):
    paths = [".", os.path.join("..", os.path.basename(ROOT)), ROOT] if "--html" in line else []
    for name in inputs:
        os.link(name, "hard.tmp")
        os.symlink(os.path.abspath(name), "soft.tmp")
        os.symlink("soft.tmp", "softer.tmp")
        for other in (name, "hard.tmp", "softer.tmp", *(os.path.join(path, name) for path in paths)):
            refused(2, line, other, "an input as output")
        for made in ("hard.tmp", "soft.tmp", "softer.tmp"):
            os.unlink(made)


def unwritable(line, extension, inputs):
    if os.geteuid() != 0:
        os.mkdir("locked", 0o555)
        refused(6, line, "locked/x" + extension, "a locked folder")
        os.rmdir("locked")
    os.mkdir("folder" + extension)
    if line[:1] != ["analyze"] or "--overlay" in line:  # which writes its reports into one
        refused(2, line, "folder" + extension, "a folder")
    os.rmdir("folder" + extension)
    if "--submission" not in line:  # these scores give none
        os.mkfifo("pipe" + extension)
        refused(6, line, "pipe" + extension, "a pipe that nobody reads")
        os.unlink("pipe" + extension)
    # before any work: also where the input is not there at all
    absent = [word if word not in inputs else "absent.bin" for word in filled(line, "no/folder" + extension)]
    check(run(*absent)[0] == 6, f"looked at before the work: {absent}")
    check(run(*filled(line, "/proc/unmask" + extension))[0] == 6, f"a folder without files of ours: {line}")


def replaced(line, extension):
    """Through a link, with the permissions of what is replaced."""
    target, name = "old" + extension, "link" + extension
    write(target, b"old")
    os.chmod(target, 0o640)
    os.symlink(target, name)
    before = content()
    got, _, error = run(*filled(line, name))
    after = content()
    check(got == 0, f"through a link: exit status {got}: {line} {error[-300:]}")
    check(os.path.islink(name) and after["./" + target][2] != b"old", f"through a link: {line}")
    check(after["./" + target][1] == 0o640, f"permissions: {oct(after['./' + target][1])} {line}")
    check(set(before) == set(after), f"left behind: {set(after) - set(before)}")
    os.unlink(name)
    os.unlink(target)


def to_stdout(line, extension):
    os.symlink("/proc/self/fd/1", "stdout" + extension)
    with open("caught", "wb") as f:
        got, _, error = run(*filled(line, "stdout" + extension), stdout=f)
    check(os.path.islink("stdout" + extension), f"the link of standard output is gone: {line}")
    check(got in (0, 2, 6), f"standard output: {got} {error[-300:]} {line}")
    check(got != 0 or os.path.getsize("caught") > 0, f"nothing on standard output: {line}")
    os.unlink("caught")
    os.unlink("stdout" + extension)


def every_option_is_known():
    known = set(FILES) | set(FOLDERS) | INPUTS | FOLDERS_READ
    text = run("--help")[1].decode()
    for command in re.findall(r"^  ([a-z]+) ", text.split("Commands:")[1], re.M):
        for option, value in re.findall(r"^  --([a-z-]+) (\S*)", run(command, "--help")[1].decode(), re.M):
            if re.fullmatch(r"FILES?|DIR|OUT\S*", value):
                check((command, option) in known, f"a file or folder that this test does not know: {command} --{option}")


def pipes_as_inputs():
    os.mkfifo("pipe")
    for line in ([*analyze, "pipe"], ["probe", "pipe"], ["faces", "pipe"], ["edges", "pipe", "--out", "/dev/null"],
                 ["model", "pipe"], ["report", "pipe"], ["evaluate", "pipe"], ["predict", "pipe", "tone.wav"],
                 ["train", "pipe", "--recipe", "some.recipe", "--out", "mine"], ["models", "add", "pipe"],
                 ["train", "set", "--recipe", "pipe", "--out", "mine"], [*analyze, "--calibration", "pipe", "tone.wav"],
                 ["signals", "--calibration", "pipe"], ["evaluate", "set", "--scores", "pipe"],
                 ["evaluate", "set", "--recipe", "pipe"], ["evaluate", "set", "--calibration", "pipe"],
                 ["model", "tiny.net", "--run", "pipe"]):
        got = run(*line)[0]
        check(got in (2, 3), f"a pipe without a writer: {got} {line}")
    os.unlink("pipe")
    for line in (["probe", "/dev/zero"], ["signals", "--calibration", "/dev/zero"], ["model", "/dev/tty"]):
        check(run(*line)[0] == 3, f"a device: {line}")


def standard_input():
    for name, line in (("tone.wav", ["probe"]), ("tone.wav", analyze), ("photo.png", ["faces"]), ("tiny.net", ["model"]),
                       ("photo.png", ["edges", "--out", "/dev/null"]), ("report.json", ["report", "--quiet"])):
        expected = run(*line, name)
        got = piped(name, [*line, "-"])
        check(got[0] == expected[0] == 0, f"standard input: {got[0]} {line} {got[2][-200:]}")
        check(len(got[1]) > 10, f"standard input: {line}")
        with open(name, "rb") as f:
            check(run(*line, "-", stdin=f)[0] == 0, f"standard input that is a file: {line}")
        shell = subprocess.run(["bash", "-c", 'u=$1 n=$2; shift 2; "$u" "$@" <(cat "$n")', "-", UNMASK, name, *line],
                               capture_output=True, timeout=60, check=False)
        check(shell.returncode == 0, f"<(cat {name}): {line} {shell.stderr[-200:]}")
    both = piped("tone.wav", ["probe", "-", "-"])
    check(both[0] == 0 and both[1].count(b"8000 Hz") == 2, "asked twice about one pipe")
    check(run("probe", "-")[0] == 3, "standard input that is /dev/null")
    check(run("report", "-", stdin=open("report.json", "rb"))[0] == 0, "a report from standard input")


def piped(name, line):
    with subprocess.Popen(["cat", name], stdout=subprocess.PIPE) as cat:
        return run(*line, stdin=cat.stdout)


def catches(p, number):
    """It has come so far: before, the libraries are loaded."""
    with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", f.read(), re.M)
    return caught and int(caught[1], 16) >> (number - 1) & 1


def stopped(number, line, seen, within_s=4):
    """Sent once `seen` tells that the work goes on; how long it took to end."""
    before = content()
    p = subprocess.Popen([UNMASK, *line], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.PIPE,
                         preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))  # as if these tests ran under no nohup
    until = time.time() + 30
    while not (catches(p, number) and seen(before)) and p.poll() is None and time.time() < until:
        time.sleep(.005)
    p.send_signal(number)
    sent = time.time()
    try:
        p.wait(30)
    except subprocess.TimeoutExpired:
        p.kill()
    check(p.returncode == 128 + number, f"signal {number}: exit status {p.returncode}: {line} {p.stderr.read()[-200:]}")
    check(time.time() - sent < within_s, f"signal {number}: {time.time() - sent:.1f} s: {line}")
    check(set(content()) <= set(before), f"signal {number} left {set(content()) - set(before)}: {line}")
    p.stdin.close()


def signals():
    write("long.y4m", clip(6000))
    with open("huge.bin", "wb") as f:
        f.truncate(40 << 30)
    shutil.copy("tone.wav", "huge.wav")  # analysed at once; then its hash is waited for
    os.truncate("huge.wav", 40 << 30)
    there = set(os.listdir("."))

    def begun(_before):
        return set(os.listdir(".")) != there

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        stopped(number, ["edges", "long.y4m", "--out", "new.mkv"], begun)
        stopped(number, ["faces", "long.y4m", "--out", "new.mkv"], begun)
        stopped(number, ["analyze", "--signals", "provenance", "--overlay", "new.mkv", "long.y4m"], begun)
    for line in (["probe", "huge.bin"], ["probe", "--json", "huge.bin"], ["analyze", "huge.wav"],
                 ["analyze", "-"], ["probe", "-"], ["faces", "-"]):
        stopped(signal.SIGINT, line, lambda _before, now=time.time(): time.time() > now + .5)
    ignoring = subprocess.run(["bash", "-c", 'trap "" HUP; "$1" edges long.y4m --out new.mkv & sleep .3; kill -HUP $!; wait $!',
                               "-", UNMASK], capture_output=True, timeout=60, check=False)
    check(ignoring.returncode == 0, f"nohup: {ignoring.returncode} {ignoring.stderr[-200:]}")
    os.unlink("new.mkv")
    os.unlink("huge.bin")
    os.unlink("huge.wav")
    os.unlink("long.y4m")


def made_names():
    """Names that a command makes in a folder, and outputs that are each other."""
    os.mkdir("reports")
    shutil.copy("tone.wav", "reports/a.wav")
    shutil.copy("photo.png", "reports/a.wav.json")
    before = content()
    check(run(*analyze, "--json", "reports", "reports/a.wav", "reports/a.wav.json")[0] == 4, "a made name is an input")
    check(all(content()[p] == before[p] for p in before), "an input was overwritten by a made name")
    shutil.rmtree("reports")
    os.mkdir("tensors")
    write("tensors/output_0.pb", b"x")
    check(run("model", "tiny.net", "--run", "tensors/output_0.pb", "--out", "tensors")[0] in (2, 3), "model --run = --out")
    check(read("tensors/output_0.pb") == b"x", "a tensor was overwritten")
    shutil.rmtree("tensors")
    check(run(*analyze, "--json", "x", "--html", "x", "tone.wav")[0] == 2, "two outputs of one name")
    check(run(*analyze, "--json", "/dev/null", "--html", "/dev/null", "tone.wav")[0] == 0, "two outputs to nowhere")
    shutil.copy("tone.wav", "evidence.wav")
    with open("evidence.wav", "ab") as f:
        check(run("probe", "evidence.wav", stdout=f)[0] == 2, "standard output is the input")
    check(read("evidence.wav") == tone(), "standard output went into the input")
    got, out, _ = run("analyze", "--signals", "provenance", "--json", "/dev/stdout", "tone.wav")
    check(got == 0 and out.startswith(b"{") and out.rstrip().endswith(b"}"), "/dev/stdout holds the report alone")


def the_sample():
    check(run("no/folder.mp4", program=SAMPLE)[0] == 6, "unmask-sample without a folder")
    check(run("--seconds", "0.1", "--size", "64x64", "old.png", program=SAMPLE)[0] == 0, "unmask-sample")
    os.chmod("old.png", 0o600)
    os.symlink("old.png", "link.png")
    check(run("--seed", "2", "--seconds", "0.1", "--size", "64x64", "link.png", program=SAMPLE)[0] == 0, "sample over a link")
    check(os.path.islink("link.png") and stat.S_IMODE(os.stat("old.png").st_mode) == 0o600, "sample: link and permissions")


every_option_is_known()
for case, (words, end_of_name, read_there) in FILES.items():
    never_an_input(words, read_there)
    unwritable(words, end_of_name, read_there)
    to_stdout(words, end_of_name)
    if case not in NOT_FITTED:
        replaced(words, end_of_name)
for case, words in FOLDERS.items():
    if case[0] != "train":  # two recordings are too few
        got, _, error = run(*filled(words, "new/"))
        check(got == 0 and os.listdir("new"), f"a new folder with a slash at its end: {got} {words} {error[-300:]}")
        shutil.rmtree("new", ignore_errors=True)
    check(run(*filled(words, "no/such/folder"))[0] == 6, f"no place for a folder: {words}")
    check(run(*filled(words, "tone.wav"))[0] == 2, f"a file as a folder: {words}")
check(read("tone.wav") == tone(), "an input was harmed")
made_names()
pipes_as_inputs()
standard_input()
the_sample()
signals()
os.chdir("/")
shutil.rmtree(ROOT)
end()

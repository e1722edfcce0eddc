#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign text (names of files, metadata, values of options) never commands a terminal or deceives its reader, whatever
command prints it; JSON is valid, of several files a line each, and says the names as they are."""
import json
import os
import pty
import re
import shutil
import tempfile

from fixtures import NETWORK, UNMASK, check, clip, end, photo, read, run, tone, write

# a title for the window, the same by one byte of C1, other directions, invisible marks, and what is not UTF-8
EVIL = "e\x1b]0;P\x07\x9b31m\u202evil\u2066\u200f\u2028\ufeff\U000E0041"
BAD = EVIL.encode() + b"\xff\xc2"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
                       "\U000E0000-\U000E0FFF]")
os.chdir(tempfile.mkdtemp(prefix="unmask-text-"))


def clean(data, what):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        check(False, f"{what}: no UTF-8: {e}: {data[-120:]}")
        return
    found = FORBIDDEN.search(text)
    check(not found, f"{what}: U+{ord(found.group()) if found else 0:04X} in {text[-160:]!r}")


def both_clean(*args, status=None):
    got, out, error = run(*args)
    check(got != "hang" and (status is None or got == status), f"exit status {got}: {args} {error[-200:]}")
    clean(out, f"standard output of {args}")
    clean(error, f"standard error of {args}")
    return out


def name(suffix, bad=BAD):
    return bad + suffix.encode()


def named_files():
    text_chunk = (b"tEXt", b"Software\0x" + EVIL.encode() + b"\xff")
    utf8_chunk = (b"iTXt", b"Description\0\0\0\0\0" + EVIL.encode())
    files = {".wav": tone(), ".png": photo([text_chunk, utf8_chunk]), ".y4m": clip(2), ".net": NETWORK, ".bin": b"nothing"}
    for suffix, data in files.items():
        write(name(suffix), data)
    os.mkdir(BAD)
    for suffix in (".wav", ".png", ".y4m", ".bin"):
        for command in (["probe"], ["analyze", "--signals", "provenance"], ["faces"], ["edges", "--out", "/dev/null"]):
            both_clean(*command, name(suffix))
    for line in (["analyze", "--quiet", "--signals", "provenance", "--json", BAD, "--html", BAD, name(".wav")],
                 ["analyze", "--quiet", "--signals", "provenance", "--overlay", name(".mkv"), name(".y4m")],
                 ["analyze", "--signals", "provenance", "--html", "-", name(".png")],
                 ["analyze", "--quiet", "--signals", "provenance", "--json", "report.json", name(".png")],
                 ["report", "report.json"], ["report", "--quiet", "report.json"], ["report", "--html", "-", "report.json"],
                 ["model", name(".net")], ["model", name(".net"), "--onnx", name(".onnx")],
                 ["edges", name(".png"), "--out", name("out.png")], ["faces", name(".png"), "--out", name("f.png")]):
        both_clean(*line, status=0)
    for line in (["model", name(".bin")], ["report", name(".bin")], ["evaluate", name(".bin")], ["predict", BAD, name(".wav")],
                 ["train", name(".bin"), "--recipe", name(".bin"), "--out", "mine"], ["models", "add", name(".none")],
                 ["models", "add", BAD], ["models", "remove", name(".none")], ["signals", "--calibration", name(".bin")],
                 ["analyze", "--models", BAD, name(".wav")], ["analyze", "--calibration", name(".bin"), name(".wav")],
                 ["analyze", "--signals", BAD, name(".wav")], ["analyze", "--json", name("/x"), name(".wav")],
                 ["analyze", "--json", name(".wav"), name(".wav")], ["analyze", "--threads", BAD, name(".wav")],
                 ["evaluate", "--where", BAD + b"=1", "set"], ["evaluate", "--by", BAD, "set"], [BAD], ["probe", b"--" + BAD],
                 ["evaluate", "--scores", name(".bin"), "set"], ["model", "--run", name(".bin"), name(".net")],
                 ["edges", name(".y4m"), "--out", name("x.png")], ["edges", name(".png"), "--out", name("x.mkv")]):
        both_clean(*line)
    for command in ("analyze", "report", "evaluate", "faces", "probe", "edges", "model"):
        both_clean(command, name(".none"))


def sets():
    """Names inside of a list."""
    os.makedirs("set")
    write(b"set/" + name(".wav"), tone())
    write("set/real.wav", tone())
    rows = b"path,label,generator,group\n" + name(".wav") + b",fake," + EVIL.encode() + b",a\nreal.wav,real,,b\n"
    write("set/labels.csv", rows + name(".none") + b",fake,x,c\n")
    for line in (["evaluate", "set", "--signals", "provenance", "--draws", "5", "--by", "generator"],
                 ["evaluate", "set", "--check"],
                 ["evaluate", "set", "--signals", "provenance", "--draws", "5", "--json", "-"],
                 ["evaluate", "set", "--signals", "provenance", "--draws", "5", "--html", "-"]):
        both_clean(*line)
    write("recipe", b"classifier = logistic\nsignals = " + BAD + b"\n")
    both_clean("train", "set", "--recipe", "recipe", "--out", BAD + b"2")


def documents():
    """What is JSON is valid, and names are those of the files; a byte that is not UTF-8 is U+FFFD."""
    told = name(".png").decode("utf-8", "replace")
    for line, key in ((["probe", "--json"], "path"), (["analyze", "--signals", "provenance", "--json", "-"], "path")):
        one = json.loads(both_clean(*line, name(".png"), status=0))
        check(told in (one.get("path"), one.get("input", {}).get("file")), f"the name: {line}")
        out = both_clean(*line, name(".png"), name(".none"), "set/real.wav", name(".bin"), status=4)
        rows = [json.loads(row) for row in out.decode().splitlines()]
        check(len(rows) == 4, f"a line each: {len(rows)} {line}")
        check(rows[1].get(key) == name(".none").decode("utf-8", "replace") and "error" in rows[1], f"failed: {rows[1]}")
        check("provenance" in json.dumps(rows[0]) and "provenance" in json.dumps(rows[2]), f"the others: {line}")
        check(json.dumps(one) == json.dumps(rows[0]) or "analyze" in line, f"as of one file: {line}")
    rows = [json.loads(row) for row in both_clean("faces", "--json", name(".png"), name(".none"), status=4).splitlines()]
    check(len(rows) == 2 and rows[0]["file"] == told and "error" in rows[1], f"faces: {rows}")
    network = json.loads(both_clean("model", "--json", name(".net"), status=0))
    check(network["file"] == name(".net").decode("utf-8", "replace") and network["runs"], f"model: {network}")
    for word in ("模型", "üñ", "\U0001F600", "a\"b\\c", " %s%n "):
        write(word + ".net", NETWORK)
        write(word + ".png", photo())
        check(json.loads(run("model", "--json", word + ".net")[1])["file"] == word + ".net", f"model: {word}")
        check(json.loads(run("probe", "--json", word + ".png")[1])["path"] == word + ".png", f"probe: {word}")
    check(json.loads(read("report.json"))["report_version"] > 0, "a report")


def on_a_terminal():
    """The line of progress: our own sequences alone."""
    write(name("long.y4m"), clip(4000))
    for line in (["analyze", "--quiet", name("long.y4m")], ["probe", name("long.y4m")], ["probe", "--json", name("long.y4m")],
                 ["evaluate", "set", "--signals", "provenance", "--save-scores", "-"]):
        child, terminal = pty.fork()
        if not child:
            os.environ["TERM"] = "xterm"
            os.execv(UNMASK, [UNMASK, *line])
        seen = b""
        try:
            while block := os.read(terminal, 4096):
                seen += block
        except OSError:
            pass
        os.waitpid(child, 0)
        clean(re.sub(rb"\x1b\[[0-9;]*[Km]|\r", b"", seen), f"terminal, {line}")


named_files()
sets()
documents()
on_a_terminal()
shutil.rmtree(os.getcwd())
end()

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The program as people meet it: help, exit statuses, manual, completion. UNMASK_BIN names the program.
set -u
bin=${UNMASK_BIN:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0 passed=0

# expect STATUS COMMAND...: output goes to $dir/out and $dir/err
expect() {
    local want=$1 got
    shift
    "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    if [ $got -eq "$want" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "exit status $got, expected $want: $*" >&2
        head -3 "$dir/err" >&2
    fi
}
# holds TEXT FILE
holds() {
    if grep -qF -- "$1" "$dir/$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "'$1' is not in $2:" >&2
        head -5 "$dir/$2" >&2
    fi
}
# lines N FILE
lines() {
    if [ "$(wc -l <"$dir/$2")" -eq "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2 should have $1 lines:" >&2
        head -5 "$dir/$2" >&2
    fi
}

expect 0 "$bin" --help
holds 'Usage: unmask' out
lines 0 err
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$dir/out")
[ -n "$commands" ] || { echo "no commands in the help" >&2; exit 1; }
expect 0 "$bin" --version
holds 'unmask ' out
lines 1 out
expect 2 "$bin"
lines 0 out
expect 2 "$bin" probe "$(printf -- '--\033[2Jx')"
holds "'--?[2Jx'" err
expect 2 "$bin" nonsense
lines 1 err
holds "'nonsense'" err

for c in $commands; do
    expect 0 "$bin" "$c" --help
    lines 0 err
    holds "Usage: unmask $c" out
    holds 'Exit status:' out
    expect 2 "$bin" "$c" --no-such-option
    lines 1 err
    lines 0 out
    holds '--no-such-option' err
    if "$bin" "$c" --help | grep -q "^Usage: unmask $c.* [A-Z]"; then # it needs arguments
        expect 2 "$bin" "$c"
        lines 1 err
    fi
done

# a small recording: 8 kHz of a tone, 0.1 s
{
    printf 'RIFF\x64\x06\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x40\x06\0\0'
    for _ in $(seq 100); do printf '\0\0\0\x20\0\x30\0\x20\0\0\0\xe0\0\xd0\0\xe0'; done
} >"$dir/tone.wav"
printf 'no recording' >"$dir/text.txt"
: >"$dir/empty.mp4"

expect 0 "$bin" probe "$dir/tone.wav"
holds 'kind              wav' out
holds '8000 Hz' out
holds 'absent (absence is no evidence)' out
lines 0 err
expect 0 "$bin" probe "$dir/text.txt"
holds 'kind              unknown' out
expect 3 "$bin" probe /nonexistent/a.mp4
lines 1 err
holds 'unmask: /nonexistent/a.mp4: ' err
expect 4 "$bin" probe "$dir/tone.wav" /nonexistent/a.mp4
holds 'kind              wav' out
lines 1 err
expect 0 "$bin" probe --json "$dir/tone.wav"
cp "$dir/out" "$dir/probe.json"
expect 3 "$bin" probe --trust "$dir/text.txt" "$dir/tone.wav"
holds 'text.txt: no certificate in PEM form' err
expect 3 "$bin" analyze --quiet --trust /nonexistent/roots.pem "$dir/tone.wav"
holds '/nonexistent/roots.pem' err
if command -v python3 >/dev/null; then
    expect 0 python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["kind"] == "wav" and \
len(d["provenance"]) == 8 and d["streams"]["sound"]["rate_hz"] == 8000' "$dir/probe.json"
fi
# recordings of the same name in two folders: no report over another
mkdir "$dir/p" "$dir/q" "$dir/reports"
cp "$dir/tone.wav" "$dir/p/same.wav"
cp "$dir/tone.wav" "$dir/q/same.wav"
expect 0 "$bin" analyze --quiet --json "$dir/reports" --html "$dir/reports" "$dir/p/same.wav" "$dir/q/same.wav"
ls "$dir/reports" >"$dir/names"
lines 4 names
holds 'same.wav-2.json' names
expect 4 "$bin" analyze --quiet "$dir/p/same.wav" /nonexistent/a.mp4
expect 3 "$bin" analyze --quiet /nonexistent/a.mp4 /nonexistent/b.mp4
expect 6 sh -c '"$1" probe "$2" >/dev/full' - "$bin" "$dir/tone.wav"
holds 'standard output' err
expect 6 "$bin" analyze --quiet --json "$dir/none/report.json" "$dir/tone.wav"
# a report, read, gives the same report, page and summary
expect 0 "$bin" analyze --json "$dir/tone.json" --html "$dir/tone.html" "$dir/tone.wav"
grep -v ' written to ' "$dir/out" >"$dir/summary"
expect 0 "$bin" report "$dir/tone.json" --json "$dir/again.json" --html "$dir/again.html"
cp "$dir/out" "$dir/summary2"
expect 0 cmp "$dir/tone.json" "$dir/again.json"
expect 0 cmp "$dir/tone.html" "$dir/again.html"
expect 0 cmp "$dir/summary" "$dir/summary2"
expect 0 "$bin" report --quiet "$dir/tone.json"
lines 1 out
holds 'tone.wav: Inconclusive' out
expect 0 "$bin" report --json - "$dir/tone.json"
expect 0 cmp "$dir/tone.json" "$dir/again.json"
expect 3 "$bin" report "$dir/text.txt"
lines 1 err
holds 'text.txt: line 1' err
expect 3 "$bin" report "$dir/probe.json" # other JSON
lines 1 err
expect 3 "$bin" report /nonexistent/a.json
holds '/nonexistent/a.json: ' err
# Stopped between two files: the others were not analysed, and the status says so.
cat >"$dir/stop.py" <<'EOF'
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
p = subprocess.Popen(sys.argv[2:] + sys.argv[-1:] * 2000, stdout=subprocess.PIPE)
p.stdout.readline()  # the first file is done
p.send_signal(int(sys.argv[1]))
p.communicate()
sys.exit(p.returncode if p.returncode >= 0 else 1)
EOF
for number in 2 15; do
    expect $((128 + number)) python3 "$dir/stop.py" "$number" "$bin" analyze --quiet "$dir/tone.wav"
done

# a network from a text, and the ONNX file made of it
printf '# small\nunmask-network 1 tiny\nx = input 3 8 8\ny = conv x 4\noutput y\n' >"$dir/tiny.net"
printf 'unmask-network 1 bad\nx = input 3 8 8\ny = conv z 4\n' >"$dir/bad.net"
expect 0 "$bin" model "$dir/tiny.net"
holds 'output   y  float [?, 4, 8, 8]' out
holds 'parameters 116' out
grep -v '^sha256' "$dir/out" >"$dir/list"
expect 0 "$bin" model "$dir/tiny.net" --onnx "$dir/tiny.onnx"
lines 0 out
expect 0 "$bin" model "$dir/tiny.onnx"
grep -v '^sha256' "$dir/out" >"$dir/list2"
expect 0 cmp "$dir/list" "$dir/list2"
expect 0 "$bin" model "$dir/tiny.onnx" --onnx "$dir/again.onnx"
expect 0 cmp "$dir/tiny.onnx" "$dir/again.onnx"
expect 3 "$bin" model "$dir/bad.net"
lines 1 err
holds 'bad.net: line 3: no such name: z' err

printf 'x' >"$dir/$(printf 'a\033[2Jb')" # a name that would clear the screen
expect 0 "$bin" probe "$dir"/a*
holds 'a?[2Jb' out
expect 3 "$bin" faces "$dir"/a*
holds 'a?[2Jb' err
cp "$dir/tone.wav" "$dir/$(printf 't\033[2J.wav')"
expect 0 "$bin" faces "$dir"/t*2J.wav
holds 't?[2J.wav' out

# standard output holds one report and nothing else
expect 0 "$bin" analyze --html - "$dir/tone.wav"
head -1 "$dir/out" >"$dir/first"
holds '<!DOCTYPE html>' first
expect 2 "$bin" analyze --html - --json - "$dir/tone.wav"
lines 1 err
# a report that somebody wrote: the command that repeats the analysis is one command
expect 0 "$bin" analyze --json "$dir/report.json" --signals provenance "$dir/tone.wav"
sed -i 's/"signals": "provenance"/"signals": "a; touch x"/; s/"path": ".*"/"path": "-t.wav"/' "$dir/report.json"
expect 0 "$bin" report "$dir/report.json" --html -
holds "unmask analyze --signals &#39;a; touch x&#39; -- &#39;-t.wav&#39;" out
expect 2 "$bin" report "$dir/report.json" --html - --json -
lines 1 err

for c in $commands; do
    case $c in
    analyze | edges | faces) # they read recordings (and may miss their networks first)
        expect 3 "$bin" "$c" /nonexistent/a.mp4
        lines 1 err
        ;;
    esac
done

# labelled sets: scores by hand, the recordings themselves, a planted leak
mkdir -p "$dir/set/real" "$dir/set/fake"
cp "$dir/tone.wav" "$dir/set/real/r.wav"
cp "$dir/tone.wav" "$dir/set/fake/f.wav"
printf 'path,mine_log_lr\nreal/r.wav,-1\nfake/f.wav,1\n' >"$dir/scores.csv"
expect 0 "$bin" evaluate "$dir/set" --scores "$dir/scores.csv" --draws 5 --html "$dir/set.html" --json "$dir/set.json"
holds 'mine_log_lr: a score for 1 of 1 fake and 1 of 1 real recordings' out
holds '"auc": [1.0,' set.json
holds '</html>' set.html
lines 0 err
expect 0 "$bin" evaluate "$dir/set" --signals provenance --cache "$dir/cache" --draws 5
holds 'provenance: a score for' out
expect 0 "$bin" evaluate "$dir/set" --cues --signals none --cache "$dir/cache" --draws 5
holds 'trivial cues: ' out
expect 2 "$bin" evaluate "$dir/set" --signals none
lines 1 err
expect 4 "$bin" evaluate "$dir/set" --check
holds 'are the same file with different labels' out
holds '1 faults' out
expect 2 "$bin" evaluate "$dir/set" --scores "$dir/scores.csv" --verifier 1,2
lines 1 err
expect 2 "$bin" evaluate "$dir/set" --where 'colour=red'
lines 1 err
expect 3 "$bin" evaluate /nonexistent/labels.csv
lines 1 err

# Two pictures of 64 x 48, dark left, bright right: one vertical edge. As YUV4MPEG, and the first as PGM.
row() { printf '\20%.0s' {1..32}; printf '\353%.0s' {1..32}; }
plane() { for _ in {1..48}; do row; done; }
chroma() { printf '\200%.0s' {1..1536}; }
picture() { printf 'FRAME\n'; plane; chroma; }
clip() { printf 'YUV4MPEG2 W64 H48 F25:1 Ip A%s C420jpeg\n' "$1"; picture; picture; }
clip 1:1 >"$dir/clip.y4m"
clip 3:2 >"$dir/wide.y4m"
{ printf 'P5\n64 48\n255\n'; plane; } >"$dir/photo.pgm"

expect 0 "$bin" edges "$dir/clip.y4m" --out /dev/null
holds '2 frames of 64 x 48' out
holds '% edge pixels' out
lines 1 out
lines 0 err
expect 0 "$bin" edges "$dir/wide.y4m" --out /dev/null # shown with square pixels
holds '2 frames of 96 x 48' out
expect 0 "$bin" probe "$dir/wide.y4m"
holds '96 x 48' out
holds 'pixel aspect 1.5' out
expect 0 "$bin" edges "$dir/clip.y4m" --out "$dir/edges.mkv" --json --l2 --colour --aperture 5 --low 50 --high 150
holds '"frames": 2, "width": 64, "height": 48' out
holds '"edge_share": 0.015625' out # one column of 64
expect 0 "$bin" probe "$dir/edges.mkv"
holds '64 x 48' out
expect 0 "$bin" edges "$dir/clip.y4m" --out "$dir/one.mkv" --max-seconds 0.01 --threads 2
holds '1 frames of' out
expect 0 "$bin" edges "$dir/photo.pgm" --out "$dir/edges.png"
holds '1 frames of 64 x 48' out
expect 0 "$bin" probe "$dir/edges.png"
holds 'kind              png' out
for odd in '--aperture 4' '--aperture 9' '--low -1' '--high x' '--threads 0' '--low' '--out'; do
    # shellcheck disable=SC2086
    expect 2 "$bin" edges "$dir/clip.y4m" $odd
    lines 1 err
    lines 0 out
done
expect 2 "$bin" edges "$dir/clip.y4m" "$dir/photo.pgm" --out /dev/null
expect 2 "$bin" edges "$dir/clip.y4m" --out "$dir/no.png" # a video is no PNG
lines 1 err
expect 2 "$bin" edges "$dir/photo.pgm" --out "$dir/no.mp4"
expect 6 "$bin" edges "$dir/clip.y4m" --out "$dir/none/edges.mkv"
lines 1 err
for unreadable in text.txt empty.mp4 tone.wav; do
    expect 3 "$bin" edges "$dir/$unreadable" --out "$dir/no.mkv"
    lines 1 err
done
expect 1 compgen -G "$dir/no.*" # failures leave no file
expect 3 env -u DISPLAY -u WAYLAND_DISPLAY "$bin" edges "$dir/clip.y4m" # no window to show them in
lines 1 err

# y = Relu(x) of three floats, as ONNX and its input (protobuf, field by field)
value() { printf '\x0a\x01%s\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x03' "$1"; }
model() { # operator of four letters
    printf '\x08\x08\x3a\x33\x0a\x0c\x0a\x01x\x12\x01y\x22\x04%s\x12\x01g\x5a\x0f' "$1"
    value x
    printf '\x62\x0f'
    value y
    printf '\x42\x02\x10\x0d'
}
model Relu >"$dir/relu.onnx"
model Rola >"$dir/other.onnx"
head -c 40 "$dir/relu.onnx" >"$dir/cut.onnx"
printf '\x08\x03\x10\x01\x4a\x0c\0\0\x80\xbf\0\0\0\x40\0\0\x40\xc0' >"$dir/x.pb" # -1 2 -3
expect 0 "$bin" model "$dir/relu.onnx"
holds 'x  float [3]' out
holds 'operator Relu  1' out
lines 0 err
expect 0 "$bin" model "$dir/relu.onnx" --json
holds '"runs": true' out
mkdir "$dir/results"
expect 0 "$bin" model "$dir/relu.onnx" --run "$dir/x.pb" --out "$dir/results"
lines 0 err
if od -An -v -tx1 "$dir/results/output_0.pb" | tr -d ' \n' | grep -q '000000000000004000000000'; then # 0 2 0
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "the network did not give 0 2 0" >&2
fi
expect 0 "$bin" model "$dir/relu.onnx" --repeat 3
holds 'median of 3' err
expect 2 "$bin" model "$dir/relu.onnx" --run "$dir/x.pb,$dir/x.pb"
holds 'the network has 1 inputs' err
expect 3 "$bin" model "$dir/other.onnx"
holds 'operator Rola is not supported' err
for broken in cut.onnx text.txt missing.onnx; do
    expect 3 "$bin" model "$dir/$broken"
    lines 1 err
    lines 0 out
done
expect 3 "$bin" model "$dir/relu.onnx" --run "$dir/text.txt"
lines 1 err
expect 6 "$bin" model "$dir/relu.onnx" --run "$dir/x.pb" --out "$dir/none/deeper"
lines 1 err

expect 0 "$bin" --completion
holds 'complete -F _unmask unmask' out
cp "$dir/out" "$dir/completion"
expect 0 bash -n "$dir/completion"
lines 0 err
expect 0 bash -c 'set -eu; source "$1"; COMP_WORDS=(unmask "") COMP_CWORD=1; _unmask; printf "%s\n" "${COMPREPLY[@]}"' \
    - "$dir/completion"
lines 0 err
for c in $commands; do holds "$c" out; done
expect 0 bash -c 'set -eu; source "$1"; COMP_WORDS=(unmask probe --j) COMP_CWORD=2; _unmask; printf "%s\n" "${COMPREPLY[@]}"' \
    - "$dir/completion"
holds '--json' out

expect 0 "$bin" --man
cp "$dir/out" "$dir/unmask.1"
for c in $commands; do holds ".SS unmask $c" out; done
if command -v man >/dev/null; then # warnings of the formatter go to stderr
    expect 0 env LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings=all -l "$dir/unmask.1"
    lines 0 err
    holds 'EXIT STATUS' out
fi

echo "$((passed + failed)) checks, $failed failed" >&2
[ $failed -eq 0 ]

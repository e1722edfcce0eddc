#!/bin/bash
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
if command -v python3 >/dev/null; then
    expect 0 python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["kind"] == "wav" and \
len(d["provenance"]) == 7 and d["streams"]["sound"]["rate_hz"] == 8000' "$dir/probe.json"
fi
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

for c in $commands; do
    case $c in
    analyze | edges | faces) # they read recordings (and may miss their networks first)
        expect 3 "$bin" "$c" /nonexistent/a.mp4
        lines 1 err
        ;;
    esac
done

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

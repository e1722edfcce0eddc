#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The examples on a rendered sample: test_examples.sh SAMPLE-MAKER FACES OWN_SIGNAL VERDICT
set -eu
set -- "$(realpath "$1")" "$(realpath "$2")" "$(realpath "$3")" "$(realpath "$4")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$1" --seconds 1 --fps 15 --size 320x240 clip.mp4
"$2" clip.mp4 >faces.txt
grep -q '^face-1.png: score' faces.txt
[ -s face-1.png ]
"$3" clip.mp4 >own.txt
grep -q 'brightness changes by' own.txt
"$4" clip.mp4 >verdict.txt
grep -q '^clip.mp4: ' verdict.txt
grep -q 'person 1, seen in 1[0-9] frames: inconclusive' verdict.txt
for program in "$2" "$3" "$4"; do # what is not there is an error
    if "$program" none.mp4 2>none.txt; then
        exit 1
    fi
    grep -q 'none.mp4' none.txt
done
echo "3 examples run"

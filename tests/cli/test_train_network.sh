#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A small voice network from the command line: trained, killed and resumed, measured, calibrated, used.
# test_train_network.sh FORGED_VOICES; UNMASK_BIN names the program.
set -eu
bin=${UNMASK_BIN:?}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" "$dir/set"
cd "$dir"
cat >voice.net <<'END'
unmask-network 1 voice
sound = input 2 256 224
a = conv sound 8 k=5 s=4
b = conv a 16 s=4
time = stats b hidden=8
fake = linear time 1 std=0.01
output fake
END
cat >tiny.recipe <<'END'
task = voice
name = tiny
network = voice.net
held = source0,source1,source2
matched = 0
copied = 0
strength = 0
masks = 0
tapes = 0
batch = 8
shards = 2
rate = 0.01
warmup = 5
steps = 40
validate_every = 10
END
fail() {
    echo "$1" >&2
    exit 1
}
recipe="--recipe tiny.recipe --cache store --threads 2"

"$bin" train set $recipe --out whole >said 2>log
grep -q 'tiny.onnx: AUC' log || fail "no last line of progress"
grep -q 'ETA' log || fail "no progress"
for f in tiny.onnx tiny.json calibration.json card.md recipe.txt; do
    [ -s whole/$f ] || fail "whole/$f is missing"
done
grep -q '24 recordings of voices and 24 generated ones; 48 set aside' said || fail "it says: $(cat said)"
grep -q '^| generator | even |' whole/card.md || fail "no slice by generator"
grep -q '^| source | source1 |' whole/card.md || fail "no slice by source"
if grep -Ev '^path|,source[012],' whole/training/held.csv; then
    fail "calibrated on what it was trained on"
fi

# killed behind the first checkpoint, and gone on: the same bytes
"$bin" train set $recipe --out killed >/dev/null 2>&1 &
pid=$!
while [ ! -s killed/training/tiny.checkpoint ] && kill -0 $pid 2>/dev/null; do sleep .05; done
kill -9 $pid 2>/dev/null || true
wait $pid 2>/dev/null || true
[ ! -e killed/card.md ] || fail "it was done before it could be killed"
"$bin" train set $recipe --out killed >said2 2>/dev/null
for f in tiny.onnx tiny.json card.md; do
    cmp whole/$f killed/$f || fail "$f differs after a kill"
done

# what it says of a file is weighed by its own calibration
"$bin" analyze --models whole --signals voice_generated --json report.json set/fake/00.wav >/dev/null
grep -q '"calibration": ".*, tiny (sha256' report.json || fail "its calibration is not used"
grep -q '"tiny"' report.json || fail "its network is not used"

# added, it is used without being named; removed, it is gone
XDG_DATA_HOME=$dir/data
export XDG_DATA_HOME
unset UNMASK_MODELS
"$bin" models add whole
"$bin" models list | grep -q '^voice_generated .*tiny' || fail "not listed: $("$bin" models list)"
"$bin" analyze --signals voice_generated --json report.json set/fake/00.wav >/dev/null
grep -q '"calibration": ".*, tiny (sha256' report.json || fail "what was added is not used"
if "$bin" models add whole 2>why; then fail "added twice"; fi
"$bin" models remove whole
if "$bin" models list | grep -q tiny; then fail "still there after it was removed"; fi

# another recipe does not go on in that folder; what is wrong is said in a line
sed -i 's/^steps = 40/steps = 50/' tiny.recipe
if "$bin" train set $recipe --out whole 2>why; then fail "trained by another recipe"; fi
grep -q 'whole: holds a training by another recipe' why || fail "$(cat why)"
echo 'task = smell' >other.recipe
if "$bin" train set --recipe other.recipe --out other 2>why; then fail "trained to smell"; fi
grep -q "there is no task 'smell'" why || fail "$(cat why)"
if "$bin" train set --recipe tiny.recipe --signals blink --out other 2>why; then fail "--signals of a network"; fi

# another front end: its manifest says which, and analyze hears by it; an unknown one and a network of another shape are refused
sed 's/input 2 256 224/input 1 60 149/' voice.net >lfcc.net
sed 's/= voice.net/= lfcc.net/; s/^steps = .*/steps = 2/; s/^validate_every = .*/validate_every = 2/' tiny.recipe >lfcc.recipe
echo 'sound = lfcc' >>lfcc.recipe
"$bin" train set --recipe lfcc.recipe --cache store --threads 2 --out lfcc >/dev/null 2>&1 || fail "no training on LFCC"
grep -q '"sound": "lfcc"' lfcc/tiny.json && grep -q '"frames": 149' lfcc/tiny.json || fail "the manifest says: $(cat lfcc/tiny.json)"
"$bin" analyze --models lfcc --signals voice_generated set/fake/00.wav | grep -q 'tiny' || fail "a network of LFCC is not used"
sed 's/= lfcc$/= smell/' lfcc.recipe >smell.recipe
"$bin" train set --recipe smell.recipe --cache store --out smell >/dev/null 2>log && fail "a front end that is not there"
grep -q 'smell: not log_power' log || fail "it says: $(cat log)"
sed 's/= lfcc$/= mfcc/' lfcc.recipe >mfcc.recipe
"$bin" train set --recipe mfcc.recipe --cache store --out mfcc >/dev/null 2>log && fail "a network of another shape"
grep -q 'another shape than 1 x 39 x 224' log || fail "it says: $(cat log)"
echo "trained, killed, resumed, used"

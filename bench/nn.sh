#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Milliseconds of processor time per call on one thread, and of wall time on two, for the networks of the engine;
# beside ONNX Runtime when a folder with node_modules/onnxruntime-node is given (npm install --ignore-scripts
# onnxruntime-node). Processor time does not count what other programs do on the machine.
#   bench/nn.sh BUILD_DIR MODELS_DIR [ORT_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
unmask=$1/cli/unmask models=$2 ort=${3:-}
for net in face_detection/yunet_n_640 face_detection/ultralight_rfb_320 face_landmarks/peppa_slim68_160 \
    face_landmarks/tddfa_v2_mb05_lm68 face_landmarks/facemesh468_192 face_recognition/mobilefacenet_112 \
    deepfake/meso4_df; do
    for threads in 1 2; do
        printf '%-40s %s: ' "$net" "$threads"
        "$unmask" model "$models/$net.onnx" --repeat 15 --threads "$threads"
    done
    [ -z "$ort" ] || (cd "$ort" && node "$here/nn_ort.js" "$models/$net.onnx")
done

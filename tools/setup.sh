#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# setup.sh [test]: the Debian packages that the build (and the tests) need. Installs what is missing when it may, and
# otherwise says exactly what to install.
set -eu
build="gcc libc6-dev meson ninja-build pkg-config libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev
libswscale-dev libswresample-dev libheif-dev libgif-dev libjpeg-dev libjxl-dev libpng-dev libtiff-dev libwebp-dev libdnnl-dev libonnx-dev
protobuf-c-compiler libprotobuf-c-dev libfftw3-dev libsdl2-dev libjansson-dev libssl-dev libexpat1-dev libbrotli-dev libxgboost-dev libsvm-dev"
tests="ffmpeg libheif-examples libjpeg-turbo-progs libjxl-tools libopenjp2-tools libtiff-tools webp python3-numpy python3-opencv
python3-scipy python3-sklearn python3-jsonschema man-db bash-completion clang-14 lld-14
libclang-rt-14-dev clang-tidy-14 cppcheck"
wanted="$build"
[ "${1:-}" != test ] || wanted="$build $tests"

missing=""
for p in $wanted; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo="sudo"
else
    echo "setup: these packages are missing; install them, then run make again:" >&2
    echo "    apt-get install$missing" >&2
    exit 1
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null

#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, builds everything and runs all tests; windows open on a virtual display where there is none.
set -eu
root=$(cd "$(dirname "$0")" && pwd)
"$root/packaging/install-packages.sh" test
cmake -S "$root" --preset release >/dev/null
cmake --build "$root/build/release"
ctest --test-dir "$root/build/release" --output-on-failure -j "$(nproc)"

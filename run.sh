#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, and starts HMR Studio on the files given, or on the shipped sample.
# Without a display the same job runs on the command line and writes into ./out.
set -eu
root=$(cd "$(dirname "$0")" && pwd)
"$root/packaging/install-packages.sh"
build="$root/build/release"
if [ ! -f "$build/build.ninja" ]; then cmake -S "$root" --preset release >/dev/null; fi
if ! ninja -C "$build" -n hmr hmr-studio | grep -q 'no work to do'; then
  cmake --build "$build" --target hmr hmr-studio || { echo "run.sh: the build failed; what is said above tells why" >&2; exit 1; }
fi
# A display of this machine may be named and not be there; then its socket is missing.
display=${DISPLAY:-}
case $display in :*) number=${display#:}; [ -S "/tmp/.X11-unix/X${number%%.*}" ] || display= ;; esac
if [ -n "$display${WAYLAND_DISPLAY:-}" ]; then exec "$build/bin/hmr-studio" "$@"; fi
if [ $# -eq 0 ]; then set -- "$root"/resources/samples/*.jpg; fi
echo "There is no display: recovering on the command line, into ./out"
exec "$build/bin/hmr" run "$@" -o out --export obj,fbx,glb,json
